"""Words for somebody else are quieter than words for us."""

from math import inf

import pytest

from conversation.loudness import CHUNK_SECONDS, QUIETER_DB, Level, Loudness

USUAL = -25.0


def speaks(loudness: Loudness, level: float, chunks: int = 40, *, duller: float = 0.0) -> None:
    """A voice after a silence; it is noticed when it has lasted for 0.2 s."""
    for _ in range(20):
        loudness.heard(Level(-80.0, -80.0), voice=False)
    for number in range(chunks):
        if number == 10:
            loudness.began()
        whole = level - (number % 4) * 6
        loudness.heard(Level(whole, whole - duller), voice=number >= 10)


def a_caller() -> Loudness:
    """One who has spoken to us as usual."""
    loudness = Loudness()
    speaks(loudness, USUAL, 100)
    loudness.belongs()
    return loudness


@pytest.mark.parametrize(
    ("db", "quiet"), [(-QUIETER_DB - 1, True), (-20, True), (-QUIETER_DB + 1, False), (6, False)]
)
def test_a_voice_much_quieter_than_the_caller_is_not_for_us(db: float, quiet: bool):
    """Turned away, at the other end of the room, or our own out of a loudspeaker."""
    caller = a_caller()
    speaks(caller, USUAL + db)
    assert caller.quiet is quiet


def test_a_voice_without_its_high_tones_is_not_for_us():
    """Who turns away is hardly less loud in a small room, but duller."""
    caller = a_caller()
    speaks(caller, USUAL - 2, duller=QUIETER_DB)
    assert caller.quiet


def test_nobody_is_too_quiet_before_we_know_how_loud_the_caller_is():
    """A caller may be a quiet person on a bad line."""
    loudness = Loudness()
    speaks(loudness, -60.0)
    assert not loudness.quiet


def test_a_caller_who_comes_to_speak_more_quietly_is_the_caller():
    """What was a turn of theirs counts, and more than what was long ago."""
    caller = a_caller()
    for _ in range(8):
        speaks(caller, USUAL - 10)
        caller.belongs()
    speaks(caller, USUAL - 10)
    assert not caller.quiet


def test_a_sound_that_is_much_quieter_at_its_end_is_over():
    """Before the VAD says so; one chunk of silence is a stop within a word."""
    caller = Loudness()
    speaks(caller, USUAL)
    assert not caller.fades
    for _ in range(2):
        caller.heard(Level(-60.0, -60.0), voice=True)
        assert not caller.fades
    for _ in range(3):
        caller.heard(Level(-60.0, -60.0), voice=True)
    assert caller.fades


def test_a_sound_lasts_to_its_last_loud_chunk():
    """From when it was noticed, whatever the VAD still takes for voice."""
    caller = Loudness()
    assert caller.lasted == inf
    speaks(caller, USUAL, 40)
    assert caller.lasted == pytest.approx(29 * CHUNK_SECONDS)
    for _ in range(10):
        caller.heard(Level(-70.0, -70.0), voice=True)
    assert caller.lasted == pytest.approx(29 * CHUNK_SECONDS)
