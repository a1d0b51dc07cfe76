"""What the recogniser makes of sounds that are no speech is told apart from words."""

import pytest

from bot.services.local.moonshine import is_speech


@pytest.mark.parametrize(
    "text",
    [
        "Hello.",
        "No.",
        "no no no no no",
        "Ask not what your country can do for you, ask what you can.",
    ],
)
def test_words_are_speech(text: str):
    """Short, repeated for emphasis, or long."""
    assert is_speech(text)


@pytest.mark.parametrize(
    "text",
    ["", "...", "♪ I'm a rocky ♪", "It's like, it's like, it's", "I'm going to go ahead. " * 4],
)
def test_songs_and_circles_are_not(text: str):
    """On horns and murmur the model sings, or says the same thing over and over."""
    assert not is_speech(text)
