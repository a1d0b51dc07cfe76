"""Sentences that give orders to whoever reads them aloud: they answer nobody and are never spoken."""

from __future__ import annotations

import re

from rag_index.passages import Passage

_ORDER = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,40}
        \b(?:instruction|prompt|rule|direction|guideline|polic(?:y|ies)|context|training|above)
    | \b(?:system|developer)\s+(?:prompt|message|instruction)
    | \byou\s+are\s+(?:now|no\s+longer)\b
    | \b(?:as|you\s+are)\s+an?\s+(?:ai|language\s+model|chat\s?bot|voice\s+agent)\b
    | \b(?:new|updated|secret|hidden)\s+instructions?\b
    | \b(?:the|this|any)\s+(?:assistant|chat\s?bot|voice\s+agent|language\s+model|ai)\s+
        (?:must|should|shall|has\s+to|is\s+to)\b
    | ^\s*(?:note\s+to\s+(?:the\s+)?)?(?:ai|assistant|system|bot|llm|model)\s*:
    | \b(?:tell|say\s+to|reply\s+to|inform|instruct|convince)\s+(?:the|every|all|any|each)\s+
        (?:callers?|users?|customers?)\b
    | \b(?:reply|respond|answer)\s+(?:only\s+)?(?:with|in)\s+(?:the\s+(?:words?|text|phrase)|["“'])
    | <\s*/?\s*(?:system|assistant|user|passage|instructions?)\b | \[/?INST\] | <\|
    """,
    re.I | re.X,
)


def without_orders(passage: Passage) -> str:
    """The passage's text; if it gives orders, its sentences that give none."""
    pieces = (*passage.sentences, *passage.text.splitlines())
    if not any(is_order(piece) for piece in pieces):
        return passage.text
    return " ".join(s for s in passage.sentences if not is_order(s))


def is_order(sentence: str) -> bool:
    """Whether a sentence addresses the machine instead of informing the caller."""
    return _ORDER.search(sentence) is not None
