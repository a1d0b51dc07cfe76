"""Where the first sentence of a reply is cut, so that a voice has something short to begin with.

"You can pay by card or by transfer, and | the office takes cash until Friday."
                                   └ cut behind the comma: a voice pauses there anyhow
"""

import re

from conversation.sentences import Sentences

LONG = 10  # words; a shorter sentence is spoken whole, it is made soon enough
FEWEST = 4  # words on either side of the cut

_PAUSE = re.compile(r"(?:[,;:][\"'”’)\]]*|\s[–—-])(?=\s+[^\s\d])")  # "15, 2026" is no pause
_SHORT_FORMS = re.compile(r"\b(?:e\.g|i\.e|etc|Jr|Sr|Inc)\.?,$")


def cut_first(text: str, *, clauses: bool = True) -> tuple[str, str]:
    """The first piece of a reply that begins with `text`, and the rest with its white space.

    A sentence, or with `clauses` what is before a natural pause of a long one.
    """
    sentences = Sentences().feed(text)
    end = text.index(sentences[0]) + len(sentences[0]) if sentences else len(text)
    cut = _pause(text[:end]) if clauses else None
    return text[: cut or end], text[cut or end :]


def _pause(sentence: str) -> int | None:
    if len(sentence.split()) < LONG:
        return None
    for pause in _PAUSE.finditer(sentence):
        head, tail = sentence[: pause.end()], sentence[pause.end() :]
        many = len(head.split()) >= FEWEST and len(tail.split()) >= FEWEST
        if many and not _SHORT_FORMS.search(head):
            return pause.end()
    return None
