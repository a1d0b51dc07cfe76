"""A page whose server stops, or dies, in the middle of a call."""

import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.voices import as_recording, piper
from tests.end_to_end.browser import Served, page_with_microphone, quiet, until

pytestmark = pytest.mark.slow
LONG = 60_000  # ms


@pytest.fixture
def server(data_folder: Path) -> Iterator[Served]:
    with Served(data_folder) as served:
        yield served


def resumed(page: Page) -> list[dict]:
    """What the page was told first on each connection that took the session up."""
    events = page.evaluate("window.turnwise.events")
    return [e for e in events if e["type"] == "session_started" and e["resumed"]]


def told(page: Page, words: str) -> None:
    """What the page says of the call, to screen readers too."""
    expect(page.locator("#status[role=status]")).to_contain_text(words, timeout=LONG)


def test_a_call_goes_on_by_itself(server: Served):
    """The page says so, the transcript stays, and the same call answers the next question."""
    question = as_recording(piper("What is the phone number of the housing office?"))
    again = [question, quiet(9)] * 9
    with page_with_microphone(
        server.address, np.concatenate([quiet(7), question, quiet(10), *again])
    ) as page:
        page.get_by_role("button", name="Talk").click()
        until(page, "window.turnwise.events.filter(e => e.type === 'turn_complete').length >= 1")
        session = page.evaluate("window.turnwise.events[0].session_id")
        items = page.locator("#transcript li").all_inner_texts()
        server.stop(signal.SIGKILL)
        told(page, "Connection lost, reconnecting")
        expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        server.start()
        until(page, "document.body.dataset.call === 'open'")
        until(page, "window.turnwise.events.some(e => e.type === 'session_started' && e.resumed)")
        (started,) = resumed(page)
        assert started["session_id"] == session
        assert started["turn_number"] == 1
        assert page.locator("#transcript li").all_inner_texts()[: len(items)] == items
        complete = "window.turnwise.events.filter(e => e.type === 'turn_complete')"
        until(page, f"{complete}.some(e => e.turn_number > 1)")
        expect(page.locator("#problem")).to_be_empty()
        page.get_by_role("button", name="Hang up").click()


def test_a_greeting_goes_on_where_it_was_heard(server: Served):
    """The server stops in its second sentence; the page shows one greeting, once."""
    with page_with_microphone(server.address, quiet(90)) as page:
        page.get_by_role("button", name="Talk").click()
        second = "e.type === 'response_ready' && e.segment === 1"
        until(page, f"window.turnwise.events.some(e => {second})")
        server.stop(signal.SIGTERM)
        server.start()
        until(page, "window.turnwise.events.some(e => e.type === 'session_started' && e.resumed)")
        until(page, "window.turnwise.state === 'IDLE'")
        assert resumed(page)[0]["state"] == "SPEAKING"
        said = page.locator('#transcript li[data-role="agent"] .text')
        expect(said).to_have_count(1)
        expect(said).to_have_text(
            "Hello, this is Robin at Alder Ridge University admissions. What can I help you with?"
        )


def test_a_server_that_stays_away_is_given_up(server: Served):
    """With what to do; and whoever does not want to wait can cancel."""
    with page_with_microphone(server.address, quiet(90)) as page:
        page.get_by_role("button", name="Talk").click()
        until(page, "document.body.dataset.call === 'open'")
        until(page, "window.turnwise.events.some(e => e.type === 'session_started')")
        page.route(
            "**/api/offer", lambda route: route.fulfill(status=404, json={"detail": "Gone."})
        )
        server.stop(signal.SIGTERM)
        server.start()
        expect(page.get_by_role("alert")).to_contain_text("Could not reconnect", timeout=LONG)
        expect(page.get_by_role("alert")).to_contain_text("press Talk")
        expect(page.get_by_role("button", name="Talk")).to_be_enabled()


def test_whoever_does_not_want_to_wait_cancels(server: Served):
    """It is a hang-up."""
    with page_with_microphone(server.address, quiet(90)) as page:
        page.get_by_role("button", name="Talk").click()
        until(page, "document.body.dataset.call === 'open'")
        until(page, "window.turnwise.events.some(e => e.type === 'session_started')")
        page.route("**/api/offer", lambda route: route.abort("connectionrefused"))
        server.stop(signal.SIGTERM)
        told(page, "Connection lost, reconnecting")
        page.get_by_role("button", name="Cancel").click()
        told(page, "The call has ended")
        server.start()
