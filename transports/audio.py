"""How every door carries audio."""

from typing import Any

HEARS_AT = 16000  # Hz; what VAD, turn detection and recognition take


def both_ways(out_rate: int, *, out_ms: int = 40) -> dict[str, Any]:
    """Fields of Pipecat's TransportParams: in at HEARS_AT, out at `out_rate`.

    out_ms: of audio at a time; by default as much as the speech hold lets out at once.
    """
    return {
        "audio_in_enabled": True,
        "audio_out_enabled": True,
        "audio_in_sample_rate": HEARS_AT,
        "audio_out_sample_rate": out_rate,
        "audio_out_10ms_chunks": out_ms // 10,
        "audio_out_end_silence_secs": 0,
    }
