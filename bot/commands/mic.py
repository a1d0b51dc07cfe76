"""`runner.py mic`."""

import asyncio

import uvloop
from pipecat.processors.frame_processor import FrameProcessor

from bot.commands.talk import in_words
from bot.settings import CannotStart, Settings, read_settings
from bot.telemetry.logs import set_up_logs


def run() -> None:
    """Talks through this machine's sound devices until Ctrl-C."""
    settings = read_settings()
    set_up_logs("WARNING")
    try:
        from transports.sound_card import NoSoundCard, sound_card
    except ImportError:
        raise CannotStart(
            [
                "`runner.py mic` needs PyAudio: run `apt-get install portaudio19-dev gcc "
                "python3-dev` and `.venv/bin/pip install pyaudio`."
            ]
        ) from None
    try:
        mouth, ear = sound_card(in_words())
    except NoSoundCard as error:
        raise CannotStart([str(error)]) from None
    uvloop.run(_converse(settings, mouth, ear))


async def _converse(settings: Settings, mouth: FrameProcessor, ear: FrameProcessor) -> None:
    from bot.engine import load_engine
    from bot.opening import open_session
    from bot.pipeline import spoken_parts

    engine = await asyncio.to_thread(load_engine, settings)
    session = open_session(engine, settings, spoken_parts(engine), mouth, ear)
    await session.run()
