"""The fields of a form: what each kind takes, how it is checked, how it is read back.

    check(field, "the third of may", today)  ──►  Taken("2027-05-03"), or Refused(why)
    said(field, "2027-05-03")                ──►  "Monday, May 3, 2027"

Values are plain text: ISO for dates, E.164 for phone numbers. What is said is written as one
writes; the voice turns digits and signs into words.
"""

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import re2

from conversation import spoken_values
from conversation.consenting import hums, says_no, says_yes
from conversation.turn_taking import words_of

Kind = Literal["text", "name", "number", "date", "phone", "email", "choice", "pattern"]
LONGEST = 300  # characters of a value
_LONGEST_NAME = 5  # words

_LEAD = re.compile(
    r"^(?:(?:um+|uh+|er+|so|well|oh|ok|okay|yes|yeah|sure|hi|hello|and|please)\b[\s,.]*)+", re.I
)
_NAME_LEAD = re.compile(
    r"^(?:(?:my|the|his|her) (?:full |first |last )?name(?:'s| is| would be)"
    r"|(?:it|this|that)(?:'s| is)|i'm|i am|you can call me|call me|put down|name's)\s+",
    re.IGNORECASE,
)
_TEXT_LEAD = re.compile(r"^(?:it's|it is|that's|that would be|it would be)\s+", re.IGNORECASE)
_SPELLED = re.compile(r"(?<![\w'])\w\b(?:[\s.,-]+\w\b)+")


@dataclass(frozen=True)
class Field:
    """One thing to ask for. `least` and `most` bound numbers and dates ("today" is a date)."""

    name: str
    prompt: str
    kind: Kind = "text"
    label: str = ""
    optional: bool = False
    choices: tuple[str, ...] = ()
    pattern: str = ""
    hint: str = ""  # said when the value can't be used
    least: str = ""
    most: str = ""
    region: str = "US"  # of phone numbers without a country

    @property
    def called(self) -> str:
        """Its name in speech."""
        return self.label or self.name.replace("_", " ")

    @property
    def question(self) -> str:
        """The prompt without what leads up to it: "Sure, I can do that. Your name?" asked again."""
        return re.split(r"(?<=[.!])\s+", self.prompt.strip())[-1]

    @property
    def free(self) -> bool:
        """Whether nearly anything said can be its value."""
        return self.kind in ("text", "name")


@dataclass(frozen=True)
class Taken:
    """What was said is this value."""

    value: str


@dataclass(frozen=True)
class Refused:
    """What was said is no value; `why` is said to the caller."""

    why: str


def check(field: Field, text: str, today: Any) -> Taken | Refused:
    """What `text` means for `field`. today: a datetime, from which dates are reckoned."""
    read = _READERS[field.kind]
    value = None if len(text) > LONGEST else read(field, text, today)
    if value is None:
        return Refused(field.hint or _why(field))
    return Refused(out) if (out := _out_of_bounds(field, value, today)) else Taken(value)


def said(field: Field, value: str) -> str:
    """The value as it is read back."""
    if field.kind == "date":
        year, month, day = (int(part) for part in value.split("-"))
        weekday = calendar.day_name[calendar.weekday(year, month, day)]
        return f"{weekday}, {calendar.month_name[month]} {day}, {year}"
    if field.kind == "phone":
        american = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", value)
        return "-".join(american.groups()) if american else "plus " + " ".join(value[1:])
    if field.kind == "pattern":
        return " ".join(value)
    return value


def keyed(field: Field, digits: str, today: Any) -> Taken | Refused:
    """The same for keys pressed on a telephone: MMDD or MMDDYYYY for a date, a choice's place."""
    keys = digits.strip("#")
    if field.kind == "date" and (day := re.fullmatch(r"(\d\d)(\d\d)(\d{4})?", keys)):
        return check(field, "/".join(part for part in day.groups() if part), today)
    if field.kind == "choice":
        at = int(keys) - 1 if keys.isdecimal() else -1
        within = 0 <= at < len(field.choices)
        return Taken(field.choices[at]) if within else Refused(field.hint or _why(field))
    if field.free or field.kind == "email":
        return Refused("Please say it instead of pressing keys.")
    return check(field, keys, today)


def _text(field: Field, text: str, today: Any) -> str | None:
    plain = _TEXT_LEAD.sub("", _LEAD.sub("", text.strip())).strip(" ,.")
    empty = hums(plain) or says_yes(plain) or says_no(plain)
    return None if empty else plain


def _name(field: Field, text: str, today: Any) -> str | None:
    plain = _NAME_LEAD.sub("", _LEAD.sub("", text.strip().replace("\u2019", "'")))
    whole, _, spelling = plain.partition(",")
    if spelling and (letters := _SPELLED.search(spelling)):  # "Lopez, that's L O P E Z"
        *first, _last = whole.split() or [""]
        plain = " ".join([*first, _joined(letters[0])])
    plain = _SPELLED.sub(lambda m: _joined(m[0]), plain)
    plain = re.sub(r"\s+(?:please|thanks|thank you|speaking|here)\W*$", "", plain, flags=re.I)
    plain = plain.strip(" ,.!")
    words = words_of(plain)
    fits = 0 < len(words) <= _LONGEST_NAME and not re.search(r"[\d?@]", plain)
    return plain if fits and not (hums(plain) or says_yes(plain) or says_no(plain)) else None


def _joined(letters: str) -> str:
    return re.sub(r"\W", "", letters).capitalize()


def _number(field: Field, text: str, today: Any) -> str | None:
    return spoken_values.number(text)


def _date(field: Field, text: str, today: Any) -> str | None:
    return spoken_values.date(text, today)


def _phone(field: Field, text: str, today: Any) -> str | None:
    return spoken_values.phone(text, field.region)


def _email(field: Field, text: str, today: Any) -> str | None:
    return spoken_values.email(text)


def _choice(field: Field, text: str, today: Any) -> str | None:
    heard = words_of(text)
    whole = [c for c in field.choices if _within(words_of(c), heard)]
    if whole:
        longest = max(whole, key=len)
        return longest if all(_within(words_of(c), words_of(longest)) for c in whole) else None
    for word, agrees in (("yes", says_yes), ("no", says_no)):
        if named := next((c for c in field.choices if c.lower() == word and agrees(text)), None):
            return named
    ranks = re.search(r"\b(\d+)(?:st|nd|rd|th)\b|\bnumber (\d+)\b", spoken_values.numerals(text))
    at = int(next(filter(None, ranks.groups()))) - 1 if ranks else -1
    if 0 <= at < len(field.choices):
        return field.choices[at]
    some = [c for c in field.choices if any(len(w) > 3 and w in heard for w in words_of(c))]
    return some[0] if len(some) == 1 else None


def _within(words: list[str], heard: list[str]) -> bool:
    return any(heard[i : i + len(words)] == words for i in range(len(heard) - len(words) + 1))


def _pattern(field: Field, text: str, today: Any) -> str | None:
    plain = _TEXT_LEAD.sub("", _LEAD.sub("", text.strip())).strip(" ,.")
    numerals = spoken_values.numerals(plain)
    dense = re.sub(r"[\s,.-]", "", numerals)
    last = re.sub(r"^.*\b(?:is|it's|number)\b", "", numerals)
    tries = (plain, dense, dense.upper(), re.sub(r"[\s,.-]", "", last).upper())
    return next((t for t in tries if t and re2.fullmatch(field.pattern, t)), None)


_READERS: Mapping[Kind, Callable[[Field, str, Any], str | None]] = {
    "text": _text,
    "name": _name,
    "number": _number,
    "date": _date,
    "phone": _phone,
    "email": _email,
    "choice": _choice,
    "pattern": _pattern,
}

_WHY: Mapping[Kind, str] = {
    "text": "I didn't get that.",
    "name": "I didn't get a name.",
    "number": "I need one number.",
    "date": "I didn't get a day. You can say, for example, the third of May, or next Tuesday.",
    "phone": "That isn't a whole phone number. Please say it with its area code.",
    "email": "I didn't get an e-mail address. Please say it like: robin at example dot com.",
    "pattern": "That doesn't look right.",
}


def _why(field: Field) -> str:
    if field.kind == "choice":
        *others, last = field.choices
        return f"It can be {', '.join(others)} or {last}." if others else f"It can be {last}."
    return _WHY[field.kind]


def _out_of_bounds(field: Field, value: str, today: Any) -> str | None:
    if field.kind not in ("number", "date"):
        return None
    least, most = (
        today.date().isoformat() if bound == "today" else bound
        for bound in (field.least, field.most)
    )
    order = _number_of if field.kind == "number" else _ordinal_of
    if least and order(value) < order(least):
        return field.hint or _too_little(field, value, least)
    if most and order(value) > order(most):
        dated = f"It can't be after {said(field, most)}."
        return field.hint or (dated if field.kind == "date" else f"It can be at most {most}.")
    return None


def _number_of(value: str) -> float:
    return float(value)


def _ordinal_of(iso: str) -> float:
    return float(iso.replace("-", ""))


def _too_little(field: Field, value: str, least: str) -> str:
    if field.least == "today":
        return f"{said(field, value)} has passed already."
    dated = f"It can't be before {said(field, least)}."
    return dated if field.kind == "date" else f"It has to be at least {least}."
