"""The page, in a real browser that speaks and listens."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.voices import as_recording, piper
from tests.end_to_end.browser import page_with_microphone, quiet, serving, until

pytestmark = pytest.mark.slow
SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a folder; `make screenshots` sets it
LONG = 60_000  # ms


@pytest.fixture(scope="module")
def server(data_folder: Path) -> Iterator[str]:
    with serving(data_folder) as address:
        yield address


def events(page: Page, type_: str) -> list[dict]:
    """The messages of a type that the page has received."""
    return [e for e in page.evaluate("window.turnwise.events") if e["type"] == type_]


def wait_for_state(page: Page, state: str) -> None:
    """Until the page shows the state."""
    until(page, f"window.turnwise.state === '{state}'")


def wait_for_turn(page: Page, number: int) -> None:
    """Until so many turns are complete."""
    complete = "window.turnwise.events.filter(e => e.type === 'turn_complete').length"
    until(page, f"{complete} >= {number}")


def test_a_conversation_on_the_page(server: str):
    """Talk, be greeted, ask, hear the answer, see its citation and where its time went."""
    question = as_recording(piper("What is the phone number of the housing office?"))
    with page_with_microphone(server, np.concatenate([quiet(9), question, quiet(40)])) as page:
        page.get_by_role("button", name="Talk").click()
        wait_for_state(page, "SPEAKING")
        until(page, "window.turnwise.level() > 0.01")  # the greeting is heard
        wait_for_turn(page, 1)

        assert [e["to"] for e in events(page, "state_change")] == [
            "LISTENING", "SPEAKING", "IDLE", "LISTENING", "THINKING", "SPEAKING", "IDLE",
        ]  # fmt: skip
        expect(page.locator('#transcript li[data-role="user"]')).to_contain_text("housing office")
        answer = page.locator('#transcript li[data-role="agent"]').last
        expect(answer).to_contain_text("555-0163")
        expect(page.locator("#citations details").first).to_contain_text("housing-office.md")
        expect(page.locator("#latency .total")).to_contain_text(re.compile(r"\d+ ms"))
        expect(page.locator("#machine .state.now")).to_have_text("IDLE")
        if SCREENSHOTS:
            page.locator("#citations summary").first.click()
            page.screenshot(path=f"{SCREENSHOTS}/page.png")

        page.get_by_role("button", name="Hang up").click()
        expect(page.get_by_role("button", name="Talk")).to_be_visible()


def test_breaking_in_on_the_page(server: str):
    """Speaking over the greeting stops it; what was heard stays, the question is answered."""
    question = as_recording(piper("Wait, stop, what is the phone number of the housing office?"))
    with page_with_microphone(server, np.concatenate([quiet(2.5), question, quiet(40)])) as page:
        page.get_by_role("button", name="Talk").click()
        wait_for_turn(page, 1)
        states = [e["to"] for e in events(page, "state_change")]
        assert states[:4] == ["LISTENING", "SPEAKING", "INTERRUPT", "LISTENING"]
        heard = events(page, "clear")[0]["spoken_text"]
        greeted = page.locator('#transcript li[data-role="agent"]').first
        expect(greeted).to_contain_text(heard)
        assert "What can I help you with" not in heard
        expect(page.locator('#transcript li[data-role="agent"]').last).to_contain_text("555-0163")


def test_a_refused_microphone_is_explained(server: str):
    """Whoever refuses the microphone is told how to allow it, and can try again."""
    with page_with_microphone(server, None) as page:
        page.get_by_role("button", name="Talk").click()
        expect(page.get_by_role("alert")).to_contain_text("icrophone")
        expect(page.get_by_role("button", name="Talk")).to_be_enabled()


def test_the_page_works_from_the_keyboard(server: str):
    """Tab reaches the button first, Enter presses it, and its state is told to screen readers."""
    with page_with_microphone(server, quiet(30)) as page:
        page.keyboard.press("Tab")
        button = page.get_by_role("button", name="Talk")
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-pressed", "false")
        page.keyboard.press("Enter")
        expect(page.locator("#talk")).to_have_attribute("aria-pressed", "true", timeout=LONG)
        page.keyboard.press("Enter")
        expect(page.locator("#talk")).to_have_attribute("aria-pressed", "false")


def test_a_server_that_is_gone_is_explained(server: str):
    """A page that was left open after the server stopped says so when Talk is pressed."""
    with page_with_microphone(server, quiet(30)) as page:
        page.route("**/api/offer", lambda route: route.abort("connectionrefused"))
        page.get_by_role("button", name="Talk").click()
        expect(page.get_by_role("alert")).to_contain_text("can't be reached")


def test_the_page_loads_nothing_from_elsewhere_and_says_so(server: str):
    """A strict policy, and no request leaves the server."""
    asked: list[str] = []
    with page_with_microphone(server, quiet(5)) as page:
        page.on("request", lambda request: asked.append(request.url))
        response = page.reload()
        assert response is not None
        assert "default-src 'self'" in response.headers["content-security-policy"]
        assert asked
        assert all(url.startswith(server) for url in asked)


def test_pipecats_own_client_is_mounted(server: str):
    """`/client/` serves Pipecat's prebuilt page, which asks /status and /start."""
    with page_with_microphone(f"{server}/client/", quiet(5)) as page:
        expect(page.locator("body")).not_to_be_empty()
        assert page.evaluate("fetch('/status').then(r => r.json())")["transports"] == ["webrtc"]
