"""A call without a pipeline for the tests of a desk."""

from datetime import datetime

from conversation.acting import Act, Wanted
from conversation.actions import Action, Record
from conversation.announcements import Announcements
from conversation.desk import (
    Desk,
)
from conversation.fields import Field
from conversation.memory import Memory
from conversation.replying import Fixed, Persona
from conversation.standing import Plan

PERSONA = Persona(
    unknown="I don't know. Shall I put you through to a person?", transfer="One moment."
)
FIELDS = (
    Field("name", "Sure. What is your name?", "name"),
    Field("day", "Which day?", "date"),
    Field("topic", "What about?", optional=True),
)
PLANS = {
    "callback": Plan("collect", "We will call you.", fields=FIELDS, webhook="https://x.test/hook"),
    "note": Plan("collect", "Never said.", fields=FIELDS[:1]),
    "person": Plan("transfer", "I'll get somebody.", "A person then?", "Asked for a person."),
    "bye": Plan("hang_up"),
    "fees": Plan("answer"),
    "thanks": Plan("reply", "You're welcome!"),
    "again": Plan("repeat"),
}
CALLBACK = Wanted("callback", Act.COLLECT)
PERSON, UNSURE = Wanted("person", Act.TRANSFER), Wanted("person", Act.TRANSFER, 0.2, "L2")
BYE, UNSURE_BYE = Wanted("bye", Act.HANG_UP), Wanted("bye", Act.HANG_UP, 0.2, "L2")
FEES, THANKS = Wanted("fees", Act.ANSWER, 0.9, "L2"), Wanted("thanks", Act.REPLY)
DONE = "Let me read that back. Name: Maria. Day: Monday, May 3, 2027. Is that right?"


class Call:
    """Turns go to a desk; unless told otherwise, each reply is heard to its end."""

    def __init__(self) -> None:
        self.desk = Desk(PERSONA, PLANS, 0.5, "s", lambda: datetime(2026, 11, 24))
        self.tell, self.memory = Announcements("s", lambda: 0.0), Memory()
        self.turn, self.did, self.last = 0, list[Action](), ""

    def says(self, text: str, wanted: Wanted | None = None, *, heard: bool = True):
        self.turn += 1
        self.memory.asked(self.turn, text)
        reply = self.desk.reply(self.turn, text, wanted, last_reply=self.last)
        if heard:
            self.begins()
            self.ends(reply.text if isinstance(reply, Fixed) else "From the documents.")
        return reply

    def begins(self) -> None:
        self.did += self.desk.begun(self.turn, self.tell)

    def ends(self, words: str) -> None:
        self.last = words
        self.memory.heard(self.turn, words)
        self.did += self.desk.heard(self.turn, self.tell, self.memory)

    def of(self, kind: type) -> list:
        return [action for action in self.did if isinstance(action, kind)]

    def kept(self, kind: str) -> list:
        return [r.entry for r in self.of(Record) if r.entry["kind"] == kind]


def asked_for_the_day() -> Call:
    call = Call()
    call.says("call me back", CALLBACK)
    call.says("Maria")
    return call


def read_back() -> Call:
    call = asked_for_the_day()
    call.says("may third")
    assert call.says("skip it") == Fixed(DONE)
    return call
