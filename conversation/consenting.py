"""Short answers to our own questions: yes, no, never mind, skip it, say that again.

Each is told from the whole of what was said: "no" is a no, "no, the date is wrong" is more.
"""

import re

from conversation.turn_taking import words_of

_POLITE = frozenset(
    (
        "please thanks thank you so um uh well oh ok okay and it's it is i that's that that'll now "
        "just then very much robin all"
    ).split()
)
_YES = frozenset(
    (
        "yes yeah yep yup ya yah sure correct right exactly absolutely definitely perfect "
        "affirmative indeed course good great fine certainly"
    ).split()
)
_YES_PHRASES = (
    "yes please", "of course", "that's right", "that is right", "that's correct", "sounds good",
    "that is correct", "sounds right", "go ahead", "please do", "do it", "do that", "i do",
    "i would", "all correct", "it is", "all right", "alright", "ok", "okay", "why not",
    "everything is correct", "everything's right", "everything is right", "put me through",
    "i'd like that", "that would be great", "that'd be great", "yes you may",
)  # fmt: skip
_NO = frozenset("no nope nah not negative wrong incorrect".split())
_NO_PHRASES = (
    "no thanks", "no thank you", "not really", "not quite", "not now", "that's wrong",
    "that is wrong", "that's not right", "that is not right", "that isn't right",
    "that's not correct", "don't", "do not", "please don't", "i don't", "it's not", "it isn't",
    "not correct", "not right", "rather not", "i'd rather not",
)  # fmt: skip
_HUMS = frozenset("mm mhm hm hmm mmm mmhmm uh um er erm ah oh huh".split())

_LEAVES = re.compile(
    r"^(never ?mind( (that|it|about (it|that)))?|forget (it|about it|that|the whole thing)"
    r"|cancel( (that|it|this|everything|the (call ?back|request|booking|order|form)))?"
    r"|stop( (it|this|that|asking))?|i('ve| have)? changed my mind|let's (stop|leave (it|that))"
    r"|i (don't|do not) want (to|that|this|it)( any ?more)?|leave it|quit|abort|drop it)$"
)
_SKIPS = re.compile(
    r"^(skip( (it|this|that|this one|that one))?|pass|next|none|nothing( else)?|no( nothing)?"
    r"|nope|not sure|leave (it|that) (blank|empty|out)|(no )?that's (it|all)|whatever|any|anything"
    r"|i (don't|do not) (have|know|want to say|want to tell)( (one|that|any|it|you|yet))*"
    r"|i('d| would) rather not( say)?|(i )?(prefer|rather) not( to)?( say)?"
    r"|no (idea|email|phone|preference)|(it )?(doesn't|does not) matter|(i )?don't care)$"
)
_AGAIN = re.compile(
    r"\b((say|repeat|ask) (that|it|this|the question)( again| once more| one more time)?|repeat"
    r"|come again|one more time|say again|(what|which) (was|is) (the|your) question"
    r"|what did you (say|ask)|what was that)\b|^(pardon|sorry|what|excuse me|again)( me)?$"
    r"|\b(didn't|did not|couldn't|could not) (quite )?(catch|hear|get|understand) "
    r"(that|you|it|the question)\b"
)
_QUESTION = re.compile(
    r"^((what|when|where|who|how)('s|'re|'ll)?|whom|whose|which|why|is (there|it|the)"
    r"|are (there|the|you)|do (you|i)|does|did|(can|could|may) (i|you)|will|would you|should"
    r"|have you)\b"
)
_LEAD = re.compile(r"^((um+|uh+|er|so|well|oh|ok|okay|and|actually|sorry|wait|hold on|please)\s+)+")


def says_yes(text: str) -> bool:
    """Whether `text` agrees and says nothing else. A hum is no yes."""
    return _only(text, _YES, _YES_PHRASES)


def says_no(text: str) -> bool:
    """Whether `text` refuses and says nothing else."""
    return _only(text, _NO, _NO_PHRASES)


def begins_with_yes(text: str) -> bool:
    """Whether the first word agrees, whatever follows: "yes, that's my number"."""
    words = _plain(text).split()
    return bool(words) and words[0] in _YES - {"right", "good", "great", "fine", "sure", "course"}


def hums(text: str) -> bool:
    """Whether `text` has no word in it: "mm-hm", or nothing at all."""
    return all(word in _HUMS for word in words_of(text))


def leaves(text: str) -> bool:
    """Whether the caller drops the matter: "never mind", "cancel that"."""
    words = re.sub(r"^(no|nope|oh|actually|you know what)\s+", "", _plain(text))
    return bool(_LEAVES.match(re.sub(r"\s+(please|thanks|thank you|then|now)$", "", words)))


def skips(text: str) -> bool:
    """Whether the caller has no answer to give: "skip that", "I don't have one"."""
    return bool(_SKIPS.match(re.sub(r"\s+(please|thanks|thank you)$", "", _plain(text))))


def wants_it_again(text: str) -> bool:
    """Whether the question was not understood: "say that again", "pardon?"."""
    return not hums(text) and bool(_AGAIN.search(_plain(text)))


def asks(text: str) -> bool:
    """Whether `text` is a question, by its mark or by how it begins."""
    return text.rstrip().endswith("?") or bool(_QUESTION.match(_plain(text)))


def _plain(text: str) -> str:
    return _LEAD.sub("", " ".join(words_of(text.replace("\u2019", "'"))))


def _only(text: str, single: frozenset[str], phrases: tuple[str, ...]) -> bool:
    words = " ".join(words_of(text.replace("\u2019", "'")))
    rest = words
    for phrase in sorted(phrases, key=len, reverse=True):
        rest = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", "\0", rest)
    left = [w for w in rest.split() if "\0" not in w and w not in _HUMS | _POLITE]
    said = "\0" in rest or any(word in single for word in left)
    return said and all(word in single for word in left)
