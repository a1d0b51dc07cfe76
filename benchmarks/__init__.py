"""Measurements of what Turnwise promises. Each module is a command; `docs/benchmarks.md` has the results."""
