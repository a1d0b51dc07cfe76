"""What callers say and recognisers write, as the value it means.

    "oh five five five, double one"     -> "055511"
    "the third of may"                  -> "2027-05-03"
    "robin at example dot com"          -> "robin@example.com"

Each function gives None where nothing of its kind is in the words. English.
"""

import re
from typing import Any

import dateparser
import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import ValidationResult
from text_to_num import alpha2digit

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DIGIT = r"(?:\d|oh|zero|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_SIGNS = (
    (r"\s*\b(?:dot|period|point)\b\s*", "."),
    (r"\s*\b(?:underscore|under score)\b\s*", "_"),
    (r"\s*\b(?:dash|hyphen|minus)\b\s*", "-"),
    (r"\s*\bplus\b\s*", "+"),
    (r"\s*(?:\bat sign\b|\bat\b|@)\s*", "@"),
)
_MAIL_LEAD = re.compile(
    r"^.*\b(?:e-?mail(?: address)?(?: is| would be)?|address is|(?:it|that)(?:'s| is| would be)"
    r"|write to|use|send it to|reach me at|is)\s*:?\s+(?=\S)",
    re.IGNORECASE,
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"(?:{_WEEKDAY},? )?(?:the )?{_DAY}(?: day)? (?:of )?{_MONTH}\.?(?:,? \d{{4}})?\b"
    rf"|(?:{_WEEKDAY},? )?\b{_MONTH}\.? (?:the )?{_DAY}(?![\d:])(?:,? \d{{4}})?\b"
    r"|\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\b"
    r"|\b(?:the )?day after tomorrow\b|\b(?:today|tonight|tomorrow)\b"
    rf"|\ba week (?:from|after) (?:today|tomorrow|(?:next |this )?{_WEEKDAY})\b"
    r"|\bin (?:a|an|one|\d+) (?:day|week|month|year)s?\b"
    rf"|\b(?:(?:this|next|coming|on) )*{_WEEKDAY}\b(?: next week)?"
    r"|\bnext (?:week|month)\b|\bthe \d{1,2}(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)


def numerals(text: str) -> str:
    """Number words as digits: "oh five, double one" -> "0 5, 1 1", "the third" -> "the 3rd"."""
    plain = re.sub(rf"\boh\b|\bo\b(?=\W+{_DIGIT}\b)|(?<=\d )o\b", "zero", text, flags=re.I)
    plain = re.sub(r"\bdouble[ -](\w+)\b", r"\1 \1", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\btriple[ -](\w+)\b", r"\1 \1 \1", plain, flags=re.IGNORECASE)
    return alpha2digit(plain, "en", threshold=0)


def digits_of(text: str) -> str:
    """All digits said, in order: a spoken "twenty three" gives "23"."""
    return re.sub(r"\D", "", numerals(text))


def number(text: str) -> str | None:
    """The one number in `text`: "about twenty five" -> "25", "three and a half" -> "3.5"."""
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", numerals(text))
    plain = re.sub(r"\b(\d+) and a half\b", r"\1.5", plain)
    plain = re.sub(r"\b(\d+) point (\d+)\b", r"\1.\2", plain)
    plain = re.sub(r"\bminus (?=\d)", "-", plain)
    found = re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)", plain)
    return found[0] if len(found) == 1 else None


def phone(text: str, region: str) -> str | None:
    """E.164, if it can be a number of `region` or names its country: "+16075550142"."""
    plain = numerals(text)
    plus = "+" if re.match(r"\D*(?:\bplus\b|\+)\s*\d", plain) else ""
    digits = re.sub(r"\D", "", re.split(r"\b(?:ext|extension)\b", plain)[0])
    try:
        parsed = phonenumbers.parse(plus + digits, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return None  # also where the area code is missing
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def email(text: str) -> str | None:
    """The address in `text`, its domain in lower case. Nothing is looked up."""
    plain = re.sub(r"(?<=\w)[,.!?]+(?=\s|$)", "", text.strip())
    if not re.search(r"@", plain):
        plain = _MAIL_LEAD.sub("", plain)
    for word, sign in _SIGNS:
        plain = re.sub(word, sign, plain, flags=re.IGNORECASE)
    name, at, domain = plain.rpartition("@")
    if not at:
        return None
    name = _MAIL_LEAD.sub("", name)
    if not re.fullmatch(r"[\w.+-]+", name):
        name = "".join(re.sub(r"[^\w.+-]+", " ", numerals(name)).split())
    domain = "".join(re.split(r"\s+(?:please|thanks|thank|and|that)\b", domain)[0].split())
    try:
        found = validate_email(
            f"{name}@{domain}", check_deliverability=False, test_environment=True
        )
    except EmailNotValidError:
        return None
    return found.normalized.lower()


def date(text: str, today: Any) -> str | None:
    """ISO, in the future where the words leave it open: "the third of may" -> "2027-05-03".

    today: a datetime, from which "tomorrow" is reckoned. About 1 ms; the first call in a process
    costs a quarter of a second.
    """
    plain = _years_joined(numerals(text))
    found = _DATE.search(plain)
    if found is None:
        return None
    written = re.sub(
        r"\b(?:the|of|day(?= of)|on|coming|this)\b|(?<=\d)(?:st|nd|rd|th)\b", " ", found[0].lower()
    )
    written = " ".join(written.replace(".", "/" if "/" not in written else " ").split())
    if re.fullmatch(r"\d{1,2}", written):
        return _day_of_month(int(written), today)
    if "week" in written and re.search(_WEEKDAY, written) and "next week" in written:
        written = "next " + written.replace(" next week", "")
    written = {"tonight": "today", "day after tomorrow": "in 2 days"}.get(written, written)
    settings: Any = {"RELATIVE_BASE": today, "PREFER_DATES_FROM": "future", "DATE_ORDER": "MDY"}
    parsed = dateparser.parse(written, languages=["en"], settings=settings)
    return parsed.date().isoformat() if parsed else None


def _day_of_month(day: int, today: Any) -> str | None:
    year, month = today.year, today.month
    for _ in range(13):
        if day >= today.day or (year, month) != (today.year, today.month):
            try:
                return today.replace(year=year, month=month, day=day).date().isoformat()
            except ValueError:
                pass  # a month that is shorter
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return None


def _years_joined(text: str) -> str:
    """ "may 23rd 20 27" -> "may 23rd 2027": recognisers write years as they are said."""
    return re.sub(
        r"(?<=[\w,] )(19|20) (?:hundred )?(\d\d)\b(?! ?(?:st|nd|rd|th|am|pm|:))", r"\1\2", text
    )
