"""Words that come bit by bit, as whole sentences; and no sentence of a reply twice."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]+|\n+")
_NO_END = re.compile(r"(?:^|[\s(])(?:[A-Za-z]|(?:[A-Za-z]\.)+[A-Za-z]|Dr|Mr|Mrs|Ms|Prof|St|vs)\.$")
_WHOLE = re.compile(r"[.!?…:。！？][\"'”’)\]]*$")
_NUMBERS = frozenset(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred "
    "thousand million third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
    "thirtieth".split()
)
_MOST = 0.75  # of a sentence's words; then it is the same sentence


@dataclass
class Sentences:
    """Collects text and gives it out by sentences.

    A sentence is over when white space follows its end; `rest` has no end yet.
    """

    rest: str = ""

    def feed(self, text: str) -> list[str]:
        """The sentences that are whole now, without the white space around them."""
        self.rest += text
        found: list[str] = []
        start = 0
        for end in _END.finditer(self.rest):
            sentence = self.rest[start : end.end()]
            if not _NO_END.search(sentence):
                found.append(sentence.strip())
                start = end.end()
        self.rest = self.rest[start:]
        return [sentence for sentence in found if sentence]

    def flush(self) -> str:
        """What is left, which may lack its end."""
        rest, self.rest = self.rest.strip(), ""
        return rest


def is_whole(text: str, *, alone: bool) -> bool:
    """Whether a reply that ends with `text` came to its end, as far as can be told.

    A language model ends what it says with a mark; up to three words may do without one, if they
    are the reply (`alone`).
    """
    return bool(_WHOLE.search(text.strip())) or (alone and len(text.split()) <= 3)


@dataclass
class SaidOnce:
    """The reply to one turn, made by several language models one after the other.

    Only whole sentences go on to be spoken: what a model that failed had begun is dropped, and the
    next one goes on after the last whole one. A sentence that was said is not said again, nor one
    that says the same in nearly the same words.

    spelt_out: a text with its figures in words, so that "$60" is "sixty dollars".
    """

    spelt_out: Callable[[str], str] = str
    said: list[str] = field(default_factory=list[str])
    _coming: Sentences = field(default_factory=Sentences)
    _before: int = 0  # sentences of the providers that failed

    def feed(self, text: str) -> list[str]:
        """The sentences to be spoken now."""
        return self._new(self._coming.feed(text))

    def end(self) -> list[str]:
        """The provider is done: the sentences that remain."""
        rest = self._coming.flush()
        return self._new([rest] if rest else [])

    @property
    def whole(self) -> bool:
        """Whether the reply could end here."""
        rest = self._coming.rest.strip()
        return not rest or is_whole(rest, alone=not self.said)

    def cut(self) -> None:
        """The provider failed: what it had begun to say is dropped."""
        self._coming, self._before = Sentences(), len(self.said)

    @property
    def added(self) -> bool:
        """Whether the present provider has said something."""
        return len(self.said) > self._before

    def _new(self, sentences: list[str]) -> list[str]:
        known = [self.spelt_out(one) for one in self.said[: self._before]]
        new = [s for s in sentences if not any(_repeats(self.spelt_out(s), k) for k in known)]
        self.said += new
        return new


def _repeats(sentence: str, known: str) -> bool:
    """Most of the words of `known` again, and no number that is not in it."""
    new, old = (set(re.findall(r"\w+", text.lower())) for text in (sentence, known))
    numbers = {word for word in new if word in _NUMBERS or any(map(str.isdigit, word))}
    return bool(new) and len(new & old) >= _MOST * len(old) and numbers <= old
