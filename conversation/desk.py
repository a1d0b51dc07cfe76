"""What is under way with the caller's requests: a form, an offer that waits for a yes, a post.

    turn's words + intent ──reply──► FromDocuments or Fixed words; an act may be due
    its first audio       ──begun──► Record, Tell, Post       (no longer the words of the next turn)
    heard to its end      ──heard──► Transfer                 (a caller who breaks in prevents it)

`standing` changes with the reply to a turn, and back if the turn was not over after all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conversation.acting import GATES, OFFERS, SURE_FROM, Act, Due, Gate, Offer, Wanted
from conversation.actions import Action, Post, Tell, Transfer
from conversation.announcements import Announcements
from conversation.asides import Meant, meant
from conversation.collecting import Ask, Filled, Form, Left, Outcome, Step, Stuck
from conversation.consenting import says_no, says_yes
from conversation.handing_over import reason, summary
from conversation.memory import Memory
from conversation.posting import NOT_PASSED_ON, PASSED_ON, PASSING_ON, WRITTEN_DOWN, Posting
from conversation.replying import Fixed, FromDocuments, Persona, Reply, choose_reply
from conversation.standing import Plan, Standing
from conversation.telling import record

ANYTHING_ELSE = "What else can I do for you?"


@dataclass
class Desk:
    """One session's requests. today: gives a datetime, from which forms reckon dates."""

    persona: Persona = field(default_factory=Persona)
    plans: Mapping[str, Plan] = field(default_factory=dict[str, Plan])
    sure_from: float = SURE_FROM
    session_id: str = ""
    today: Callable[[], Any] = lambda: None
    standing: Standing = field(default_factory=Standing)
    _turn: int = -1
    _before: Standing = field(default_factory=Standing)  # the turn's reply
    _begun: bool = True  # it began to be heard
    _due: Due | None = None
    posting: Posting = field(default_factory=Posting)
    _quotes: bool = False  # the reply is from the documents, or says that they have none

    @property
    def awaits_yes(self) -> bool:
        """Whether a yes, said over the bot's question, is an answer and no backchannel."""
        form = self.standing.form
        confirms = form is not None and form.step is Step.CONFIRMING
        offered = self._quotes and self.persona.offers_a_person
        return bool(self.standing.offer) or confirms or offered

    @property
    def collects(self) -> bool:
        """Whether the caller was asked for something that may be digits."""
        return self.standing.form is not None

    def reply(self, turn: int, text: str, wanted: Wanted | None, *, last_reply: str) -> Reply:
        """What `turn` is answered with. Asked twice for one turn, it forgets the first time."""
        if self._turn == turn or self._due:  # what was announced and not done is not to be done
            self.standing = self._before
        self._turn, self._before, self._due, self._begun = turn, self.standing, None, False
        reply = self._answered_offer(turn, text, last_reply) or (
            self._in_form(turn, text, self.standing.form, wanted)
            if self.standing.form
            else self._request(turn, text, wanted, last_reply)
        )
        self._quotes = isinstance(reply, FromDocuments)
        return reply

    def preview(self, turn: int, text: str, wanted: Wanted | None, *, last_reply: str) -> Reply:
        """The same, while the turn may go on: nothing is changed, and nothing becomes due."""
        return replace(self).reply(turn, text, wanted, last_reply=last_reply)

    def acts(self, turn: int) -> bool:
        """Whether the reply to `turn` changes what is under way, or announces that it will."""
        return turn == self._turn and (self._due is not None or self.standing != self._before)

    def drop(self, turn: int) -> None:
        """The turn was not over after all, or its reply can't be made."""
        if turn == self._turn:
            self.standing, self._due, self._turn, self._begun = self._before, None, -1, True

    def begun(self, turn: int, tell: Announcements) -> list[Action]:
        """The reply to `turn` begins to be heard: what it says is so."""
        actions: list[Action] = []
        first = turn == self._turn and not self._begun
        self._begun = self._begun or first
        if first and (self.standing.form or self._before.form):
            told, kept = self.standing.progress(), self.standing.as_dict()
            actions += [
                record(tell, "form", turn=turn, **kept),
                Tell(tell.processing("collect", told.pop("progress"), told)),
            ]
        return actions + self._post(turn, tell)

    def heard(self, turn: int, tell: Announcements, memory: Memory) -> list[Action]:
        """The reply to `turn` was heard to its end: a transfer that it announced is made."""
        due = self._due
        if due is None or due.turn != turn or due.act is not Act.TRANSFER:
            return []
        self._due = None
        why = due.why or reason(self._plan(due.offer.intent).reason, due.offer.said)
        form = self._before.form
        told = summary(memory, form.values if form else {})
        return [
            record(tell, "transfer", turn=turn, reason=why, summary=told),
            Tell(tell.processing("transfer", 1.0, {"reason": why, "summary": told})),
            Transfer(turn, why, told),
        ]

    def hand_over(self, turn: int, why: str) -> str:
        """Somebody outside wants the caller transferred: the words that announce it."""
        self._turn, self._before, self._begun = turn, self.standing, False
        self.standing = Standing()
        self._due = Due(turn, Act.TRANSFER, Offer(Act.TRANSFER), why)
        return self.persona.transfer

    def closed(self, tell: Announcements) -> list[Action]:
        """The caller is gone: what they said yes to is still posted, nothing else is done."""
        actions = self._post(self._turn, tell)
        self._due = None
        self.posting.clear()
        return actions

    def kept(self) -> dict[str, Any]:
        """Plain values, for another worker: what was told, and what is due."""
        due = self._due if self._begun else None
        kept = {"standing": (self.standing if self._begun else self._before).as_dict()}
        kept |= {"turn": self._turn, "posting": self.posting.as_dict()}
        return kept | ({"due": due.as_dict(), "before": self._before.as_dict()} if due else {})

    def take_up(self, kept: Mapping[str, Any]) -> None:
        """Goes on with what `kept` gave."""
        self.standing = Standing.from_dict(kept["standing"], self.plans)
        self._before = Standing.from_dict(kept.get("before", kept["standing"]), self.plans)
        self._turn, self._due = int(kept["turn"]), Due.from_dict(kept.get("due"))
        self.posting = Posting.from_dict(kept["posting"])

    def outcome(self) -> str:
        """What to say about the next post that has come to its end; "" if there is none."""
        if (done := self.posting.next_outcome()) is None:
            return ""
        intent, ok = done
        if ok:
            return self._plan(intent).reply or PASSED_ON
        self.standing = replace(self.standing, offer=Offer(Act.TRANSFER, intent))
        return NOT_PASSED_ON

    def _post(self, turn: int, tell: Announcements) -> list[Action]:
        due, form = self._due, self._before.form
        if due is None or due.turn != turn or due.act is not Act.POST or form is None:
            return []
        self._due = None
        intent, key = self._before.intent, self._before.key
        values = {f.name: form.values.get(f.name) for f in form.fields}
        kept = record(tell, "collected", turn=turn, intent=intent, key=key, values=values)
        url = self._plan(intent).webhook
        if not url:
            return [kept]
        return [kept, self.posting.send(Post(turn, key, intent, url, values))]

    def _answered_offer(self, turn: int, text: str, last_reply: str) -> Reply | None:
        offer, form = self.standing.offer, self.standing.form
        if offer is None and not form and self.persona.offers_a_person:
            asked = self.persona.offer
            offer = Offer(Act.TRANSFER) if asked and last_reply.endswith(asked) else None
        self.standing = replace(self.standing, offer=None)
        if offer is None:
            return None
        if says_yes(text):
            return self._do(turn, offer.act, replace(offer, said=offer.said or text))
        if says_no(text):
            return Fixed(f"All right. {form.short_question if form else ANYTHING_ELSE}")
        return None

    def _request(self, turn: int, text: str, wanted: Wanted | None, last_reply: str) -> Reply:
        if wanted is None:
            return FromDocuments()
        offer = Offer(wanted.act, wanted.intent, text)
        if GATES[wanted.act, wanted.sure(self.sure_from)] is Gate.ASK:
            return self._offer(offer)
        if wanted.act in (Act.TRANSFER, Act.HANG_UP, Act.COLLECT):
            return self._do(turn, wanted.act, offer)
        words = self._plan(wanted.intent).reply
        return choose_reply(wanted.act, words, persona=self.persona, last_reply=last_reply)

    def _offer(self, offer: Offer, before: str = "") -> Reply:
        self.standing = replace(self.standing, offer=offer)
        asked = self._plan(offer.intent).offer or OFFERS[offer.act]
        return Fixed(f"{before} {asked}".strip())

    def _do(self, turn: int, act: Act, offer: Offer) -> Reply:
        plan = self._plan(offer.intent)
        if act is Act.COLLECT and plan.fields:
            form = Form(plan.fields)
            key = f"{self.session_id}-{turn}"
            self.standing = Standing(form, offer.intent, key)
            return Fixed(form.asked.prompt)
        own = plan.reply if plan.action == act else None
        reply = choose_reply(act, own, persona=self.persona, last_reply="")
        if isinstance(reply, Fixed) and reply.transfer:
            self.standing, self._due = Standing(), Due(turn, act, offer)
        return reply

    def _in_form(self, turn: int, text: str, form: Form, wanted: Wanted | None) -> Reply:
        today, sure = self.today(), wanted is not None and wanted.sure(self.sure_from)
        offer = Offer(wanted.act, wanted.intent, text) if wanted else Offer(Act.ANSWER)
        match meant(form, text, wanted, sure=sure, aside=self.standing.aside, today=today):
            case Meant.ACT:
                return self._do(turn, offer.act, offer)
            case Meant.OFFER:
                return self._offer(offer)
            case Meant.AGAIN:
                return Fixed(form.question)
            case Meant.ASIDE:
                return self._aside(offer, form)
            case Meant.ANSWER:
                form, outcome = form.answer(text, today)
                self.standing = replace(self.standing, form=form, aside=False)
                return self._followed(turn, text, form, outcome)

    def _aside(self, offer: Offer, form: Form) -> Reply:
        self.standing = replace(self.standing, aside=True)
        words = self._plan(offer.intent).reply
        reply = choose_reply(offer.act, words, persona=self.persona, last_reply="")
        if isinstance(reply, FromDocuments):
            return replace(reply, then=form.short_question)
        return replace(reply, text=f"{reply.text} {form.short_question}")

    def _followed(self, turn: int, text: str, form: Form, outcome: Outcome) -> Reply:
        match outcome:
            case Ask(words):
                return Fixed(words)
            case Left():
                self.standing = Standing()
                return Fixed(f"All right, I'll leave that. {ANYTHING_ELSE}")
            case Stuck(why):
                self.standing = replace(self.standing, form=form.again())
                return self._offer(Offer(Act.TRANSFER, said=text), before=why)
            case Filled():
                plan = self._plan(self.standing.intent)
                self.standing = Standing()
                self._due = Due(turn, Act.POST, Offer(Act.POST))
                return Fixed(PASSING_ON if plan.webhook else WRITTEN_DOWN)

    def _plan(self, intent: str) -> Plan:
        return self.plans.get(intent, Plan())
