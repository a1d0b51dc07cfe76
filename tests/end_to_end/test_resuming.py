"""A session whose worker dies, in each state, is taken up by another one."""

import pytest

from bot.engine import Engine
from bot.store import SessionStore
from conversation.replying import Persona
from tests.bot.doors import doors
from tests.bot.orchestrate_client import Client, orchestrate
from tests.end_to_end.telephone import over
from tests.end_to_end.two_workers import (
    PIECES,
    QUESTION,
    final,
    heard_pieces,
    pieces,
    two_workers,
)

pytestmark = pytest.mark.slow


def token_of(client: Client) -> str:
    return client.messages[0]["resume_token"]


async def entries(store: SessionStore, client: Client, kind: str) -> list[str]:
    """The texts of the session's entries of a kind."""
    assert client.session_id is not None
    return [e["text"] for e in await store.events(client.session_id) if e["kind"] == kind]


async def test_a_turn_cut_in_thinking_is_answered_once(store: SessionStore, engine: Engine):
    """By the other worker, without being asked again."""
    async with two_workers(store, engine, stuck=True) as two:
        async with two.killed() as first:
            await first.ask(QUESTION)
            await first.until("transcript", role="user", final=True)
        async with orchestrate(two.other) as second:
            started = await second.start(resume_token=token_of(first), greeting=True)
            assert (started["resumed"], started["state"]) == (True, "THINKING")
            assert (started["session_id"], started["turn_number"]) == (first.session_id, 1)
            assert (await second.until("turn_complete"))["turn_number"] == 1
            assert pieces(second) == list(PIECES)
            assert await entries(store, second, "transcript") == [QUESTION]
            assert (await entries(store, second, "answer"))[-1] == " ".join(PIECES)
        async with orchestrate(two.other) as third:
            again = await third.start(resume_token=token_of(first))
            assert (again["state"], again["turn_number"]) == ("IDLE", 1)
            await third.lives()
            assert pieces(third) == []


async def test_an_answer_cut_in_speaking_goes_on(store: SessionStore, engine: Engine):
    """With the piece that was being heard; what was heard before is not said again."""
    async with two_workers(store, engine) as two:
        async with two.killed() as first:
            await first.ask(QUESTION)
            await first.until("response_ready", segment=1)
        assert pieces(first) == list(PIECES[:2])
        async with orchestrate(two.other) as second:
            started = await second.start(resume_token=token_of(first))
            assert (started["resumed"], started["state"]) == (True, "SPEAKING")
            await second.until("turn_complete")
            assert pieces(second) == list(PIECES[1:])
            assert final(second, "agent") == [" ".join(PIECES)]
            assert (await entries(store, second, "answer"))[-1] == " ".join(PIECES)


async def test_what_the_client_says_was_heard_counts(store: SessionStore, engine: Engine):
    """It played nothing of what was sent: the answer is said from its beginning."""
    async with two_workers(store, engine) as two:
        async with two.killed() as first:
            await first.ask(QUESTION)
            await first.until("response_ready", segment=1)
            while await heard_pieces(store, first.session_id or "") != PIECES[0]:
                await first.lives()
            await first.send("playback", played_ms=0)
            while await heard_pieces(store, first.session_id or ""):
                await first.lives()
        async with orchestrate(two.other) as second:
            await second.start(resume_token=token_of(first))
            await second.until("turn_complete")
            assert pieces(second) == list(PIECES)


async def test_two_quick_reconnects_answer_once(store: SessionStore, engine: Engine):
    """Each goes on where the one before had come to."""
    async with two_workers(store, engine) as two:
        async with two.killed() as first:
            await first.ask(QUESTION)
            await first.until("response_ready", segment=1)
        async with orchestrate(two.other) as second, orchestrate(two.other) as third:
            await second.start(resume_token=token_of(first))
            await second.until("response_ready")
            await third.start(resume_token=token_of(first))
            assert (await second.until("error"))["code"] == "taken_over"
            await third.until("turn_complete")
            assert pieces(third) == list(PIECES[1:])
            await third.ask(QUESTION)
            assert (await third.until("turn_complete"))["turn_number"] == 2


@pytest.mark.parametrize("state", ["LISTENING", "INTERRUPT"])
async def test_a_caller_who_had_the_floor_has_it_again(
    store: SessionStore, engine: Engine, state: str
):
    """Nothing of a cut answer is said; the next words are answered, with a new number."""
    async with two_workers(store, engine) as two:
        async with two.killed() as first:
            await first.ask(QUESTION)
            await first.until("response_ready", segment=1)
            two.mortal.dead = state == "INTERRUPT"
            if two.mortal.dead:
                _as_in_interrupt(store, first)
            await first.send("user_speaking", timestamp=1.0)
            await first.until("state_change", to="LISTENING")
        async with orchestrate(two.other) as second:
            started = await second.start(resume_token=token_of(first))
            assert (started["resumed"], started["state"]) == (True, state)
            await second.lives()
            assert pieces(second) == []
            await second.ask(QUESTION)
            assert (await second.until("turn_complete"))["turn_number"] >= 2
            assert pieces(second) == list(PIECES)


def _as_in_interrupt(store: SessionStore, client: Client) -> None:
    """The moment between the caller's first sound and the end of the audio is too short to hit."""
    assert client.session_id is not None
    said = {"utterance": QUESTION, "joined": "", "reply": None}
    said["memory"] = {"earlier": "", "exchanges": [[1, QUESTION, PIECES[0]]]}
    context = {"turn": 1, "state": "INTERRUPT", "highest": 1, "over": "", "talk": said}
    store.append(client.session_id, {"kind": "context", "at": 1.0, **context})


async def test_a_caller_who_rested_goes_on_with_what_was_said(store: SessionStore, engine: Engine):
    """IDLE: no greeting, and the last answer can be repeated."""
    async with two_workers(store, engine) as two:
        async with two.killed() as first:
            await first.ask(QUESTION)
            await first.until("turn_complete")
        async with orchestrate(two.other) as second:
            started = await second.start(resume_token=token_of(first), greeting=True)
            assert (started["resumed"], started["state"]) == (True, "IDLE")
            await second.ask("Can you repeat that please?")
            await second.until("turn_complete")
            assert pieces(second) == list(PIECES)


async def test_without_transcripts_a_cut_turn_is_apologised_for(
    store: SessionStore, engine: Engine
):
    """Its words are in no record, so it can't be answered."""
    async with doors(store, engine, store_transcripts=False) as door:
        async with orchestrate(door) as first:
            await first.start()
            await first.ask(QUESTION)
            await first.until("transcript", role="user", final=True)
            first.line.transport.abort()
        assert first.session_id is not None
        record = await store.read(first.session_id)
        assert record is not None
        assert "fee" not in str(record.context)
        async with orchestrate(door) as second:
            started = await second.start(resume_token=token_of(first))
            assert started["turn_number"] == 1
            said = await second.until("transcript", role="agent", final=True)
            assert said["text"] == engine.persona.apology


async def test_a_record_of_an_older_turnwise_goes_on_from_its_events(
    store: SessionStore, engine: Engine
):
    """It has no context: what was asked and heard is read from the stream."""
    async with doors(store, engine) as door:
        async with orchestrate(door) as first:
            await first.start()
        await over(door)
        assert first.session_id is not None
        await store.forget(first.session_id)
        await store.open(first.session_id, now=1.0)
        for kind, text in (("transcript", QUESTION), ("answer", PIECES[0])):
            store.append(first.session_id, {"kind": kind, "turn": 1, "at": 1.0, "text": text})
        async with orchestrate(door) as second:
            started = await second.start(resume_token=token_of(first))
            assert (started["resumed"], started["turn_number"]) == (True, 1)
            await second.ask("Can you repeat that please?")
            await second.until("turn_complete")
            assert pieces(second) == [PIECES[0]]
        await over(door)
        await store.forget(first.session_id)  # it can't be replayed from its beginning


def test_the_words_before_a_hand_over_can_be_set():
    """In persona.yaml, as the others."""
    assert Persona(one_moment="Hold on.").one_moment == "Hold on."
