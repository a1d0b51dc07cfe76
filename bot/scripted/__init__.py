"""Conversations by script: Pipecat's evaluation harness calls our pipeline, on this machine."""
