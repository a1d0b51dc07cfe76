"""Offers, transfers and our own questions through the real processors."""

import pytest
from pipecat.frames.frames import (
    ClientConnectedFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from processors.frames import AnswerStartFrame, SpeechCutFrame, SpeechFinishedFrame, TransferFrame
from processors.then_ask import ThenAsk
from tests.processors.harness import Bench, messages, on_jumping_clock
from tests.processors.line import Line, Model


@on_jumping_clock
async def test_a_transfer_is_made_once_its_words_were_heard():
    """For the door, the stream and the client: why, and what was said."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        await line.talks("how much is it")
        assert await line.says("a person please") == "I'll get somebody."
        await line.begins("I'll get somebody.")
        assert not bench.after.of(TransferFrame)
        await bench.send_up(SpeechFinishedFrame(turn=2, heard="I'll get somebody."))
        transfer = await bench.after.until(TransferFrame)
        assert transfer.reason == "Asked for a person. The caller said: a person please"
        assert transfer.summary.startswith("Caller: how much is it\nAnswer: It is $75.")
        assert line.kept("transfer")[0]["summary"] == transfer.summary
        told = [m for m in messages(bench.after) if m.get("stage") == "transfer"]
        assert told[0]["details"] == {"reason": transfer.reason, "summary": transfer.summary}


@on_jumping_clock
async def test_who_breaks_into_a_transfer_is_not_transferred():
    """ "No, wait" is in time."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        await line.says("a person please")
        await line.begins("I'll get somebody.")
        await bench.send(
            VADUserStartedSpeakingFrame(), InterimTranscriptionFrame("no wait", "", "")
        )
        await bench.after.until(InterruptionFrame)
        await bench.send_up(SpeechCutFrame(turn=1, heard="I'll"))
        await bench.send(
            VADUserStoppedSpeakingFrame(stop_secs=0.2), UserStoppedSpeakingFrame(),
            TranscriptionFrame("how much is it", "", ""),
        )  # fmt: skip
        await line.hears(await line.reply())
        assert not bench.after.of(TransferFrame)


@on_jumping_clock
async def test_an_unsure_transfer_asks_first():
    """Nothing is done until the yes."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        offered = await line.talks("somebody who knows")
        assert offered == "Shall I put you through to a person?"
        assert not bench.after.of(TransferFrame)
        await line.talks("yes please")
        await bench.after.until(TransferFrame)


@on_jumping_clock
@pytest.mark.parametrize("question", ["", "Which day?"])
async def test_a_question_of_ours_follows_the_models_words(question: str):
    """Within the same reply, once; without one nothing is added."""
    async with Bench(Model(), ThenAsk()) as bench:
        for _ in range(2):
            await bench.send(AnswerStartFrame(turn=1, then_ask=question))
            await bench.send(LLMContextFrame(context=None))
        await bench.send(AnswerStartFrame(turn=2), LLMContextFrame(context=None))
        await bench.after.until(LLMFullResponseEndFrame, 3)
        words = [f.text for f in bench.after.of(LLMTextFrame)]
        once = ["It is $75.", *([f" {question}"] if question else [])]
        assert words == [*once, *once, "It is $75."]


@on_jumping_clock
async def test_one_question_at_a_time_is_asked():
    """ "I don't know. Shall I ...?" leaves its question out where ours follows, else not."""
    async with Bench(ThenAsk("Shall I ask somebody?")) as bench:
        for question in ("Which day?", ""):
            await bench.send(AnswerStartFrame(turn=1, then_ask=question))
            pieces = ("I don't ", "know. Shall I ask", " somebody?")
            await bench.send(*map(LLMTextFrame, pieces), LLMFullResponseEndFrame())
        await bench.after.until(LLMFullResponseEndFrame, 2)
        words = "".join(f.text for f in bench.after.of(LLMTextFrame))
        assert words == "I don't know. Which day?I don't know. Shall I ask somebody?"


@on_jumping_clock
@pytest.mark.parametrize(
    "pieces",
    [
        ("It is S", "hall I as", " in Shall I asp, Ohio. Shall", " we?"),
        ("Shall I ask?", " Shall I ask? No"),
        ("Sh",),
        ("Shall I ", "ask?"),
        ("It is.", " "),
    ],
)
async def test_an_answer_that_has_the_words_of_an_offer_is_kept_whole(pieces: tuple[str, ...]):
    """Nothing of it is lost, in whatever pieces it comes."""
    async with Bench(ThenAsk("Shall I ask?")) as bench:
        await bench.send(AnswerStartFrame(turn=1, then_ask="Which day?"))
        await bench.send(*map(LLMTextFrame, pieces), LLMFullResponseEndFrame())
        await bench.after.until(LLMFullResponseEndFrame)
        words = "".join(f.text for f in bench.after.of(LLMTextFrame))
        assert words == f"{''.join(pieces)} Which day?"
