"""Measurements of what Turnwise promises; each module is a command (`docs/benchmarks.md`)."""
