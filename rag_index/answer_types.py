"""What kind of answer a question wants, and whether a sentence holds one of that kind."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTH = r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekdays?|weekends?"
_SMALL = r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|thirty|forty|fifty|sixty|hundred|thousand|million|billion|dozen|half|both|once|twice|single|no|none"
_NUMBER = rf"\d|\b(?:{_SMALL})\b"
_CLOCK = r"\d\s*[ap]\.?\s?m\b|\d:\d\d|\bnoon\b|\bmidnight\b|\bo'clock\b|\b24 hours\b|\baround the clock\b"
_DATE = rf"\b(?:{_MONTH})\b|\b(?:{_DAY})\b|\b1\d{{3}}\b|\b20\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th)\b|centur(?:y|ies)|\b\d+s\b"
_SPAN = r"\b(?:second|minute|hour|day|week|month|semester|term|year|decade|centur(?:y|ie))s?\b"
_MONEY = r"[$£€¥]|\b(?:dollars?|euros?|pounds?|cents?|usd|free|no (?:fee|charge|cost)|waived?|included)\b"
_EVENT = r"\b(?:when|after|before|during|until|once|deadline|daily|always|never|rolling|any time|end of|start of|begins?|annually)\b"
_NAMES = r"(?<=\S )[A-Z][\w'’.-]+|\b(?:students?|applicants?|parents?|teachers?|staff|members?|people|persons?|anyone|everyone|nobody|committee|office|counselor)\b"


@dataclass(frozen=True, slots=True)
class AnswerType:
    """A kind of answer. asked: in a question, lower-cased; given: in a sentence."""

    name: str
    asked: re.Pattern[str]
    given: re.Pattern[str]

    @property
    def strict(self) -> bool:
        """Whether a sentence without it can be no answer."""
        return self.name in ("fax", "e-mail", "phone", "website", "clock", "money")


def _type(name: str, asked: str, given: str, *, case: bool = False) -> AnswerType:
    return AnswerType(name, re.compile(asked), re.compile(given, 0 if case else re.I))


TYPES = (        # the first that fits decides
    _type("fax", r"\bfax\b", r"\bfax\b"),
    _type(
        "e-mail",
        r"\be-?mail (?:address|of|for|to|is)|\b(?:what|which|the|an?|your|their|by|and|s) e-?mails?\b|^e-?mail\b|e-?mail\W*$|\bwrite to\b",
        r"\S@\S|\be-?mail",
    ),
    _type(
        "phone",
        r"\b(?:tele)?phone\b|\bnumber\b.*\b(?:call|dial|reach|ring)\b|\b(?:call|dial|ring)\b.*\bnumber\b|\bhow (?:do|can|could|would|should) (?:i|we|you|one) (?:call|ring|phone|reach)\b|\bcontact number\b",
        r"\d{3}[-. ]\d{4}|\(\d{3}\)|\+\d|\bdial\b|\bcall(?:ing)? \d",
    ),
    _type("website", r"\bweb ?(?:site|page|address)\b|\burl\b", r"https?://|www\.|\.(?:com|org|edu|net|example)\b|\bweb ?(?:site|page)|\bonline\b|\bportal\b"),
    _type("percentage", r"\bpercent(?:age)?\b|\bwhat (?:share|fraction|proportion|portion|part)\b|\b(?:acceptance|admission|graduation|success|interest|retention) rate\b|\bhow likely\b|\bodds\b", r"%|\bper ?cent|\b(?:in|out of) (?:every )?(?:\d|ten|four|five|three)|\b(?:half|third|quarter|fifth|tenth)s?\b|\d\.\d"),
    _type("year", r"\b(?:what|which) (?:calendar |academic )?year\b", r"\b1\d{3}\b|\b20\d\d\b|\d{2,4}s?\b|\b(?:BC|AD)\b|\byear\b"),
    _type("clock", r"\bwhat time\b|\b(?:opening|office|business|working) (?:hours|times)\b|\bwhat (?:are|is).*\bhours\b|\bhours of\b|\bhow (?:late|early)\b.*\b(?:open|close[sd]?|call|stay)\b|\bwhen (?:does|do|is|are)\b.*\b(?:open|close|closed|start serving|close[sd]?)\b|^hours\b|\bhours\W*$", rf"{_CLOCK}|\bclosed\b|\bhours\b.*\d"),
    _type("money", r"\bhow much (?:is|are|s|for|money)\b|\bhow (?:much|expensive|costly)\b.*\b(?:cost|fee|price|pay|charge|tuition|worth|deposit|permit|rent|expensive|tuition|award|scholarship|stipend|earn)|\b(?:cost|costs|price|prices|fees?|fine|salary|stipend|wage) (?:of|for|is|to|per|at)\b|\bwhat (?:does|do|will|would|is|s|are)\b.*\b(?:cost|costs|price|fees?|charge|salary|stipend)\b|\bhow expensive\b|\bwhat will\b.*\btuition\b|^(?:cost|price)\b|\b(?:fee|cost|price)\W*$", rf"{_MONEY}|\b(?:cost|fee|price|tuition|rent)s?\b.*\d"),
    _type("amount", r"\bhow (?:much|many|old|tall|far|big|large|high|fast|often|deep|wide|heavy)\b|\bwhat (?:is|was|s|are) the (?:number|amount|population|size|height|length|minimum|maximum|average|total|score|gpa)\b|\b(?:minimum|lowest|what|which) (?:\w+ ){0,3}(?:score|gpa|grade point|credits?)\b", _NUMBER + rf"|{_MONEY}|\b(?:daily|weekly|monthly|yearly|annually|many|few|several|most|all|every)\b"),
    _type("duration", r"\bhow (?:long|soon|quick(?:ly)?)\b|\bwhat (?:is|s) the duration\b", rf"{_SPAN}|{_CLOCK}|\d"),
    _type("date", r"\bwhen\b|\bhow (?:late|early)\b|\b(?:what|which) (?:date|day|month|semester|century|decade)\b|\bdeadlines?\b|\bdates?\b|\bby when\b|\bcut ?-?off\b|\b(?:is|are|was) .* due\b|\blast day\b|\bdue\W*$", rf"{_DATE}|{_CLOCK}|{_SPAN}|{_EVENT}"),
    _type("person", r"\bwho(?:m|se)?\b", _NAMES, case=True),
    _type("place", r"\bwhere\b|\bwhat (?:is|s) the (?:\w+ )?address\b|\b(?:what|which) (?:building|room|city|country|state|street|town)\b", r"(?<=\S )[A-Z][\w'’-]+|\b(?:in|at|on|near|online|from|through|portal|by)\b", case=True),
)  # fmt: skip


def wanted(question: str) -> AnswerType | None:
    """The kind of answer a question wants, None if any sentence may do."""
    lowered = question.lower().replace("\u2019", "'").replace("'s", " s")
    return next((t for t in TYPES if t.asked.search(lowered)), None)
