"""Questions that lean on what was said before: "and for transfer students?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag_index.words import KINDS, STOPWORDS, raw_words
from rag_index.wordvectors import word_vectors

SAME_KIND = 0.42  # likeness from which two words of no list of KINDS exclude each other, too
SHORT = 9  # words; a longer question seldom leans on another
_FILLERS = r"^\W*(?:(?:um|uh|ok(?:ay)?|so|well|yes|right)\W+)*"
_OPENING = re.compile(
    rf"{_FILLERS}(?:and|or|but|also|what about|how about|what if)\b",
    re.I,
)
_PLACES = "for|in|at|on|to|from|with|by|during|after|before"
_ANOTHER = re.compile(
    rf"{_FILLERS}(?:and|or|but|also|what about|how about)\W+"
    rf"(?P<place>{_PLACES})\s+(?P<named>[^,.?!]+)[.?!]*$",
    re.I,
)  # "and for transfer students?"
_PLACE = re.compile(rf"\b(?:{_PLACES})\s+[^,.?!]+?(?=\s+(?:{_PLACES})\b|[,.?!]|$)", re.I)
_NAMING = re.compile(
    r"\b(?:that|this|which|the (?:same|other|first|second|last)) ones?\b|\bthe same\b|\bafter that\b",
    re.I,
)
_POINTING = re.compile(
    r"\b(?:it|its|it's|that one|this one|those|these|they|them|their|then|there|that|he|she|her|his|him|one)\b", re.I
)  # fmt: skip
_MORE = re.compile(
    r"(?:(?:ok|okay|yes|yeah|please|and|so|well|um|uh|sure|great|can|could|would|will|you|i|id|like|"
    r"want|to|just|also|a|bit|little|know|hear|be) )*"
    r"(?:tell me (?:a (?:bit|little) )?more|give me more(?: details?| information)?|(?:say )?more|"
    r"more (?:details?|information|please|about (?:it|that|this))|go on|keep going|carry on|"
    r"continue|elaborate|(?:what|anything|is there anything|is there something|something) else|"
    r"is there more|whats? more|in more detail|hear more|explain (?:it |that |this )?(?:more|further))"
    r"(?: (?:about|on|to) (?:it|that|this|say|know))?(?: (?:please|then|about it|about that))*"
)


def leans(question: str) -> bool:
    """Whether a question can hardly be understood alone."""
    words = raw_words(question)
    content = [w for w in words if w not in STOPWORDS]
    if _OPENING.search(question) or _NAMING.search(question):
        return len(words) <= 2 * SHORT
    return len(content) <= 1 or (
        len(words) <= SHORT and bool(_POINTING.search(question)) and len(content) <= 3
    )


def wants_more(question: str) -> bool:
    """Whether the caller asks to hear more of the last answer, and nothing else."""
    return _MORE.fullmatch(" ".join(raw_words(question))) is not None


def resolve(question: str, about: str | None) -> str:
    """The question as it would stand alone.

    about: the questions before it, one a line, the last one last. What a question is about follows
    it, unless the question replaces it.
    """
    topic = ""
    for earlier in (about or "").splitlines():
        topic = topic if wants_more(earlier) else _joined(earlier, topic)
    return topic if topic and wants_more(question) else _joined(question, topic)


def _exchanged(question: str, about: str) -> str:
    """`about` with what the question names instead, if it has such a place; else ""."""
    another = _ANOTHER.match(question.strip())
    if another is None or len(question.split()) > SHORT:
        return ""
    place, named = another["place"].lower(), another["named"].strip()
    places = list(_PLACE.finditer(about))
    of_a_kind = [p for p in places if _excluded(raw_words(p[0]), raw_words(named))]
    found = of_a_kind or [p for p in places if p[0].lower().startswith(f"{place} ")]
    if not found:
        return ""
    first, last = found[-1].span()
    return f"{about[:first]}{place} {named}{about[last:]}"


def _excluded(words: Sequence[str], by: Sequence[str]) -> bool:
    """Whether one of the words can't be meant beside one of the others: "fall" beside "spring"."""
    return any(word in kind and other in kind for kind in KINDS for word in words for other in by)


def _joined(question: str, about: str) -> str:
    if not about or not leans(question):
        return question
    if instead := _exchanged(question, about):
        return instead
    asked = [w for w in raw_words(question) if w not in STOPWORDS]
    words = word_vectors()
    mine = words(asked)

    def replaced(word: str) -> bool:
        plain = raw_words(word)
        if not plain or plain[0] in STOPWORDS or not asked:
            return False
        if _excluded(plain[:1], asked):
            return True
        if any(plain[0] != w and len(w) > 4 and (w in plain[0] or plain[0] in w) for w in asked):
            return True  # "graduate" instead of "undergraduate"
        return float((mine @ words(plain[:1])[0]).max()) > SAME_KIND

    kept = " ".join(w for w in about.split() if not replaced(w))
    return f"{question.strip()} {kept}"
