"""Which STT, LLM and TTS a session uses. Nothing else names a provider."""
