"""Text as one says it: dates, times, money, numbers, addresses and abbreviations in words.

"Due Jan. 15, 2027 by 5:30 pm: $1,050.50"
"Due January fifteenth, twenty twenty-seven by five thirty p m: one thousand and fifty dollars and fifty cents"
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag_index.spoken_numbers import (
    decimal,
    digits,
    money,
    month_name,
    ordinal,
    time_of_day,
    year,
)

_MONTH = (
    r"(Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_YEAR = r"(1[0-9]\d\d|20\d\d)"
_TO = r"\s*(?:-|–|—|to)\s*"

_ABBREVIATIONS = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "and so on", "approx.": "approximately", "vs.": "versus",
    "incl.": "including", "excl.": "excluding", "dept.": "department", "bldg.": "building", "rm.": "room",
    "ext.": "extension", "tel.": "telephone", "apt.": "apartment", "min.": "minimum", "max.": "maximum",
    "dr.": "doctor", "mr.": "mister", "mrs.": "missus", "ms.": "miz", "prof.": "professor", "st.": "saint",
    "ave.": "avenue", "blvd.": "boulevard", "no.": "number", "nos.": "numbers", "mon.": "Monday", "tue.": "Tuesday",
    "wed.": "Wednesday", "thu.": "Thursday", "fri.": "Friday", "sat.": "Saturday", "sun.": "Sunday", "w/": "with",
    "w/o": "without", "hrs.": "hours", "hr.": "hour", "yr.": "year", "yrs.": "years", "dept": "department",
}  # fmt: skip
_FRACTIONS = {
    "1/2": "one half",
    "1/3": "one third",
    "2/3": "two thirds",
    "1/4": "one quarter",
    "3/4": "three quarters",
}
_WEEKDAY = (
    r"(?:Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)(?:days?|nesdays?|rsdays?|sdays?|urdays?|\.)?"
)
_ZONE = re.compile(r"(?:Eastern|Central|Mountain|Pacific|[ECMP][SD]?T|UTC|GMT)\b")
_NEEDS_NUMBER = {"no.", "nos.", "ext.", "rm.", "min.", "max.", "apt."}


def speakable(text: str) -> str:
    """`text` with everything written in digits and signs put into English words. Takes well under a millisecond."""
    for pattern, say in _RULES:
        text = pattern.sub(say, text)
    return re.sub(r"\s+", " ", re.sub(r"\s+([.,;:!?])", r"\1", text)).strip()


def _rule(
    pattern: str, say: Callable[[re.Match[str]], str], flags: int = 0
) -> tuple[re.Pattern[str], Callable[[re.Match[str]], str]]:
    return re.compile(pattern, flags), say


def _address(match: re.Match[str]) -> str:
    name, domain = match.group(1), match.group(2)
    return f"{_spell(name)} at {_spell(domain)}"


def _spell(part: str) -> str:
    signs = {
        ".": " dot ",
        "-": " dash ",
        "_": " underscore ",
        "/": " slash ",
        "+": " plus ",
        ":": " colon ",
    }
    said = "".join(signs.get(c, c) for c in part)
    return re.sub(r"\d+", lambda m: f" {digits(m.group())} ", said).strip()


def _web(match: re.Match[str]) -> str:
    address = re.sub(r"^https?://|^www\.|/+$", "", match.group(0), flags=re.I)
    end = "." if address.endswith(".") else ""
    address = re.sub(r"^www\.", "", address.rstrip(".,;"), flags=re.I)
    return _spell(address) + end


def _phone(match: re.Match[str]) -> str:
    return ", ".join(digits(group) for group in re.findall(r"\d+", match.group(0)))


def _clock(match: re.Match[str]) -> str:
    hour, minute, half = match.groups()
    rest = match.string[match.end() :].lstrip()
    stop = (
        "."
        if half and half.endswith(".") and (not rest or rest[0].isupper()) and not _ZONE.match(rest)
        else ""
    )
    return time_of_day(hour, minute, half) + stop


def _fraction(match: re.Match[str]) -> str:
    return _FRACTIONS.get(match.group(0)) or f"{decimal(match[1])} {decimal(match[2])}"


def _decade(match: re.Match[str]) -> str:
    return re.sub(r"y$", "ies", year(match[1])) if match[1][2:] != "00" else year(match[1]) + "s"


def _month_day(match: re.Match[str]) -> str:
    month, day, last, written = match.groups()
    said = f"{month_name(month)} {ordinal(day)}"
    said += f" to {ordinal(last)}" if last else ""
    return said + (f", {year(written)}" if written else "")


def _day_month(match: re.Match[str]) -> str:
    day, month, written = match.groups()
    return f"{month_name(month)} {ordinal(day)}" + (f", {year(written)}" if written else "")


def _iso(match: re.Match[str]) -> str:
    written, month, day = match.groups()
    return (
        f"{month_name(month)} {ordinal(day)}, {year(written)}"
        if int(month) <= 12
        else match.group(0)
    )


def _years(match: re.Match[str]) -> str:
    first, second = match.groups()
    return f"{year(first)} to {year(second if len(second) == 4 else first[:2] + second)}"


def _abbreviation(match: re.Match[str]) -> str:
    written = match.group(0)
    return _ABBREVIATIONS[written.lower()]


def _acronym(match: re.Match[str]) -> str:
    return match.group(0).replace(".", "")


_DOTTED = "|".join(
    re.escape(a) for a in sorted(_ABBREVIATIONS, key=len, reverse=True) if a not in _NEEDS_NUMBER
)
_COUNTED = "|".join(re.escape(a) for a in _NEEDS_NUMBER)

_RULES = (
    _rule(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", lambda m: "", re.M),
    _rule(r"(?<=[^\s.,;:!?])\s*\n+\s*", lambda m: ", "),
    _rule(r"(?:mailto:)?([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)", _address),
    _rule(r"https?://[^\s<>()]+|\bwww\.[^\s<>()]+|\b[a-z0-9][\w-]*(?:\.[\w-]+)*\.(?:com|org|edu|net|gov|io|ac\.uk|co\.uk|example)\b(?:/[^\s<>()]*)?", _web, re.I),
    _rule(r"(?<![\w$])(?:\+\d{1,3}[-. ]?)?(?:\(\d{3}\) ?|\b\d{3}[-. ])?\d{3}[-. ]\d{4}(?![\d-])", _phone),
    _rule(r"\b(20\d\d|1[0-9]\d\d)-(\d\d)-(\d\d)\b", _iso),
    _rule(rf"(?<=\d)\s*[-–—]\s*(?={_MONTH} \d)", lambda m: " to "),
    _rule(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?:{_TO}(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:,]\d))?(?:,? {_YEAR})?(?![\d:]|,\d| ?[ap]\.?m)", _month_day),
    _rule(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? {_YEAR})?\b", _day_month),
    _rule(rf"\b({_WEEKDAY})\s*[-–—]\s*(?={_WEEKDAY}\b)", lambda m: f"{m[1]} to "),
    _rule(r"\b(\d{1,2})(?::(\d\d))?\s*[-–—]\s*(?=\d{1,2}(?::\d\d)?\s*[ap]\.?m\b)", lambda m: time_of_day(m[1], m[2], None).removesuffix(" o'clock") + " to ", re.I),
    _rule(r"\b(\d{1,2}):(\d\d)\s*(a\.?m\.?|p\.?m\.?)?(?![\w:])", _clock, re.I),
    _rule(r"\b(\d{1,2})()\s*(a\.m\.|p\.m\.|am|pm)(?![\w])", _clock, re.I),
    _rule(r"(?<=\bm)\s*[-–—]\s*(?=(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight)\b)", lambda m: " to "),
    _rule(rf"([$£€])\s?({_NUMBER}){_TO}\1?\s?({_NUMBER})", lambda m: f"{money(m[1], m[2])} to {money(m[1], m[3])}"),
    _rule(rf"([$£€])\s?({_NUMBER})(?:\s?(k|thousand|million|billion)\b)?", lambda m: money(m[1], m[2], m[3])),
    _rule(rf"({_NUMBER}){_TO}({_NUMBER})\s?%", lambda m: f"{decimal(m[1])} to {decimal(m[2])} percent"),
    _rule(rf"({_NUMBER})\s?%", lambda m: f"{decimal(m[1])} percent"),
    _rule(r"\b(1[0-9]\d\d|20\d\d)[-–/](\d\d|\d{4})\b(?![-\d])", _years),
    _rule(r"(?<=[a-z] )St\.(?!\s+[A-Z])", lambda m: "street" if re.search(r"[A-Z][a-z]+ $", m.string[: m.start()]) else "saint"),
    _rule(rf"\b((?:{_COUNTED})) ?(?=\d)", lambda m: _ABBREVIATIONS[m[1].lower()] + " ", re.I),
    _rule(rf"(?<![\w.])(?:{_DOTTED})(?![\w])", _abbreviation, re.I),
    _rule(r"\b(?:[A-Z]\.){2,}", _acronym),
    _rule(r"\b(code|extension|PIN|zip|flight|account)( is| of|:)? (\d{3,})\b(?!,\d)", lambda m: f"{m[1]}{m[2] or ''} {digits(m[3])}", re.I),
    _rule(r"\b(\d{1,2})/(\d{1,2})\b", _fraction),
    _rule(r"\band/or\b", lambda m: "and or"),
    _rule(r"#\s?(?=\d)", lambda m: "number "),
    _rule(r"\s*&\s*", lambda m: " and "),
    _rule(r"\s*[→⇒]\s*", lambda m: " to "),
    _rule(r"(?<=\d)\s*[-–—]\s*(?=\d)", lambda m: " to "),
    _rule(r"\b(\d+)(?:st|nd|rd|th)\b", lambda m: ordinal(m[1])),
    _rule(r"(?<=[A-Za-z])-(?=\d)|(?<=\d)-(?=[A-Za-z])", lambda m: " "),
    _rule(r"\b(1[1-9]\d\d|20\d\d)s\b", _decade),
    _rule(r"(?<![\d,.$])\b(1[5-9]\d\d|20[0-4]\d)\b(?![\d,]\d|\.\d)", lambda m: year(m[1])),
    _rule(r"(?<![,.\d])\b(0\d+)\b", lambda m: digits(m[1])),
    _rule(rf"(?<![\w.])({_NUMBER})(?=[A-Za-z])", lambda m: decimal(m[1]) + " "),
    _rule(rf"(?<=[A-Za-z])({_NUMBER})", lambda m: f" {decimal(m[1])} "),
    _rule(rf"({_NUMBER})", lambda m: decimal(m[1])),
    _rule(r"\b(\w+)\s*/\s*(\w+)\b", lambda m: f"{m[1]} or {m[2]}"),
    _rule(r"[*_`~|<>{}\[\]\\^]+", lambda m: " "),
    _rule(r"\s*[–—]\s*", lambda m: ", "),
)  # fmt: skip
