"""The caller's channel of a recording through the pipeline again, in real time."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bot.engine import Engine
from bot.opening import open_session
from bot.pipeline import spoken_parts
from bot.recording.places import events_of
from bot.recording.sound_file import RATE
from bot.settings import Settings
from conversation.ending import HUNG_UP
from conversation.heard_again import Comparison, compare
from transports.recordings import UnusableRecording
from transports.wav import OUT_RATE, CallerEar, CallerMouth, wav_params

ENDS_WITHIN = 5.0  # seconds
_SILENCE = 100  # of 32767


async def replay_part(engine: Engine, settings: Settings, part: Path) -> Comparison:
    """Takes as long as the recording. Raises UnusableRecording."""
    caller, events = _read(part)
    about, recorded = events[0], events[1:]
    replayed: list[dict[str, Any]] = []
    params = wav_params()
    mouth = CallerMouth(params)
    session = open_session(
        engine,
        settings.model_copy(update={"record": False}),
        spoken_parts(engine),
        mouth,
        CallerEar(params, lambda _message: None, keep=False),
        greet=bool(about.get("greeting")),
        greeting=str(about.get("greeting", "")),
        sample_rate=OUT_RATE,
        journal=lambda entry: replayed.append(dict(entry)),
    )
    running = asyncio.create_task(session.run())
    playing = asyncio.create_task(mouth.play(caller))
    try:
        await asyncio.wait([running, playing], return_when=asyncio.FIRST_COMPLETED)
    finally:
        playing.cancel()
        await session.drop(HUNG_UP)
        with suppress(TimeoutError):
            await asyncio.wait_for(running, ENDS_WITHIN)
    return compare(recorded, replayed)


def _read(part: Path) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """The caller's samples, int16 at RATE, and what happened."""
    try:
        sound, rate = soundfile.read(str(part), dtype="int16", always_2d=True)
        events = events_of(part)
    except (OSError, ValueError, soundfile.SoundFileError):
        raise UnusableRecording(f"{part} can't be read, or its events beside it.") from None
    if rate != RATE or sound.shape[1] != 2 or not events or events[0].get("kind") != "recording":
        raise UnusableRecording(f"{part} is no recording of ours.")
    caller = np.ascontiguousarray(sound[:, 0])
    if int(np.abs(caller.astype(np.int32)).max(initial=0)) < _SILENCE:
        raise UnusableRecording(f"{part} has no sound of the caller: their words came as text.")
    return caller, events
