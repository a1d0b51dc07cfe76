"""Whether a reply carries a fact, however it is spelled."""

import re

from rag_index.speakable import speakable


def canonical(text: str) -> str:
    """Words only, numbers spelled out, so that "$75" and "seventy-five dollars" are the same."""
    plain = speakable(text).lower().replace("'", "").replace("per cent", "percent")
    words = re.sub(r"[^a-z0-9]+", " ", plain)
    return f" {re.sub(r' (and|the|of) ', ' ', f' {words} ').strip()} "
