"""What of a call is kept at each step, so that another worker can go on with it.

    Record actions ──entries──► the event stream, and one entry `context` that replaces the last
    session_start with a resume_token ──► the context ──take_up──► the call goes on

The context: whose turn it is, what was said, the form or offer that is open, the reply that is on
its way. It is kept in the same write as what changed it, so the two never disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conversation.actions import Action, Record
from conversation.announcements import Announcements
from conversation.desk import Desk
from conversation.ending import GOES_ON
from conversation.machine import Conversation
from conversation.memory import Memory
from conversation.states import State
from conversation.unfinished import Unfinished


@dataclass
class Keeping:
    """The context of one call. `reply`: what is on its way to the caller, or owed to them."""

    tell: Announcements
    conversation: Conversation
    memory: Memory
    desk: Desk
    language: str = "en"
    reply: Unfinished | None = None
    ended: str = ""
    """Why the connection ended, once it has."""
    due: bool = False
    """Whether the context has changed, though nothing else is to be kept."""
    _before: tuple[int, str] = (-1, "")  # of a turn's reply, heard before the session was taken up
    _as_it_was: Mapping[str, Any] | None = None  # the context of a call that goes on elsewhere
    _cut: Unfinished | None = None  # the caller broke in, and may not have meant to
    _last: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def entries(self, actions: Sequence[Action]) -> list[Mapping[str, Any]]:
        """What is to be kept of the actions, in order, and the context if it has changed."""
        kept = [action.entry for action in actions if isinstance(action, Record)]
        if not kept and not self.due:
            return []
        self.due = False
        context = self._as_it_was or self._context()
        if context == self._last:
            return kept
        self._last = context
        return [*kept, {"kind": "context", "at": self.tell.wall_clock(), **context}]

    def ordered(self, turn: int, text: str, *, then_hang_up: bool = False) -> None:
        """Words of our own are to be said, unless others are on their way."""
        self.reply = self.reply or Unfinished(turn, text, then_hang_up=then_hang_up)

    def speaks(self, turn: int, text: str, heard: str, *, then_hang_up: bool = False) -> None:
        """The reply has come so far. text: all its words, if they are known; heard: as it is."""
        text = self.whole(turn, text) if text else ""
        reply = Unfinished(turn, text, self.whole(turn, heard), then_hang_up)
        known = self.reply.heard if self.reply and self.reply.turn == turn else ""
        self.due = self.due or reply.heard != known
        self.reply = reply

    def whole(self, turn: int, text: str) -> str:
        """`text`, after what was heard of the same reply before the session was taken up."""
        return f"{self._before[1]} {text}".strip() if turn == self._before[0] else text

    def cut(self) -> None:
        """The caller broke in, or the reply is given up."""
        self._cut, self.reply = self.reply or self._cut, None

    def goes_on(self) -> None:
        """Nobody had meant to break in: the reply goes on."""
        self.reply, self._cut = self._cut or self.reply, None

    def finished(self) -> None:
        """The reply was heard to its end."""
        self.reply, self._cut, self._before = None, None, (-1, "")

    def ends(self, reason: str) -> None:
        """The connection ends. What comes now is not the call's, if it goes on elsewhere."""
        self.ended, self.due = self.ended or reason, True
        if reason in GOES_ON:
            self.desk.posting.clear()  # it is delivered from here, and told to nobody
            self._as_it_was = self._as_it_was or self._context()
        else:
            self.reply = None

    def said_more(self) -> None:
        """The caller has, before the call went on elsewhere: that goes on, too."""
        self._as_it_was = None

    def take_up(self, kept: Mapping[str, Any]) -> None:
        """Goes on with a context that `entries` gave. Without its words, only the turn goes on."""
        talk = kept.get("talk", {})
        if "desk" in talk:
            self.desk.take_up(talk["desk"])
        if reply := talk.get("reply"):
            self.reply = Unfinished.from_dict(reply)
            self._before = self.reply.turn, self.reply.heard

    def _context(self) -> dict[str, Any]:
        conversation = self.conversation
        ended = self.ended if self.ended not in GOES_ON else ""
        return {
            "turn": conversation.turn,
            "state": conversation.state,
            "highest": conversation.highest,
            "completes": conversation.completes,
            "language": self.language,
            "over": ended,
            "talk": {
                "utterance": conversation.utterance,
                "joined": conversation.joined(""),
                "reply": self.reply.as_dict() if self.reply else None,
                "memory": self.memory.as_dict(),
                "desk": self.desk.kept(),
            },
        }


def context_of(turn: int, memory: Memory) -> dict[str, Any]:
    """A context of which only this is known."""
    return {
        "turn": turn,
        "state": State.IDLE,
        "highest": turn,
        "talk": {"memory": memory.as_dict()},
    }


def memory_of(kept: Mapping[str, Any]) -> Memory:
    """What was said, as a context has it."""
    talk = kept.get("talk", {})
    return Memory.from_dict(talk["memory"]) if "memory" in talk else Memory()


def conversation_of(kept: Mapping[str, Any]) -> Conversation:
    """Whose turn it was, as a context has it.

    A reply whose words were not all known yet is to be made again: that is THINKING.
    """
    talk = kept.get("talk", {})
    state, reply = State(kept["state"]), talk.get("reply")
    if state is State.SPEAKING and not (reply and reply["text"]):
        state = State.THINKING
    return Conversation.taken_up(
        state,
        int(kept["turn"]),
        highest=int(kept["highest"]),
        utterance=str(talk.get("utterance", "")),
        joined=str(talk.get("joined", "")),
        completes=bool(kept.get("completes")),
    )
