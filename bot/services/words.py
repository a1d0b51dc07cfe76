"""How much a language model may say, and how freely; and texts as a voice is given them."""

from rag_index.speakable import speakable

MOST_TOKENS = 512  # two sentences, and what a model that reasons thinks before them
TEMPERATURE = 0.2


async def as_spoken(text: str, _type: str) -> str:
    """A text transform of Pipecat's: numbers, dates and signs in words."""
    return speakable(text)
