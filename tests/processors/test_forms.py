"""A form through the real processors: from the caller's words to the post and word of it."""

from pipecat.frames.frames import (
    ClientConnectedFrame,
    EndFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from conversation.desk import NOT_PASSED_ON, PASSING_ON
from processors.frames import SpeechCutFrame, SpeechFinishedFrame, SpeechPieceFrame
from tests.processors.harness import on_jumping_clock
from tests.processors.line import FILLED, READ_BACK, Line


@on_jumping_clock
async def test_a_form_is_posted_and_the_caller_told_when_it_arrived():
    """Asked, answered, read back, agreed to; then the intent's words as a reply of their own."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        assert await line.talks(*FILLED) == READ_BACK
        assert await line.says("yes") == PASSING_ON
        assert line.posts == []
        await line.hears(PASSING_ON)
        [post] = line.posts
        assert post.values == {"name": "Maria Lopez", "day": "2027-05-03"}
        assert not line.call.settled
        line.arrives.set_result(True)
        assert await line.reply() == "We will call you."
        await line.hears("We will call you.")
        assert line.call.settled
        assert line.call.memory.last_reply == "We will call you."
        assert [e["values"] for e in line.kept("collected")] == [post.values]


@on_jumping_clock
async def test_word_of_the_post_waits_until_nobody_speaks():
    """It comes while we still say that we pass it on: it is told after that."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        await line.talks(*FILLED)
        await line.says("yes")
        await line.begins(PASSING_ON)
        line.arrives.set_result(False)
        await bench.settle()
        assert len(bench.after.of(LLMFullResponseEndFrame)) == line.replies
        turn = line.call.conversation.turn
        await bench.send_up(SpeechFinishedFrame(turn=turn, heard=PASSING_ON))
        assert await line.reply() == NOT_PASSED_ON
        await line.hears(NOT_PASSED_ON)
        assert await line.says("yes") == "One moment."


@on_jumping_clock
async def test_a_yes_said_over_the_question_is_an_answer():
    """Elsewhere it would only show that the caller listens."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        await line.talks(*FILLED[:2])
        await line.says(FILLED[2])
        await line.begins("Name: Maria Lopez.")
        await bench.send(
            VADUserStartedSpeakingFrame(), VADUserStoppedSpeakingFrame(stop_secs=0.2),
            UserStoppedSpeakingFrame(), TranscriptionFrame("Yes.", "", ""),
        )  # fmt: skip
        await bench.settle()
        assert not bench.after.of(InterruptionFrame)
        turn = line.call.conversation.turn
        await bench.send_up(SpeechPieceFrame(turn=turn, text="Is that right?"))
        await bench.settle()
        await bench.send(
            VADUserStartedSpeakingFrame(), VADUserStoppedSpeakingFrame(stop_secs=0.2),
            UserStoppedSpeakingFrame(), TranscriptionFrame("Yes.", "", ""),
        )  # fmt: skip
        await bench.after.until(InterruptionFrame)
        await bench.send_up(SpeechCutFrame(turn=turn, heard="Is that"))
        assert await line.reply() == PASSING_ON


@on_jumping_clock
async def test_a_hum_over_the_question_is_none():
    """ "Mm-hm" lets the read-back go on."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        await line.talks(*FILLED[:2])
        await line.says(FILLED[2])
        await line.begins("Is that right?")
        await bench.send(
            VADUserStartedSpeakingFrame(), VADUserStoppedSpeakingFrame(stop_secs=0.2),
            UserStoppedSpeakingFrame(), TranscriptionFrame("Mm-hm.", "", ""),
        )  # fmt: skip
        await bench.settle()
        assert not bench.after.of(InterruptionFrame)
        assert line.call.conversation.turn == 3


@on_jumping_clock
async def test_a_correction_breaks_into_the_read_back():
    """ "No, the day is May fourth", said over it, changes the day."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        await line.talks(*FILLED[:2])
        await line.says(FILLED[2])
        await line.begins("Day: Monday, May 3, 2027.")
        await bench.send(VADUserStartedSpeakingFrame(), InterimTranscriptionFrame("no the", "", ""))
        await bench.after.until(InterruptionFrame)
        await bench.send_up(SpeechCutFrame(turn=3, heard="Day: Monday"))
        await bench.send(
            VADUserStoppedSpeakingFrame(stop_secs=0.2), UserStoppedSpeakingFrame(),
            TranscriptionFrame("no the day is may fourth", "", ""),
        )  # fmt: skip
        assert await line.reply() == "Day: Tuesday, May 4, 2027. Is everything right now?"


@on_jumping_clock
async def test_words_that_went_on_while_we_thought_are_one_answer():
    """ "The third of May" and then "no, the fourth": the first half leaves no trace."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        await line.talks(*FILLED)
        await line.says("yes")
        await bench.send(
            VADUserStartedSpeakingFrame(), InterimTranscriptionFrame("no wait", "", "")
        )
        await bench.after.until(InterruptionFrame)
        await bench.send_up(SpeechCutFrame(turn=None, heard=""))
        await bench.send(
            VADUserStoppedSpeakingFrame(stop_secs=0.2), UserStoppedSpeakingFrame(),
            TranscriptionFrame("no wait the day is may fourth", "", ""),
        )  # fmt: skip
        assert (await line.reply()).startswith("Day: Tuesday, May 4, 2027.")
        assert line.posts == []


@on_jumping_clock
async def test_a_question_in_between_is_answered_and_the_form_asks_on():
    """In one reply, whichever language model gives the answer."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        await line.talks(*FILLED[:2])
        assert await line.says("how much is it") == "It is $75. Which day?"
        await line.hears("It is $75. Which day?")
        assert await line.says("the third of may") == READ_BACK
        await line.hears(READ_BACK)
        assert await line.says("how much is it") == (
            "It is $75. So, is what I read back to you right?"
        )


@on_jumping_clock
async def test_who_hangs_up_after_the_yes_is_served_all_the_same():
    """The post is begun though nobody is left to tell."""
    line = Line()
    async with line.bench as bench:
        await bench.send(ClientConnectedFrame())
        await line.talks(*FILLED)
        await line.says("yes")
        await bench.send(EndFrame())
        await bench.settle(200)
    assert [post.key for post in line.posts] == ["s-1"]
