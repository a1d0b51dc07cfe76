"""Pipecat's example pipeline with our services: what Turnwise is compared with."""
