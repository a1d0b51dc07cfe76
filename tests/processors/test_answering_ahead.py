"""An answer is made while the caller's turn may go on, and is there at once if it is over."""

import asyncio

from pipecat.frames.frames import (
    EndFrame,
    EndWorkerFrame,
    InterruptionFrame,
    OutputTransportMessageUrgentFrame,
    TTSAudioRawFrame,
)

from conversation.acting import Act, Offer
from processors.ahead_frames import AnswerableFrame, TurnWithdrawnFrame, UtteranceSoFarFrame
from processors.frames import (
    AnswerStartFrame,
    SpeechCutFrame,
    SpeechFinishedFrame,
    SpeechStartedFrame,
)
from tests.processors.answering import ANSWER, FIRST, Answering
from tests.processors.harness import clock, on_jumping_clock

REST = "".join(ANSWER).removeprefix(FIRST)


@on_jumping_clock
async def test_the_first_piece_is_spoken_to_nobody_before_the_turn_is_over():
    """One question, one short piece of audio; nothing is heard, told or noted."""
    call = Answering()
    async with call.bench as bench:
        await call.maybe("how much is the fee")
        assert len(call.model.asked) == 1
        assert call.voice.spoke == [FIRST]
        assert (call.heard, call.told) == (0, [])
        assert not bench.before.of(SpeechStartedFrame)
        assert call.counted == ["begun"]


@on_jumping_clock
async def test_whether_there_is_an_answer_is_known_before_it_is_made():
    """The StateManager is told: a turn whose words have one may end sooner."""
    call = Answering()
    async with call.bench as bench:
        await call.maybe("how much is the fee")
        (known,) = bench.before.of(AnswerableFrame)
        assert (known.turn, known.text, known.sure) == (1, "how much is the fee", True)


@on_jumping_clock
async def test_when_the_turn_is_over_its_audio_leaves_at_once():
    """Nothing is asked or spoken a second time, and the rest follows."""
    call = Answering()
    async with call.bench as bench:
        await call.maybe("how much is the fee")
        before = clock()
        await call.over("How much is the fee, please?")
        await bench.after.until(TTSAudioRawFrame)
        assert clock() == before
        finished = await bench.before.until(SpeechFinishedFrame)
        assert finished.heard.split() == "".join(ANSWER).split()
        assert "".join(call.voice.spoke) == "".join(ANSWER)
        assert len(call.model.asked) == 1
        assert call.counted == ["begun", "used"]


@on_jumping_clock
async def test_clients_are_told_of_it_when_the_turn_is_over_as_ever():
    """The same messages in the same order as of an answer that was not made ahead."""
    told: list[list[str]] = []
    for ahead in (True, False):
        call = Answering()
        async with call.bench as bench:
            if ahead:
                await call.maybe("how much is the fee")
            await call.over("how much is the fee", stands=ahead)
            await bench.before.until(SpeechFinishedFrame)
            told.append(sorted(m.get("stage", m["type"]) for m in call.told))
    assert told[0] == told[1]
    assert told[0].count("response_ready") == 3


@on_jumping_clock
async def test_a_caller_who_goes_on_has_heard_nothing_of_it():
    """It is thrown away without a word, also to the transport; the longer question is answered."""
    call = Answering()
    async with call.bench as bench:
        await call.maybe("how much is the fee")
        await bench.send(TurnWithdrawnFrame())
        await call.rest()
        assert (call.heard, call.told) == (0, [])
        assert not bench.after.of(InterruptionFrame)
        assert not bench.before.of(SpeechCutFrame)
        await call.over("how much is the fee for graduates", stands=False)
        finished = await bench.before.until(SpeechFinishedFrame)
        assert finished.heard.split() == "".join(ANSWER).split()
        assert len(call.model.asked) == 2
        assert call.counted == ["begun", "thrown_away"]


@on_jumping_clock
async def test_a_second_pause_of_the_same_turn_is_answered_anew():
    """What the first answer's makers still send is not mixed into the second."""
    call = Answering()
    async with call.bench as bench:
        call.model.lets.clear()
        await call.maybe("how much is the fee")
        await bench.send(TurnWithdrawnFrame())
        call.model.lets.set()
        await call.maybe("how much is the fee for graduates")
        await call.over("how much is the fee for graduates")
        finished = await bench.before.until(SpeechFinishedFrame)
        assert finished.heard.split() == "".join(ANSWER).split()
        assert call.voice.spoke[0] == FIRST
        assert call.counted == ["begun", "thrown_away", "begun", "used"]


@on_jumping_clock
async def test_an_answer_still_in_the_making_is_let_out_as_it_comes():
    """The turn is over before the language model has said a word: it is not asked again."""
    call = Answering()
    async with call.bench as bench:
        call.model.lets.clear()
        await call.maybe("how much is the fee")
        await call.over("how much is the fee")
        await call.rest()
        assert call.heard == 0
        call.model.lets.set()
        finished = await bench.before.until(SpeechFinishedFrame)
        assert finished.heard.split() == "".join(ANSWER).split()
        assert len(call.model.asked) == 1
        assert call.counted == ["begun", "used"]


@on_jumping_clock
async def test_words_that_are_still_searched_when_the_turn_is_over_are_answered_once():
    """Whoever comes first at the merge: one answer is heard."""
    call = Answering()
    async with call.bench as bench:
        call.world.gate.clear()
        await bench.send(UtteranceSoFarFrame("the fee"))
        await call.maybe("the fee")
        await call.over("The fee.")
        call.world.gate.set()
        await bench.before.until(SpeechFinishedFrame)
        await call.rest()
        assert call.world.embedded == ["the fee"]
        assert len(bench.before.of(SpeechFinishedFrame)) == 1
        assert len(bench.after.of(AnswerStartFrame)) == 0


@on_jumping_clock
async def test_nobody_hangs_up_on_a_caller_who_goes_on():
    """ "Goodbye" may be the beginning of something: the farewell is made, and not meant."""
    call = Answering()
    async with call.bench as bench:
        await call.maybe("Goodbye.")
        assert call.voice.spoke
        await bench.send(TurnWithdrawnFrame())
        await asyncio.sleep(5)
        assert call.heard == 0
        assert not bench.after.of(EndWorkerFrame)
        await call.maybe("Goodbye.")
        await call.over("Goodbye.")
        await bench.after.until(EndWorkerFrame)
        assert call.counted == ["begun", "thrown_away", "begun", "used"]


@on_jumping_clock
async def test_the_desk_changes_with_the_turn_and_not_before():
    """An offer that the words would answer stays open until they are the caller's last."""
    call = Answering()
    async with call.bench as bench:
        offer = Offer(Act.HANG_UP)
        call.desk.standing = before = type(call.desk.standing)(offer=offer)
        await call.maybe("yes please")
        assert call.desk.standing == before
        assert call.voice.spoke
        await call.over("yes please")
        await bench.after.until(EndWorkerFrame)
        assert call.desk.standing.offer is None


@on_jumping_clock
async def test_a_desk_that_changed_meanwhile_answers_anew():
    """What was made no longer fits: it is not heard."""
    call = Answering()
    async with call.bench as bench:
        call.desk.standing = type(call.desk.standing)(offer=Offer(Act.HANG_UP))
        await call.maybe("yes please")
        call.desk.standing = type(call.desk.standing)()
        await call.over("yes please")
        finished = await bench.before.until(SpeechFinishedFrame)
        assert finished.heard.split() == "".join(ANSWER).split()
        assert not bench.after.of(EndWorkerFrame)
        assert call.counted == ["begun", "thrown_away"]


@on_jumping_clock
async def test_documents_that_changed_meanwhile_are_answered_from_anew():
    """The answer is from the documents as they are at the end of the turn."""
    call = Answering()
    async with call.bench as bench:
        await call.maybe("the fee")
        call.world.version = "2"
        await call.over("the fee")
        await bench.before.until(SpeechFinishedFrame)
        context = call.model.asked[-1].context
        assert "the fee 2" in str(context.get_messages())
        assert call.counted == ["begun", "thrown_away"]


@on_jumping_clock
async def test_a_pipeline_ends_though_an_answer_is_kept_back():
    """Nobody waits for a turn that will not come."""
    call = Answering()
    async with call.bench as bench:
        await call.maybe("the fee")
        await bench.send(EndFrame())
        await bench.after.until(EndFrame)
        assert call.heard == 0


@on_jumping_clock
async def test_a_search_that_fails_ahead_leaves_the_turn_to_be_searched():
    """Nothing is begun, and nobody notices."""
    call = Answering()
    async with call.bench as bench:
        call.world.fails = True
        await call.maybe("the fee")
        call.world.fails = False
        assert (call.counted, call.model.asked) == ([], [])
        await call.over("the fee")
        await bench.before.until(SpeechFinishedFrame)
        assert len(bench.after.of(OutputTransportMessageUrgentFrame)) > 0
