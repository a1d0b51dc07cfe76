"""Voice-to-voice latency, as the caller hears it."""
