"""What is kept of what was said: everything, everything but numbers and addresses, or no words.

    "it's five five five oh one six three"  -> "it's [number]"
    "robin at example dot com"              -> "[e-mail]"

For what is stored, never for what the caller hears. English. It goes by form and knows no names;
a number whose digits come in several turns is several short numbers to it.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

NUMBER, MAIL = "[number]", "[e-mail]"
SHORTEST = 4  # digits; shorter ones are floors, ages and prices more often than who somebody is

# A text in an entry is words, unless its name is one of these and it doesn't stand within words.
_NAMES = frozenset(
    (
        "kind event to key intent at step stage level by why state document language id asked act "
        "over provider model unit failed trace door owner"
    ).split()
)
_WORDS = frozenset("text values offer reason summary talk".split())

_ONE = "zero|oh|o(?!['\u2019])|nought|one|two|three|four|five|six|seven|eight|nine"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_LARGE = {"hundred": 2, "thousand": 4, "million": 7, "billion": 10}
_DIGITS = {**dict.fromkeys(f"{_TEENS}|{_TENS}".split("|"), 2), **_LARGE}
_PART = (
    rf"\d+|\b(?:(?:double|triple)[\s-]+)?(?:{_ONE})\b"
    rf"|\b(?:{_TENS})(?:[\s-]+(?:{_ONE})\b)?|\b(?:{_TEENS}|thousand|million|billion)\b"
    rf"|\bhundred(?:[\s-]+(?:and[\s-]+)?(?:(?:{_TENS})(?:[\s-]+(?:{_ONE}))?|{_TEENS}|{_ONE}))?\b"
)
_PARTS = re.compile(_PART, re.IGNORECASE)
_BETWEEN = r"(?:\s+(?:uh|um|er)\b)?[\s,.\-/()+#*\u2010-\u2015]{0,4}"
_RUN = re.compile(rf"(?:{_PART})(?:{_BETWEEN}(?:{_PART}))*", re.IGNORECASE)

_SPELT = r"(?:\b\w[\s,.-]{1,3}){0,40}"  # "r o b i n"
_JOINT = r"(?:\s+(?:dot|period|point|dash|hyphen|minus|underscore|plus)\s+|[.+-])"
_DOT = r"(?:\s+(?:dot|period|point)\s+|\s?\.\s?)"
_SPOKEN = (
    rf"\b\w{{1,64}}(?:{_JOINT}\w{{1,64}}){{0,8}}\s+at(?:\s+sign)?\s+"
    rf"\w{{1,64}}(?:{_JOINT}\w{{1,64}}){{0,8}}{_DOT}[a-z]{{2,20}}\b"
)
_WRITTEN = r"(?<![\w.%+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}"
_MAILS = re.compile(rf"{_SPELT}(?:{_WRITTEN}|{_SPOKEN})", re.IGNORECASE)


def redacted(text: str) -> str:
    """`text` with placeholders for e-mail addresses and for numbers of SHORTEST digits or more."""
    return _RUN.sub(_number, _MAILS.sub(MAIL, text))


def is_redacted(text: str) -> bool:
    """Whether something of `text` was not kept."""
    return NUMBER in text or MAIL in text


def without_numbers(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with all its words redacted, however deep they stand."""
    return {name: _redacted(value, name) for name, value in entry.items()}


def without_words(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry without any words, however deep they stand."""
    return {
        name: _wordless(value)
        for name, value in entry.items()
        if name not in _WORDS and (name in _NAMES or not isinstance(value, str))
    }


def _redacted(value: Any, name: str) -> Any:
    match value:
        case str():
            return value if name in _NAMES else redacted(value)
        case Mapping():
            inner = cast(Mapping[str, Any], value)
            said = name in _WORDS  # whatever the form's fields are called
            return {k: _redacted(v, name if said else k) for k, v in inner.items()}
        case list() | tuple():
            return [_redacted(item, name) for item in cast(list[Any], value)]
        case _:
            return value


def _wordless(value: Any) -> Any:
    match value:
        case Mapping():
            return without_words(cast(Mapping[str, Any], value))
        case list() | tuple():
            items = cast(list[Any], value)
            return [_wordless(item) for item in items if not isinstance(item, str)]
        case _:
            return value


def _number(run: re.Match[str]) -> str:
    return NUMBER if sum(map(_digits, _PARTS.findall(run[0]))) >= SHORTEST else run[0]


def _digits(part: str) -> int:
    if part.isdigit():
        return len(part)
    first = re.split(r"[\s-]+", part.lower())[0]
    return {"double": 2, "triple": 3}.get(first) or _DIGITS.get(first, 1)
