"""What Pipecat's clients say and are told, on its way through the pipeline."""

from typing import Any

from pipecat.frames.frames import (
    Frame,
    InputTransportMessageFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputTransportMessageUrgentFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from conversation.announcements import Announcements
from conversation.ledger import Ledgers
from processors.ahead_frames import TurnConfirmedFrame, TurnWithdrawnFrame
from processors.frames import AnswerStartFrame, FinalSegmentFrame
from processors.ledger import LedgerTap
from processors.rtvi import ClientRTVI
from processors.server_messages import ServerMessages
from processors.then_ask import ThenAsk
from processors.typed_turns import TypedTurns
from tests.processors.harness import Bench, clock, messages, on_jumping_clock


def said(kind: str, data: dict[str, Any], label: str = "rtvi-ai") -> Frame:
    """A message of the client's."""
    message = {"label": label, "type": kind, "id": "7", "data": data}
    return InputTransportMessageFrame(message=message)


def transcript(text: str, *, final: bool) -> Frame:
    """The caller's words, as our clients are told them."""
    message = {"type": "transcript", "role": "user", "text": text, "final": final}
    return OutputTransportMessageUrgentFrame(message=message)


def bench_with(*processors: Any) -> Bench:
    return Bench(*processors, ServerMessages(), rtvi=ClientRTVI())


async def client_sends(bench: Bench, *frames: Frame) -> None:
    """As the transport hands them over: up to RTVI, and down the pipeline."""
    for frame in frames:
        await bench.before.push_frame(frame, FrameDirection.UPSTREAM)
        copy = InputTransportMessageFrame(message=frame.message)  # type: ignore[attr-defined]
        await bench.before.push_frame(copy)


def told(bench: Bench, kind: str) -> list[Any]:
    """The data of the RTVI messages of a type, in order."""
    return [m.get("data") for m in messages(bench.after) if m["type"] == kind]


@on_jumping_clock
async def test_words_are_told_by_turns_not_by_what_the_recogniser_hears_again():
    """Two final transcripts of one segment, one turn: the client is told its words once."""
    async with bench_with() as bench:
        for words in ("How much is", "How much is the fee?"):
            await bench.send(FinalSegmentFrame(words, "", "", segment=1))
        await bench.send(transcript("How much is the fee?", final=True))
        await bench.settle()
        assert [d["text"] for d in told(bench, "user-transcription")] == ["How much is the fee?"]
        [words] = told(bench, "user-input")
        assert (words["input_type"], words["final"]) == ("transcription", True)


@on_jumping_clock
async def test_the_bots_words_are_told_as_they_reach_the_voice():
    """What is said where nothing is known loses its question to ours, and is told once."""
    tap = LedgerTap(Announcements("s", lambda: 0.0), Ledgers(), clock=clock)
    async with bench_with(ThenAsk("A person?"), tap) as bench:
        await bench.send(AnswerStartFrame(turn=1, then_ask="Your name?"))
        await bench.send(LLMTextFrame("The fee is $60."), LLMTextFrame(" Pay online."))
        await bench.settle()
        texts = [d["text"] for d in told(bench, "bot-llm-text")]
        assert "".join(texts) == "The fee is $60. Pay online."


@on_jumping_clock
async def test_a_text_is_a_turn_that_nobody_spoke():
    """It reaches the conversation as speech does; the client is told that it was typed."""
    async with bench_with(TypedTurns()) as bench:
        await client_sends(bench, said("send-text", {"content": " the fee? "}))
        turn = await bench.after.until(TranscriptionFrame)
        assert turn.text == "the fee?"
        assert len(bench.after.of(VADUserStartedSpeakingFrame)) == 1
        assert len(bench.after.of(UserStartedSpeakingFrame)) == 1
        await bench.send(transcript("the fee?", final=True))
        await bench.settle()
        [words] = told(bench, "user-input")
        assert (words["input_type"], words["msg_id"]) == ("chat", "7")
        assert told(bench, "user-transcription") == told(bench, "user-started-speaking") == []
        assert bench.after.of(InputTransportMessageFrame) == []


@on_jumping_clock
async def test_after_a_text_spoken_words_are_told_again():
    """Only the words that were typed are known to the client."""
    async with bench_with(TypedTurns()) as bench:
        await client_sends(bench, said("send-text", {"content": "the fee?"}))
        await bench.after.until(TranscriptionFrame)
        await bench.send(transcript("the fee?", final=True), transcript("and then?", final=True))
        await bench.settle()
        assert [d["text"] for d in told(bench, "user-transcription")] == ["and then?"]


@on_jumping_clock
async def test_what_is_not_rtvi_is_nobodys():
    """Signs of life and strangers' messages: no answer, no turn, nothing breaks."""
    async with bench_with(TypedTurns()) as bench:
        before = len(messages(bench.after))
        strange: list[Any] = ["ping", None, ["send-text"], {"type": "send-text"}]
        for message in strange:
            await client_sends(bench, InputTransportMessageFrame(message=message))
        await client_sends(bench, said("send-text", {"content": "hello"}, label="other"))
        await bench.settle()
        assert len(messages(bench.after)) == before
        assert bench.after.of(TranscriptionFrame) == []


@on_jumping_clock
async def test_a_refusal_does_not_repeat_what_was_said():
    """What comes back, and so may be logged, are our words."""
    async with bench_with() as bench:
        await client_sends(
            bench,
            said("send-text", {"content": 5, "pin": "4711"}),
            InputTransportMessageFrame(message={"label": "rtvi-ai", "type": 4711}),
        )
        await bench.settle()
        assert len(told(bench, "error-response")) == len(told(bench, "error")) == 1
        assert "4711" not in str(messages(bench.after))


@on_jumping_clock
async def test_our_messages_are_carried_as_server_messages():
    """Pipecat's own go as they are."""
    own = {"label": "rtvi-ai", "type": "bot-ready", "data": {}}
    ours = {"type": "state_change", "to": "IDLE"}
    async with Bench(ServerMessages()) as bench:
        for message in (own, ours):
            frame = OutputTransportMessageUrgentFrame(message=message)
            await bench.before.push_frame(frame, FrameDirection.DOWNSTREAM)
        await bench.after.until(OutputTransportMessageUrgentFrame, 2)
        wrapped = {"label": "rtvi-ai", "type": "server-message", "data": ours}
        assert messages(bench.after) == [own, wrapped]


def answer_ahead() -> list[Frame]:
    """The beginning of an answer whose turn may go on."""
    start = AnswerStartFrame(turn=1, ahead=3)
    return [start, LLMFullResponseStartFrame(), LLMTextFrame("The fee is $60.")]


@on_jumping_clock
async def test_an_answer_made_ahead_is_told_once_its_turn_is_over():
    """What the client would show before, the caller could still change their mind about."""
    tap = LedgerTap(Announcements("s", lambda: 0.0), Ledgers(), clock=clock)
    async with bench_with(tap) as bench:
        await bench.send(*answer_ahead())
        await bench.settle()
        assert told(bench, "bot-llm-text") == told(bench, "bot-llm-started") == []
        await bench.send(TurnConfirmedFrame(turn=1, ahead=3), LLMTextFrame(" Pay online."))
        await bench.settle()
        texts = [d["text"] for d in told(bench, "bot-llm-text")]
        assert "".join(texts) == "The fee is $60. Pay online."
        assert len([m for m in messages(bench.after) if m["type"] == "bot-llm-started"]) == 1


@on_jumping_clock
async def test_an_answer_that_is_thrown_away_is_never_told():
    """The next one is, as ever."""
    tap = LedgerTap(Announcements("s", lambda: 0.0), Ledgers(), clock=clock)
    async with bench_with(tap) as bench:
        await bench.send(*answer_ahead())
        await bench.settle()
        await bench.send(TurnWithdrawnFrame())
        await bench.settle()
        await bench.send(AnswerStartFrame(turn=1), LLMTextFrame("It is open."))
        await bench.settle()
        assert [d["text"] for d in told(bench, "bot-llm-text")] == ["It is open."]
