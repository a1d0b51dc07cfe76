"""The page of a server that asks for a key, in a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.voices import RATE
from tests.end_to_end.browser import page_with_microphone, serving

pytestmark = pytest.mark.slow
SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a folder
KEY = "clé-of-the-desk"
LONG = 60_000  # ms


@pytest.fixture(scope="module")
def server(data_folder: Path) -> Iterator[str]:
    with serving(data_folder, TURNWISE_API_KEYS=f"another,{KEY}") as address:
        yield address


@pytest.fixture
def page(server: str) -> Iterator[Page]:
    with page_with_microphone(server, np.zeros(60 * RATE, dtype=np.int16)) as opened:
        yield opened


def shown(page: Page, name: str) -> None:
    """A picture to look at, if a folder for them is set."""
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png")


def test_the_key_is_asked_for_and_exchanged_for_a_token(page: Page):
    """By keyboard alone: the field has the focus; the key goes to /api/sessions, a token calls."""
    sent: list[tuple[str, str]] = []
    page.on(
        "request",
        lambda request: sent.append(
            (f"{request.method} {request.url.split('/', 3)[3]}",
             request.headers.get("authorization", "").removeprefix("Bearer "))
        ),
    )  # fmt: skip
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("asks for a key")
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    shown(page, "key")
    page.keyboard.type(KEY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Hang up")).to_be_visible(timeout=LONG)
    expect(page.get_by_label("Key", exact=True)).to_be_hidden()
    expect(page.locator("#problem")).to_be_empty()
    by = dict(reversed(sent))
    assert by["POST api/sessions"].encode("latin-1").decode() == KEY
    assert by["POST api/offer"] not in ("", by["POST api/sessions"])
    assert not page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length")


def test_the_key_is_known_for_the_next_call(page: Page):
    """With another token; nobody enters it twice."""
    page.get_by_role("button", name="Talk").click()
    page.get_by_label("Key", exact=True).fill(f"  {KEY} ")
    page.get_by_role("button", name="Call with this key").click()
    for _ in range(2):
        page.get_by_role("button", name="Hang up").click(timeout=LONG)
        page.get_by_role("button", name="Talk").click()
    expect(page.get_by_role("button", name="Hang up")).to_be_visible(timeout=LONG)


def test_a_wrong_key_says_what_to_do(page: Page):
    """The field is marked as wrong, described by what to do, and ready for another."""
    page.get_by_role("button", name="Talk").click()
    field = page.get_by_label("Key", exact=True)
    expect(field).to_have_attribute("aria-invalid", "false")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(
        "Check it for a missing or an extra character"
    )
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        page.get_by_role("alert").inner_text().replace("\n", " ")
    )
    expect(field).to_be_focused()
    shown(page, "wrong-key")
    page.keyboard.type(KEY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Hang up")).to_be_visible(timeout=LONG)


def test_the_microphone_is_not_asked_for_before_the_key(server: str):
    """Who has none is not bothered."""
    with page_with_microphone(server, None) as page:
        page.get_by_role("button", name="Talk").click()
        expect(page.get_by_role("alert")).to_contain_text("asks for a key")
