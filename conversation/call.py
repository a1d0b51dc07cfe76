"""A call: what the caller does and what the bot does, in; what to say, hold, cut and tell, out.

    voice_started, voice_stopped, words, turn_ended ─┐             ┌─► Say, Answer
    speech_started, speech_finished, speech_cut ─────┼─► Call ─────┼─► Hold, Release, Cut, Resume
    connected, failed, disconnected, wake ───────────┘             └─► Tell, Record, Count

Everything is decided here, by `Conversation` (whose turn it is), `Overlap` (who has the floor when
both speak) and `Utterance` (what was said); nothing here waits or reads a clock.
"""

from dataclasses import dataclass, field
from math import inf

from conversation.actions import Action, Ahead, Cut, Hold, Release, Tell
from conversation.ahead import Searching
from conversation.bot_side import BotSide
from conversation.consenting import says_yes
from conversation.listening import Utterance
from conversation.loudness import Level, Loudness
from conversation.moves import Action as Move
from conversation.moves import Transition
from conversation.states import Event, State
from conversation.telling import barge_in
from conversation.turn_taking import (
    GOING_ON_SECONDS,
    Floor,
    Overlap,
    Sound,
    echoes,
    for_others,
    is_backchannel,
    takes_the_turn,
    words_of,
)

_OVERLAPPED = (State.THINKING, State.SPEAKING)


@dataclass
class Call(BotSide):
    """One session's turn-taking. All times are seconds on one monotonic clock.

    Its parts: `Connection` (how it begins and ends), `BotSide` (what the bot does).
    """

    partials: bool = True  # words are told while the caller still speaks
    searching: Searching = field(default_factory=Searching)
    utterances: int = 0  # that are over, whatever they were
    _utterance: Utterance = field(default_factory=Utterance)
    _overlap: Overlap = field(default_factory=Overlap)
    _loudness: Loudness = field(default_factory=Loudness)
    _silent: bool = False  # all that was said is in the words that came last
    _broke_in: bool = False  # into a reply, as it seems: one short word will not have been it

    @property
    def deadline(self) -> float | None:
        """The one moment at which `wake` must be called, or None."""
        of = (self.conversation.deadline, self._overlap.deadline, self._utterance.deadline)
        return min((at for at in of if at is not None), default=None)

    @property
    def settled(self) -> bool:
        """Whether nothing is on its way that will be said without another word of the caller."""
        return self.desk.posting.settled and not self._following.ordered

    # The caller

    def sound(self, level: Level, *, now: float) -> list[Action]:
        """The next 20 ms of the caller's line; a voice that began too quietly may grow."""
        self._loudness.heard(level, voice=self._utterance.voice)
        passed_over = self._overlap.passed_over and self.conversation.state in _OVERLAPPED
        if not passed_over or self._loudness.quiet:
            return []
        self._overlap.grown(now=now)
        return [Hold()]

    def voice_started(self, *, now: float, sure: bool = False) -> list[Action]:
        """A sound began; a bot that has the floor pauses until it is told apart, or is `sure`."""
        self._utterance.voice_started()
        self._silent = False
        self._loudness.began()
        if sure or self.conversation.state not in _OVERLAPPED:
            return [*self._guessing.drop(), *self._take_floor(now, goes_on=False)]
        floor = self._overlap.voice_started(now=now, aside=self._loudness.quiet)
        return [Hold()] if floor is Floor.HOLD else []

    def voice_reported(self, *, now: float) -> list[Action]:
        """Somebody outside says that the caller speaks: their voice or words are to come."""
        self._utterance.reported(now=now)
        return [*self._guessing.drop(), *self._take_floor(now, goes_on=False)]

    def voice_stopped(self, *, now: float, silence: float) -> list[Action]:
        """The sound ended `silence` seconds ago, 0 if that was told; its transcript follows."""
        self._utterance.voice_stopped(
            transcript_follows=True, at=now - silence if silence else None
        )
        self._overlap.voice_stopped(now=now, silence=silence)
        if self.conversation.state not in _OVERLAPPED:
            self._loudness.belongs()
        self.ledgers.coming.moved("speech_ended", now=now - silence)
        return []

    def words(
        self, text: str, *, final: bool, now: float, segment: int | None = None, lull: bool = False
    ) -> list[Action]:
        """A partial or final transcript; a later one of the same segment replaces it.

        lull: a partial one of all that was said before a silence that still lasts.
        """
        late = final and self._utterance.late
        spoke = self._utterance.voice or self._utterance.owed or late
        self._utterance.heard(text, final=final, segment=segment)
        self._silent = lull or (final and not self._utterance.voice)
        if final:
            self.ledgers.coming.moved("transcribed", now=now)
        actions: list[Action] = []
        if spoke and self.conversation.state is State.IDLE:  # they began over a reply, now over
            said = self._utterance.text
            takes = takes_the_turn(said, final=final, seconds=inf) and not echoes(
                said, self._saying
            )
            takes = bool(said) if late else takes
            actions = self._take_floor(now) if takes else []
        if self.conversation.state in _OVERLAPPED:
            known = late and words_of(text) == words_of(self.conversation.utterance)
            actions = [] if known else self._tell_apart(final, now)
        else:
            actions += self._told_so_far()
        return actions + self._maybe_turn_over(now)

    def turn_ended(self, *, now: float) -> list[Action]:
        """The caller's turn is over; its words may still be on their way."""
        self._utterance.ended(now=now)
        self.ledgers.coming.moved("turn_over", now=now)
        return self._maybe_turn_over(now)

    # Time

    def wake(self, *, now: float) -> list[Action]:
        """`deadline` has passed."""
        speaks = not (self._loudness.fades or self._loudness.quiet)
        floor = self._overlap.wake(now=now, speaks=speaks, worded=self.partials)
        actions: list[Action] = [barge_in(true=False), Release()] if floor is Floor.RELEASE else []
        actions += self._take_floor(now) if floor is Floor.YIELD else []
        known = self._utterance.complete
        if self._utterance.wake(now=now) and known:
            self.ledgers.coming.moved("turn_over", now=now)  # the caller was given time to go on
        actions += self._follow(self.conversation.wake(now=now), now)
        return actions + self._maybe_turn_over(now)

    # Rules

    def _take_floor(self, now: float, *, goes_on: bool = True) -> list[Action]:
        over_us = self.conversation.state in _OVERLAPPED
        goes_on = over_us and goes_on
        joins = goes_on and self._goes_on(now)
        self._broke_in = goes_on and not joins and "?" not in self._saying
        early = [] if over_us or not self._following.ordered else [Cut()]
        if early:
            self.keeping.cut()
        self._following.take_back()
        moves = self.conversation.handle(Event.USER_STARTED, now=now, goes_on=joins)
        return [*([barge_in(true=True)] if over_us else early), *self._follow(moves, now)]

    def _goes_on(self, now: float) -> bool:
        """Whether who breaks in had only paused: a reply that does nothing had just begun."""
        began = now if self._overlap.began is None else self._overlap.began
        soon = began - self._spoke_at < GOING_ON_SECONDS
        answers = self.conversation.completes and not self.desk.acts(self.conversation.turn)
        return answers and soon

    def _tell_apart(self, final: bool, now: float) -> list[Action]:
        text = self._utterance.text
        floor = self._overlap.heard(text, self._sound(text, final=final), final=final, now=now)
        if floor is Floor.YIELD:
            return self._take_floor(now)
        if floor is Floor.RELEASE:
            self._forget()
            return [barge_in(true=False), Release()]
        return []

    def _maybe_turn_over(self, now: float) -> list[Action]:
        if not self._utterance.complete or self.conversation.state is State.INTERRUPT:
            return self._ahead(now)
        if self.conversation.state is not State.LISTENING:
            if not self._overlap.holding:
                self._forget()
            return []
        looked_for: list[Action] = []
        if self._utterance.lingers(now=now, answered=False):
            looked_for = self._guess()
            answered = self._guessing.answers(self.conversation.joined(self._utterance.text))
            if self._utterance.lingers(now=now, answered=answered):
                return [*looked_for, *self._told_so_far(waits=True)]
        text, ledger = self._utterance.text, self.ledgers.take()
        self._forget()
        hums = not takes_the_turn(text, final=True, seconds=inf) and not self._says_yes(text)
        hums &= self._broke_in or is_backchannel(text) or for_others(text)
        self._broke_in = False
        moves = self.conversation.turn_over(text, now=now, backchannel=hums)
        self.ledgers.begin(self.conversation.turn, ledger)
        return [*looked_for, *self._follow(moves, now)]

    def _told_so_far(self, *, waits: bool = False) -> list[Action]:
        news = self._utterance.news(waits=waits)
        return [Tell(self.tell.transcript("user", news, final=False))] if news else []

    def _sound(self, text: str, *, final: bool) -> Sound:
        aside = self._loudness.quiet or echoes(text, self._saying)  # or is our own voice
        answers = final and self._says_yes(text)
        return Sound(answers=answers, aside=aside, lasted=self._loudness.lasted)

    def _says_yes(self, text: str) -> bool:
        return "?" in self._saying and self.desk.awaits_yes and says_yes(text)

    def _ahead(self, now: float) -> list[Action]:
        text, about = self.conversation.joined(self._utterance.text), self.memory.about
        if self.conversation.state is not State.LISTENING:
            return []
        wanted = self.searching.wants(text, about=about, now=now)
        searched = [Ahead(text, about)] if wanted else []
        return [*searched, *self._guess()]

    def _guess(self) -> list[Action]:
        text, talk = self.conversation.joined(self._utterance.text), self.memory
        dropped = self._guessing.heard(text)
        hums = self.conversation.resumable and is_backchannel(self._utterance.text)
        if not self._silent or hums or self.conversation.rests:
            return dropped
        turn = self.conversation.turn
        return [*dropped, *self._guessing.begin(turn, text, talk.about, talk.messages())]

    def _forget(self) -> None:
        self.utterances += not self._utterance.voice
        self.searching.forget()
        self._utterance = Utterance(voice=self._utterance.voice, late=self._utterance.late)
        self.ledgers.forget()

    def _follow(
        self, moves: list[Move], now: float, *, entered: float | None = None
    ) -> list[Action]:
        held: list[Action] = []
        if any(isinstance(m, Transition) and m.target not in _OVERLAPPED for m in moves):
            held = [Release()] if self._overlap.holding else []
            self._overlap = Overlap()
        followed = self._following.all(moves, now=now, entered=entered)
        listening = self.conversation.state is State.LISTENING
        followed = self._guessing.settle(followed, listening=listening)
        return [*held, *followed, *self._following.outcome()]
