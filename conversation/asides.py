"""What a turn means while a form is open: an answer to its question, or something else.

A plain yes or no to the read-back, "never mind" and "skip that" are for the form. Transfer, hang-up
and "say that again" get through where a pattern matched, whatever else the form takes. Words that
the form can take are its answer, but for a question asked where any words would do: that is
answered once, and taken as it is if it comes again.
"""

from enum import Enum, auto
from typing import Any

from conversation.acting import Act, Wanted
from conversation.collecting import Form, Step
from conversation.consenting import asks, leaves, says_no, says_yes, skips


class Meant(Enum):
    """What to do with the turn's words."""

    ANSWER = auto()  # hand them to the form
    AGAIN = auto()  # the form's question once more
    ASIDE = auto()  # answer them, then ask on
    ACT = auto()  # do what they ask for
    OFFER = auto()  # ask whether to do it


def meant(
    form: Form, text: str, wanted: Wanted | None, *, sure: bool, aside: bool, today: Any
) -> Meant:
    """What `text` means. sure: whether `wanted` is; aside: the last turn was one."""
    takes = form.takes(text, today)
    free = form.step is Step.ASKING and form.asked.free and not aside
    if leaves(text) or _plain(form, text):
        return Meant.ANSWER
    match wanted.act if wanted else None:
        case Act.TRANSFER | Act.HANG_UP if wanted:
            if wanted.level == "L1" or (sure and not takes):
                return Meant.ACT
            return Meant.ANSWER if takes else Meant.OFFER
        case Act.REPEAT if wanted and (wanted.level == "L1" or (sure and not takes)):
            return Meant.AGAIN
        case Act.ANSWER | Act.REPLY as act if sure and wanted:
            greets = act is Act.REPLY and wanted.level == "L1"
            return Meant.ASIDE if not takes or (free and (asks(text) or greets)) else Meant.ANSWER
        case _:
            return Meant.ASIDE if asks(text) and not takes else Meant.ANSWER


def _plain(form: Form, text: str) -> bool:
    if form.step is Step.ASKING:
        return form.asked.optional and skips(text)
    return says_yes(text) or says_no(text)
