"""Words as the lexical side compares them: lower case, no accents, stemmed, numbers as digits.

Speech recognition writes "twenty" or "20", "e-mail" or "email": both sides of a comparison meet here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*")
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
).split()
_TENS = {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
NUMBER_WORDS = {word: str(value) for value, word in enumerate(_NUMBERS)} | {
    word: str(value) for word, value in _TENS.items()
}
STOPWORDS = frozenset(
    (
        "a an the this that these those there here it its itself he him his she her hers they "
        "them their theirs we us our ours you your yours i me my mine myself yourself oneself one "
        "ones am is are was were be been being do does did doing done have has had having will "
        "would shall should can could may might must ought need dare and or but nor so yet if "
        "then than because as while until of at by for with about against between into through "
        "during before after above below to from up down in out on off over under again further "
        "who whom whose which what when where why how whether all any both each few more most "
        "other some such no not only own same too very s t just don now also please tell know "
        "want like get got let okay ok hi hello hey um uh er well thanks thank im ive id ill "
        "youre hes shes theyre were weve isnt arent wasnt dont doesnt didnt cant couldnt wont "
        "wouldnt shouldnt whats whos wheres hows thats theres lets much many per within without "
        "upon via etc eg ie us vs oh yes yeah actually really maybe quite"
    ).split()
)
KINDS = tuple(  # of which one excludes the others, however like or unlike their vectors are
    frozenset(words.split())
    for words in (
        "spring summer fall autumn winter",
        "monday tuesday wednesday thursday friday saturday sunday "
        "mondays tuesdays wednesdays thursdays fridays saturdays sundays",
        "january february march april may june july august september october november december",
        "first second third fourth fifth sixth seventh eighth ninth tenth",
    )
)
_stemmer = Stemmer.Stemmer("english")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of one lower-case word."""
    return _stemmer.stemWord(word)


def raw_words(text: str) -> list[str]:
    """Lower-case words without accents, apostrophes or thousands separators; nothing is left out."""
    plain = unicodedata.normalize("NFKD", text)
    if not plain.isascii():
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = plain.lower().replace("\u2019", "'")
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", plain)
    plain = re.sub(r"'s\b|'", "", plain)
    plain = re.sub(r"\be-mail", "email", plain)
    return _WORD.findall(plain)


def terms(text: str) -> list[str]:
    """Stems of every word, stop words left out, number words as digits."""
    return [stem(NUMBER_WORDS.get(w, w)) for w in raw_words(text) if w not in STOPWORDS]
