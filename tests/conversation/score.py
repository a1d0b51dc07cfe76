"""A call without a pipeline: what the caller does, what the bot does, what is decided."""

import json
from typing import Any

from conversation.actions import Action, AnswerAhead, Tell
from conversation.announcements import Announcements
from conversation.call import Call
from conversation.loudness import Level
from conversation.turn_taking import WORD_SECONDS


class Score:
    """Plays a call: each line is what happens next, `did` is all that was decided."""

    def __init__(self, greeting: str = "", **how: Any) -> None:
        self.now = 0.0
        self._sounded = -WORD_SECONDS
        self.finds: bool | None = True  # whether there are answers; None: they take their time
        self.call = Call(
            Announcements("s", lambda: 0.0),
            greeting=greeting,
            apology="Sorry.",
            goodbye="Bye.",
            one_moment="One moment.",
            resume_token="token",
            **how,
        )
        self.did: list[Action] = []
        self.kept: list[dict[str, Any]] = []
        self._do(self.call.connected(now=0.0))

    def _do(self, actions: list[Action]) -> "Score":
        self.did += actions
        for made in actions:
            if isinstance(made, AnswerAhead) and self.finds is not None:
                self.found(made, sure=self.finds)
        self.kept += [dict(entry) for entry in self.call.entries(actions)]
        return self

    def found(self, made: AnswerAhead, *, sure: bool) -> "Score":
        """What answers the words is known."""
        return self._do(self.call.answerable(made.turn, made.text, sure=sure, now=self.now))

    @property
    def context(self) -> dict[str, Any]:
        """The last that was kept, as the store gives it back."""
        return json.loads(json.dumps([e for e in self.kept if e["kind"] == "context"][-1]))

    def taken_up(self, **how: Any) -> "Score":
        """The same session on another connection; this one's process is gone."""
        return Score("Hello.", kept=self.context, **how)

    def piece(self, text: str, whole: str = "", heard: str = "", **how: bool) -> "Score":
        """The next piece of the reply begins to be heard."""
        turn = self.call.conversation.turn
        kept = self.call.speech_progress(turn, whole, heard, **how)
        self.kept += [dict(entry) for entry in kept]
        return self._do(self.call.speaking(text))

    def wait(self, seconds: float) -> "Score":
        self.now += seconds
        return self._do(self.call.wake(now=self.now))

    def hears(self, level: float) -> "Score":
        """The next 20 ms of the line, in dB."""
        return self._do(self.call.sound(Level(level, level), now=self.now))

    def sound(self) -> "Score":
        self._sounded = self.now
        return self._do(self.call.voice_started(now=self.now))

    def partial(self, text: str) -> "Score":
        """Heard as soon as a word can be."""
        self.now = max(self.now, self._sounded + WORD_SECONDS + 0.01)
        return self._do(self.call.words(text, final=False, now=self.now))

    def falls_silent(self, text: str) -> "Score":
        """The sound is gone for a moment, and this is all that was said."""
        return self._do(self.call.words(text, final=False, now=self.now, lull=True))

    def pauses(self, text: str) -> "Score":
        """The sound ends and is transcribed; whether the turn is over is not known yet."""
        self._do(self.call.voice_stopped(now=self.now, silence=0.2))
        return self._do(self.call.words(text, final=True, now=self.now))

    def over(self) -> "Score":
        """It is."""
        return self._do(self.call.turn_ended(now=self.now))

    def ends(self, text: str) -> "Score":
        """The turn is over before its last words are transcribed."""
        self._do(self.call.voice_stopped(now=self.now, silence=0.2))
        self._do(self.call.turn_ended(now=self.now))
        return self._do(self.call.words(text, final=True, now=self.now))

    def quiet(self, text: str) -> "Score":
        """The sound ends, is transcribed, and the turn is over."""
        self._do(self.call.voice_stopped(now=self.now, silence=0.2))
        self._do(self.call.words(text, final=True, now=self.now))
        return self._do(self.call.turn_ended(now=self.now))

    def says(self, text: str) -> "Score":
        """The caller says all of it."""
        return self.sound().partial(text).quiet(text)

    def bot_starts(self) -> "Score":
        turn = self.call.conversation.turn
        return self._do(self.call.speech_started(turn, entered=self.now, now=self.now))

    def bot_ends(self, heard: str) -> "Score":
        turn = self.call.conversation.turn
        return self._do(self.call.speech_finished(turn, heard, now=self.now))

    def cut_after(self, heard: str, turn: int = 1) -> "Score":
        return self._do(self.call.speech_cut(turn, heard, now=self.now))

    def of(self, kind: type) -> list:
        """The decisions of a kind, in order."""
        return [action for action in self.did if isinstance(action, kind)]

    @property
    def states(self) -> list[str]:
        told = [t.message for t in self.of(Tell)]
        return [m["to"] for m in told if m["type"] == "state_change"]
