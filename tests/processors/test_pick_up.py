"""What comes through of somebody who answers a call that we placed."""

from typing import Any

import pytest
from pipecat.frames.frames import (
    ClientConnectedFrame,
    Frame,
    InputAudioRawFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from conversation.announcements import Announcements
from conversation.answered import By
from processors.frames import AnnounceFrame
from processors.pick_up import PickUp, Placed
from tests.processors.harness import Bench, on_jumping_clock

RECORDING = "Please leave a message after the tone."


def quiet(seconds: float) -> list[Frame]:
    """Audio, which is the clock."""
    return [InputAudioRawFrame(bytes(640), 16000, 1) for _ in range(round(seconds / 0.02))]


def says(text: str) -> list[Frame]:
    begins = [VADUserStartedSpeakingFrame(), UserStartedSpeakingFrame(), *quiet(1)]
    return [*begins, VADUserStoppedSpeakingFrame(), UserStoppedSpeakingFrame(), _words(text)]


def _words(text: str) -> Frame:
    return TranscriptionFrame(text, "", "", finalized=True)


async def through(bench: Bench, *frames: Frame) -> list[str]:
    """The names of what came of these; audio is left out."""
    before = len(bench.after.frames)
    for frame in frames:  # words are slower than sound, as in a pipeline
        await bench.send(frame)
        await bench.settle(4)
    await bench.settle()
    came = bench.after.frames[before:]
    return [type(f).__name__ for f in came if not isinstance(f, InputAudioRawFrame)]


def placed(entries: list[Any], voicemail: str = "Call us.", by: By | None = None) -> Bench:
    tell = Announcements("s", lambda: 0.0)
    return Bench(PickUp(Placed(voicemail, by), tell, journal=entries.append))


@on_jumping_clock
async def test_a_person_is_greeted_and_then_listened_to():
    """Their hello is answered by the greeting, even if its words come late; then all is theirs."""
    entries: list[Any] = []
    async with placed(entries) as bench:
        assert await through(bench, ClientConnectedFrame(), *says("Hello?")) == []
        assert await through(bench, *quiet(1)) == ["ClientConnectedFrame"]
        assert await through(bench, _words("Hello?")) == []
        came = await through(bench, *says("How much is it?"))
        assert came[0] == "VADUserStartedSpeakingFrame"
        assert came[-1] == "TranscriptionFrame"
    assert entries == [{"kind": "answered", "at": 0.0, "turn": 0, "by": "person"}]


@pytest.mark.parametrize(
    ("voicemail", "does"), [("Call us.", "AnnounceFrame"), ("", "EndWorkerFrame")]
)
@on_jumping_clock
async def test_a_recording_is_told_or_hung_up_on(voicemail: str, does: str):
    """After its end, once; nothing of it is ever a turn."""
    async with placed([], voicemail) as bench:
        assert await through(bench, ClientConnectedFrame(), *says(RECORDING)) == []
        assert (await through(bench, *quiet(3)))[0] == does
        assert set(await through(bench, *says("beep"), *quiet(5))) <= {"EndFrame"}
        told = [(f.text, f.then_hang_up) for f in bench.after.of(AnnounceFrame)]
        assert told == ([(voicemail, True)] if voicemail else [])


@on_jumping_clock
async def test_a_machine_that_was_greeted_is_not_talked_with():
    """From the words on that give it away."""
    async with placed([]) as bench:
        await through(bench, ClientConnectedFrame(), *quiet(4))
        came = await through(bench, *says(RECORDING))
        assert "TranscriptionFrame" not in came
        assert await through(bench, *quiet(3)) == ["AnnounceFrame"]
