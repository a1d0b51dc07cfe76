"""The voice on this machine begins at once, and its pieces join as its sentences would sound."""

import numpy as np
import pytest

from bot.services.local.hibari import Voice, without_silence

HEAD, TAIL = "The office is open on weekdays;", "on Saturdays it is open from nine to noon only."


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice()


def spoken(voice: Voice, text: str) -> np.ndarray:
    return np.frombuffer(voice.pcm(text), dtype="<i2").astype(np.float32) / 32768


def silences(audio: np.ndarray) -> list[float]:
    """Seconds of each silence, in order."""
    size = Voice.sample_rate // 100
    frames = audio[: len(audio) // size * size].reshape(-1, size)
    quiet = "".join("q" if level < 0.01 else " " for level in np.sqrt((frames**2).mean(axis=1)))
    return [len(run) / 100 for run in quiet.split(" ") if run]


@pytest.mark.parametrize("text", ["Hello, how can I help you?", "She is here.", HEAD])
def test_a_caller_waits_for_no_silence_before_the_first_word(voice: Voice, text: str):
    """The model begins with 0.3 s of it."""
    audio = spoken(voice, text)
    assert np.abs(audio[: Voice.sample_rate // 10]).max() > 0.01


def test_the_cut_in_a_sentence_is_not_heard(voice: Voice):
    """The pause at it is as long as the one that the voice makes there in the whole sentence."""
    whole = max(silences(spoken(voice, f"{HEAD} {TAIL}"))[:-1])
    joined = np.concatenate([spoken(voice, HEAD), spoken(voice, TAIL)])
    assert max(silences(joined)[:-1]) == pytest.approx(whole, abs=0.15)


def test_between_sentences_there_is_a_pause(voice: Voice):
    """As long as a speaker takes for a breath."""
    joined = np.concatenate([spoken(voice, "It is sixty dollars."), spoken(voice, "Ask us.")])
    assert 0.3 < max(silences(joined)[:-1]) < 0.7


def test_nothing_of_the_sound_is_cut():
    """Up to the first and the last sample that is no silence."""
    sound = np.full(Voice.sample_rate, 0.5, dtype=np.float32)
    silence = np.zeros(Voice.sample_rate, dtype=np.float32)
    for goes_on in (True, False):
        kept = without_silence(np.concatenate([silence, sound, silence]), goes_on=goes_on)
        assert kept.sum() == sound.sum()
    assert len(without_silence(silence, goes_on=True)) == len(silence)
