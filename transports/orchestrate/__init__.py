"""The WebSocket protocol /orchestrate: its messages, the line that keeps to it, Pipecat's side."""
