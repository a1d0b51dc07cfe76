"""What a setting takes, in words, for whoever set something else."""

from collections.abc import Mapping
from typing import Any

from bot.services.choices import CHOICES, names, spelled

_ADDRESS = "use an address such as https://api.example"

_TAKES = {
    "port": "use 1 to 65535",
    **{kind: f"use {', '.join(names(kind))}, one or several" for kind in CHOICES},
    "groq_base_url": _ADDRESS,
    "gemini_base_url": _ADDRESS,
    "elevenlabs_base_url": _ADDRESS,
    "google_tts_base_url": _ADDRESS,
    "llm_url": _ADDRESS,
    **dict.fromkeys(
        (
            "groq_model",
            "groq_stt_model",
            "gemini_model",
            "elevenlabs_model",
            "elevenlabs_voice",
            "google_voice",
            "llm_model",
            "whisper_model",
        ),
        "use a name as `runner.py doctor` lists them, without blanks",
    ),
    **dict.fromkeys(("stt_timeout_ms", "llm_timeout_ms", "tts_timeout_ms"), "use 50 to 30000"),
    "provider_timeouts_ms": "use names and 50 to 30000, such as groq=900,tts.google=1500",
    "hedge": "use 1 or 0",
    "extend": "use a module and a function of it, such as examples.own_processor:extend",
    "workers": "use 1 to 256",
    "max_sessions": "use a whole number from 1",
    "merge_patience_ms": "use 0 to 5000",
    "answer_ahead": "use free, always or never",
    "session_ttl_seconds": "use a whole number from 60",
    "lease_seconds": "use 1 to 3600",
    "max_events": "use a whole number; 0 is no limit",
    "without_store": "use accept or refuse",
    "overload": "use accept or refuse",
    "store_key": "use 32 bytes in base64 (openssl rand -base64 32), several separated by commas",
    "idle_seconds": "use a whole number from 1",
    "log_level": "use TRACE, DEBUG, INFO, WARNING or ERROR",
    "log_format": "use json, text, or auto: text for a terminal",
    "otlp_endpoint": "use an address such as http://127.0.0.1:4318",
    "otlp_headers": "use name=value, several separated by commas",
    "trace_share": "use 0 to 1",
    "trace_slow_ms": "use a whole number from 1",
    "webhook_url": "use an address that begins with http:// or https://",
    "webhook_secret": "use 16 characters or more",
    "api_keys": "use keys, or sha256: and 64 hexadecimal digits, separated by commas",
    "token_seconds": "use 5 to 3600",
    "token_secret": "use 16 characters or more",
    "metrics_key": "use a key, or sha256: and 64 hexadecimal digits",
    "max_sessions_per_key": "use a whole number; 0 is no limit",
    "new_sessions_per_minute": "use a whole number; 0 is no limit",
    "trusted_proxies": "use addresses or networks such as 10.0.0.0/8, separated by commas",
    "origins": "use origins such as https://desk.example, separated by commas, or *",
    "max_call_seconds": "use a whole number from 1",
    "drain_seconds": "use 0 to 3600",
    "handshake_seconds": "use 1 to 300",
    "max_message_bytes": "use a whole number from 65536",
    "max_messages_per_second": "use a whole number from 1",
    "stalled_line_seconds": "use a whole number from 1",
    "ice_servers": "use stun:host:port or turn:host:port, separated by commas",
    "turn_secret": "use what coturn has as static-auth-secret",
    "public_url": "use an address such as https://desk.example, without a path",
    "twilio_account_sid": "use the account's id, which begins with AC",
    "twilio_auth_token": "use the account's token",
    "twilio_api_url": "use an address such as https://api.twilio.com",
    "twilio_number": "use a number such as +15550100200, with the country's code",
    "voicemail": "use message or hang_up",
    "open": "use 1 or 0",
    "store_transcripts": "use 1 or 0",
    "redact": "use 1 or 0",
    "record": "use 1 or 0",
    "record_notice": "use a sentence of at most 400 characters, or nothing",
    "record_days": "use a whole number from 1",
    "unanswered_days": "use 0 to 3650; 0 keeps none",
    "uploads": "use 1 or 0",
    "operator_key": "use a key, or sha256: and 64 hexadecimal digits",
}

_SECRET = frozenset(  # never repeated
    "webhook_secret api_keys token_secret metrics_key operator_key twilio_auth_token "
    "store_key otlp_headers turn_secret".split()
)


def in_words(error: Mapping[str, Any]) -> str:
    """error: as pydantic tells it. What is wrong with a setting, and what it takes."""
    name = str(error["loc"][0])
    short = name.lower().removeprefix("turnwise_")
    advice = _TAKES.get(short, str(error["msg"]))
    found = str(error.get("ctx", {}).get("error", "")) or error["input"] or "nothing"
    given = "what is set" if short in _SECRET else found
    return f"{spelled(short)}: {given} cannot be used; {advice}."
