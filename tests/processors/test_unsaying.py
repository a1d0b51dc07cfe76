"""The end of a piece's audio can be taken back, as far as nobody has heard it."""

import pytest
from pipecat.frames.frames import AggregatedTextFrame, TTSAudioRawFrame
from pipecat.utils.text.base_text_aggregator import TextType

from processors.tape import CHUNK_SECONDS, Tape

RATE = 24000


def tape(seconds: float) -> Tape:
    filled = Tape(turn=1)
    filled.add(AggregatedTextFrame("One two three.", TextType.SENTENCE), now=0.0)
    filled.add(TTSAudioRawFrame(b"\0\1" * int(seconds * RATE), RATE, 1), now=0.0)
    return filled


def played(filled: Tape) -> float:
    """Seconds of audio that leave."""
    seconds = 0.0
    while not filled.empty:
        frame = filled.take(now=0.0)
        if isinstance(frame, TTSAudioRawFrame):
            seconds += len(frame.audio) / 2 / RATE
    return round(seconds, 3)


def test_the_last_part_is_dropped_in_whole_chunks():
    """What comes after it stands where it was."""
    filled = tape(1.0)
    filled.unsay(5 * CHUNK_SECONDS)
    filled.add(TTSAudioRawFrame(b"\0\2" * int(0.4 * RATE), RATE, 1), now=0.0)
    assert played(filled) == pytest.approx(0.8 + 0.4)


def test_what_was_let_out_stays_said():
    """Only the tape is cut, not the caller's memory."""
    filled = tape(0.2)
    for _ in range(3):
        filled.take(now=0.0)  # the text and two chunks
    filled.unsay(10.0)
    assert filled.empty
