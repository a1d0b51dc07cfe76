"""Pipecat's client packages from npm, in a real browser on a page of another origin."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks.voices import as_recording, piper
from tests.end_to_end.browser import serving
from tests.end_to_end.pipecat_clients import app_in_browser, application, bundle

pytestmark = pytest.mark.slow

KEY = "the-key-of-the-application"
HOUSING = "what is the phone number of the housing office?"
FACT = "555-0163"
WAYS = [
    pytest.param(("websocket", "startBotAndConnect", "/connect"), id="websocket"),
    pytest.param(("webrtc", "connect", "/api/offer"), id="webrtc"),
]
STARTS = [
    pytest.param(("websocket", "/start", {"transport": "websocket"}), id="websocket"),
    pytest.param(("webrtc", "/start", {}), id="webrtc"),
]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("application")
    bundle(
        folder,
        question=as_recording(piper(HOUSING)),
        breaking_in=as_recording(piper(f"Wait, stop, {HOUSING}")),
    )
    with application(folder) as address:
        yield address


@pytest.fixture(scope="module")
def server(data_folder: Path, origin: str) -> Iterator[str]:
    with serving(data_folder, TURNWISE_API_KEYS=KEY, TURNWISE_ORIGINS=origin) as address:
        yield address


@pytest.mark.parametrize("way", WAYS)
def test_a_spoken_question_is_answered(server: str, origin: str, way: tuple[str, str, str]):
    """bot-ready, a greeting, the question's transcript, the states, the fact, and sound."""
    kind, how, path = way
    with app_in_browser(origin) as app:
        ready = app.call(kind, how, server + path, KEY)["ready"]
        assert ready["version"].startswith("2.")
        app.until_state("IDLE")
        app.speak("question")
        app.until_turn(1)
        assert app.states == [
            "LISTENING", "SPEAKING", "IDLE", "LISTENING", "THINKING", "SPEAKING", "IDLE",
        ]  # fmt: skip
        final = [said["text"] for said in app.told("onUserTranscript") if said["final"]]
        assert len(final) == 1
        assert "housing office" in final[0]
        assert FACT in app.answer
        assert FACT in " ".join(said["text"] for said in app.told("onBotLlmText"))
        spoken = [o for o in app.told("onBotOutput") if o.get("spoken_status") == "completed"]
        assert len(spoken) > 1
        assert app.page.evaluate("heard.loudest") > 0.01
        for event in ("onUserStartedSpeaking", "onUserStoppedSpeaking"):
            assert len(app.told(event)) == 1, event
        app.until_told("onBotStoppedSpeaking", 2)
        assert len(app.told("onBotStartedSpeaking")) == 2
        assert any(m.get("ttfb") for m in app.told("onMetrics"))
        assert app.messages("turn_complete")[0]["latency_breakdown"]["total_ms"] > 0
        assert app.told("onError") == app.told("onMessageError") == []


@pytest.mark.parametrize("way", WAYS)
def test_breaking_in_stops_the_bot(server: str, origin: str, way: tuple[str, str, str]):
    """Speaking over the greeting cuts it; what was said is a question, and is answered."""
    kind, how, path = way
    with app_in_browser(origin) as app:
        app.call(kind, how, server + path, KEY)
        app.until_told("onBotStartedSpeaking")
        app.speak("breaking_in")
        app.until_said(FACT)
        assert app.states[:4] == ["LISTENING", "SPEAKING", "INTERRUPT", "LISTENING"]
        assert "What can I help you with" not in app.messages("clear")[0]["spoken_text"]


@pytest.mark.parametrize("way", STARTS)
def test_typed_text_is_a_turn(server: str, origin: str, way: tuple[str, str, dict[str, str]]):
    """`sendText` stops the greeting and is answered aloud; nobody is said to have spoken."""
    kind, path, request = way
    with app_in_browser(origin) as app:
        app.call(kind, "startBotAndConnect", server + path, KEY, request)
        app.until_told("onBotStartedSpeaking")
        app.page.evaluate("text => client.sendText(text)", HOUSING)
        app.until_turn(1)
        assert app.states[1:4] == ["SPEAKING", "INTERRUPT", "LISTENING"]
        assert FACT in app.answer
        assert app.page.evaluate("heard.loudest") > 0.01
        assert app.told("onUserStartedSpeaking") == app.told("onUserTranscript") == []


def test_keys_are_turns_and_what_is_not_understood_is_told(server: str, origin: str):
    """`sendDTMF("0")` asks for a person; a message of the application's own gets an error."""
    with app_in_browser(origin) as app:
        app.call("websocket", "startBotAndConnect", f"{server}/connect", KEY)
        app.page.evaluate("client.sendClientMessage('order', {pizza: 1})")
        app.until_told("onMessageError")
        app.page.evaluate("client.sendDTMF('0')")
        app.until_turn(1)
        assert "put you through" in app.answer


def test_without_the_key_nobody_is_let_in(server: str, origin: str):
    """A wrong key and a wrong token are refused, and the application is told."""
    with app_in_browser(origin) as app:
        refused = app.call("websocket", "startBotAndConnect", f"{server}/connect", "wrong")
        assert refused["status"] == 401
        assert "Authorization" in refused["refused"]
        refused = app.call("webrtc", "connect", f"{server}/api/offer", "wrong")
        assert refused["status"] == 401
        place = {"ws_url": server.replace("http", "ws", 1) + "/ws", "token": "wrong"}
        assert "Failed to connect" in app.call("websocket", "connect", place)["refused"]
        assert app.told("onBotReady") == []


def test_a_page_of_a_stranger_gets_no_answer(server: str, tmp_path: Path):
    """A page that the operator has not listed can't come in with the key, nor with a place."""
    known = {"Authorization": f"Bearer {KEY}"}
    place = httpx.post(f"{server}/connect", headers=known).json()
    bundle(tmp_path)
    with application(tmp_path) as stranger, app_in_browser(stranger) as app:
        refused = app.call("websocket", "startBotAndConnect", f"{server}/connect", KEY)
        assert "Failed to fetch" in refused["refused"]
        assert "Failed to connect" in app.call("websocket", "connect", place)["refused"]
