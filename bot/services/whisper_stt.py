"""faster-whisper on this machine."""

from collections.abc import AsyncGenerator

from faster_whisper import WhisperModel
from pipecat.frames.frames import Frame, TranscriptionFrame
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from bot.services.local.moonshine import RATE
from bot.services.local.pinned import WeightsUnavailable
from bot.services.provider import STT
from bot.settings import Settings


class WhisperSTT(WhisperSTTService):
    """Pipecat's service with a model that all calls share.

    Each piece of speech has one final transcript, empty if it has no words.
    """

    def __init__(self, model: WhisperModel, name: str) -> None:
        self._shared = model
        super().__init__(
            sample_rate=RATE,
            settings=WhisperSTTService.Settings(model=name, language=Language.EN),
        )

    def _load(self) -> None:
        self._model = self._shared

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame, None]:
        """audio: 16-bit mono PCM."""
        silent = True
        async for frame in super().run_stt(audio):
            silent = False
            yield frame
        if silent:
            yield TranscriptionFrame("", self._user_id, time_now_iso8601(), Language.EN)


def provider(settings: Settings) -> STT:
    """As TURNWISE_STT=whisper has it: loads the model, or downloads it.

    Raises WeightsUnavailable.
    """
    name = settings.whisper_model
    try:
        model = WhisperModel(name, compute_type="int8")
    except Exception as error:  # of its hub, its files, its network
        raise WeightsUnavailable(
            f"TURNWISE_WHISPER_MODEL: {name} cannot be loaded ({type(error).__name__}): name a "
            "model of faster-whisper, or a folder that holds one."
        ) from error
    return STT("whisper", lambda _: WhisperSTT(model, name), model=name)
