"""Frames in, frames out: the shell around a call."""

from pipecat.frames.frames import (
    ClientConnectedFrame,
    ErrorFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMTextFrame,
    OutputTransportMessageUrgentFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from conversation.announcements import Announcements
from conversation.call import Call
from processors.ahead_frames import UtteranceOverFrame
from processors.frames import (
    AnswerStartFrame,
    HoldSpeechFrame,
    ReleaseSpeechFrame,
    ResumeSpeechFrame,
    SpeechCutFrame,
    SpeechFinishedFrame,
    SpeechStartedFrame,
    UserTurnFrame,
)
from processors.state_manager import StateManager
from tests.processors.harness import Bench, clock, messages, on_jumping_clock


def manager(greeting: str = "") -> StateManager:
    tell = Announcements("session", lambda: 0.0)
    return StateManager(Call(tell, greeting=greeting, apology="Sorry."), clock=clock)


def said(text: str) -> list:
    """A whole turn: heard, over, and transcribed, in the order in which frames really come."""
    return [
        VADUserStartedSpeakingFrame(),
        VADUserStoppedSpeakingFrame(stop_secs=0.2),
        UserStoppedSpeakingFrame(),
        TranscriptionFrame(text, "", ""),
    ]


async def answering(bench: Bench, question: str = "When is the deadline?") -> None:
    """The bot has begun to speak its answer to turn 1."""
    await bench.send(ClientConnectedFrame(), *said(question))
    await bench.after.until(UserTurnFrame)
    await bench.send_up(SpeechStartedFrame(turn=1, at=0.0))
    await bench.settle()


@on_jumping_clock
async def test_the_ears_are_told_that_a_turn_is_surely_over():
    """Not when a pause was judged to be the end, but when the call has taken it for that."""
    async with Bench(manager()) as bench:
        *pauses, transcript = said("I'd like to know")
        await bench.send(ClientConnectedFrame(), *pauses, transcript)
        await bench.settle()
        assert not bench.before.of(UtteranceOverFrame)
        await bench.after.until(UserTurnFrame)
        assert len(bench.before.of(UtteranceOverFrame)) == 1


def states(bench: Bench) -> list[str]:
    return [m["to"] for m in messages(bench.after) if m["type"] == "state_change"]


@on_jumping_clock
async def test_a_turn_becomes_one_frame_and_its_audio_goes_no_further():
    """Behind the StateManager there are turns only: no audio, no transcripts."""
    async with Bench(manager()) as bench:
        await bench.send(ClientConnectedFrame(), InputAudioRawFrame(bytes(640), 16000, 1))
        await bench.send(*said("When is the deadline?"))
        turn = await bench.after.until(UserTurnFrame)
        assert (turn.turn, turn.text) == (1, "When is the deadline?")
        assert not bench.after.of(InputAudioRawFrame)
        assert not bench.after.of(TranscriptionFrame)
        assert states(bench) == ["LISTENING", "THINKING"]


@on_jumping_clock
async def test_who_connects_is_told_the_session_and_greeted():
    """session_started comes first, then the greeting's words go to the voice."""
    async with Bench(manager(greeting="Hello.")) as bench:
        await bench.send(ClientConnectedFrame())
        text = await bench.after.until(LLMTextFrame)
        assert text.text == "Hello."
        assert bench.after.of(AnswerStartFrame)[0].turn == 0
        first = messages(bench.after)[0]
        assert (first["type"], first["session_id"], first["protocol"]) == (
            "session_started", "session", 1,
        )  # fmt: skip


@on_jumping_clock
async def test_words_over_the_bot_interrupt_it():
    """A sound pauses the bot at once; words cut it; the next turn is the caller's."""
    async with Bench(manager()) as bench:
        await answering(bench)
        await bench.send(VADUserStartedSpeakingFrame())
        await bench.after.until(HoldSpeechFrame)
        assert not bench.after.of(InterruptionFrame)
        await bench.send(InterimTranscriptionFrame("wait what", "", ""))
        await bench.after.until(InterruptionFrame)
        await bench.send_up(SpeechCutFrame(turn=1, heard="The deadline"))
        await bench.settle()
        assert states(bench)[-3:] == ["SPEAKING", "INTERRUPT", "LISTENING"]
        cleared = [m for m in messages(bench.after) if m["type"] == "clear"]
        assert [m["spoken_text"] for m in cleared] == ["The deadline"]


@on_jumping_clock
async def test_what_was_heard_before_a_cut_is_what_the_next_answer_knows():
    """The context keeps the words that reached the caller, not those that were only written."""
    async with Bench(manager()) as bench:
        await answering(bench)
        await bench.send(VADUserStartedSpeakingFrame())
        await bench.send(InterimTranscriptionFrame("wait what", "", ""))
        await bench.after.until(InterruptionFrame)
        await bench.send_up(SpeechCutFrame(turn=1, heard="The deadline is"))
        await bench.send(
            VADUserStoppedSpeakingFrame(stop_secs=0.2), UserStoppedSpeakingFrame(),
            TranscriptionFrame("wait what about fees", "", ""),
        )  # fmt: skip
        turn = await bench.after.until(UserTurnFrame, 2)
        assert turn.text == "wait what about fees"
        assert list(turn.messages) == [
            {"role": "user", "content": "When is the deadline?"},
            {"role": "assistant", "content": "The deadline is"},
        ]
        assert turn.about == "When is the deadline?"


@on_jumping_clock
async def test_a_backchannel_only_pauses_the_bot():
    """ "Mm-hm" lets it go on, without an interruption and without a turn."""
    async with Bench(manager()) as bench:
        await answering(bench)
        await bench.send(*said("Mm-hm."))
        await bench.after.until(ReleaseSpeechFrame)
        assert not bench.after.of(InterruptionFrame)
        assert len(bench.after.of(UserTurnFrame)) == 1
        assert states(bench)[-1] == "SPEAKING"


@on_jumping_clock
async def test_a_sound_that_never_becomes_words_holds_the_bot_for_half_a_second():
    """A fan, a cough: the bot is talking again within 0.6 s, whatever the recogniser does."""
    async with Bench(manager()) as bench:
        await answering(bench)
        await bench.send(VADUserStartedSpeakingFrame())
        await bench.after.until(HoldSpeechFrame)
        held = clock()
        await bench.after.until(ReleaseSpeechFrame)
        assert clock() - held <= 0.6


@on_jumping_clock
async def test_a_cut_that_was_for_nothing_is_resumed():
    """Cut by words that came to nothing: the reply of turn 1 is asked to go on."""
    async with Bench(manager()) as bench:
        await answering(bench)
        await bench.send(VADUserStartedSpeakingFrame())
        await bench.send(InterimTranscriptionFrame("wait what", "", ""))
        await bench.after.until(InterruptionFrame)
        await bench.send_up(SpeechCutFrame(turn=1, heard="The"))
        await bench.settle()
        await bench.send(VADUserStoppedSpeakingFrame(stop_secs=0.2), UserStoppedSpeakingFrame())
        await bench.send(TranscriptionFrame("Mm-hm.", "", ""))
        resumed = await bench.after.until(ResumeSpeechFrame)
        assert resumed.turn == 1
        await bench.settle()
        assert states(bench)[-2:] == ["LISTENING", "SPEAKING"]


@on_jumping_clock
async def test_a_provider_that_fails_is_apologised_for():
    """An error from the LLM or the voice becomes words the caller hears, then `turn_failed`."""
    async with Bench(manager()) as bench:
        await bench.send(ClientConnectedFrame(), *said("When is the deadline?"))
        await bench.after.until(UserTurnFrame)
        await bench.send_up(ErrorFrame("down"))
        assert (await bench.after.until(LLMTextFrame)).text == "Sorry."
        await bench.send_up(SpeechStartedFrame(turn=1, at=0.0))
        await bench.send_up(SpeechFinishedFrame(turn=1, heard="Sorry."))
        await bench.settle()
        told = messages(bench.after)
        assert [m["code"] for m in told if m["type"] == "error"] == ["turn_failed"]
        assert states(bench)[-1] == "IDLE"


@on_jumping_clock
async def test_frames_that_mean_nothing_to_us_pass():
    """Whatever else travels the pipeline is never lost here."""
    async with Bench(manager()) as bench:
        await bench.send(OutputTransportMessageUrgentFrame(message={"label": "other"}))
        passed = await bench.after.until(OutputTransportMessageUrgentFrame)
        assert passed.message == {"label": "other"}
