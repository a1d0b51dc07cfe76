"""Numbers in English words."""

from __future__ import annotations

from num2words import num2words

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_DIGITS = "zero one two three four five six seven eight nine".split()
_CURRENCIES = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}
LONGEST = 15  # digits of a number that is said as one; longer ones digit by digit


def cardinal(number: int) -> str:
    """1050 -> "one thousand and fifty"."""
    return num2words(number).replace(",", "")


def ordinal(number: str) -> str:
    """ "15" -> "fifteenth"."""
    return num2words(int(number), to="ordinal").replace(",", "")


def digits(written: str) -> str:
    """ "0142" -> "zero one four two"."""
    return " ".join(_DIGITS[int(d)] for d in written if d.isdecimal())


def decimal(written: str) -> str:
    """ "2.75" -> "two point seven five", "1,050" -> "one thousand and fifty"."""
    whole, _, part = written.replace(",", "").partition(".")
    if len(whole) > LONGEST:
        return digits(whole)
    said = cardinal(int(whole))
    return f"{said} point {digits(part)}" if part else said


def year(written: str) -> str:
    """ "2027" -> "twenty twenty-seven", "2005" -> "two thousand and five"."""
    return num2words(int(written), to="year")


def month_name(written: str) -> str:
    """ "Sept." or "09" -> "September"."""
    if written.isdecimal():
        return _MONTHS[max(1, min(12, int(written))) - 1]
    return next(m for m in _MONTHS if m.lower().startswith(written.lower().rstrip(".")[:3]))


def time_of_day(hour: str, minute: str | None, half: str | None) -> str:
    """ "5", "30", "pm" -> "five thirty p m"."""
    said = cardinal(int(hour))
    if minute and minute != "00":
        said += f" oh {_DIGITS[int(minute)]}" if int(minute) < 10 else f" {cardinal(int(minute))}"
    elif minute and not half:
        said += " hundred" if int(hour) > 12 else " o'clock"
    if half:
        said += f" {half[0].lower()} m"
    return said


def money(sign: str, written: str, scale: str | None = None) -> str:
    """ "$", "1,050.50" -> "one thousand and fifty dollars and fifty cents"."""
    unit, small = _CURRENCIES[sign]
    if scale:
        return f"{decimal(written)} {'thousand' if scale == 'k' else scale} {unit}s"
    whole, _, part = written.replace(",", "").partition(".")
    if len(part) > 2:
        return f"{decimal(written)} {unit}s"
    cents = int(part.ljust(2, "0")) if part else 0
    pence = {"penny": "pence"}.get(small, small + "s")
    minor = f"{cardinal(cents)} {small if cents == 1 else pence}"
    if cents and not int(whole):
        return minor
    major = f"{decimal(whole)} {unit}{'' if int(whole) == 1 else 's'}"
    return f"{major} and {minor}" if cents else major
