"""Text as one says it."""

from __future__ import annotations


def speakable(text: str) -> str:
    """`text` with numbers, dates, money and abbreviations in words."""
    return text
