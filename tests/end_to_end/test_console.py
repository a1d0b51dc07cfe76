"""The operator's page, in a real browser, with a hundred calls in a real store."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from bot.recording.places import folder_of
from bot.recording.sound_file import RATE, SoundFile
from tests.end_to_end.browser import ROOT, page_with_microphone, serving, until
from tests.end_to_end.made_up_calls import CALLS, OWNER, Workers

pytestmark = pytest.mark.slow
SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a folder
KEY = "the-operators-key"


@pytest.fixture(scope="module")
def desk(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample help desk, as a copy that documents may be added to."""
    folder = tmp_path_factory.mktemp("console")
    shutil.copytree(data_folder / "index", folder / "data" / "index")
    shutil.copytree(ROOT / "knowledge", folder / "knowledge")
    return {"data": folder / "data", "knowledge": folder / "knowledge"}


@pytest.fixture(scope="module")
def server(desk: dict[str, Path]) -> Iterator[str]:
    given = {"TURNWISE_API_KEYS": "callers", "TURNWISE_OPERATOR_KEY": KEY, "TURNWISE_RECORD": "1"}
    with serving(desk["data"], TURNWISE_KNOWLEDGE=str(desk["knowledge"]), **given) as address:
        yield address


@pytest.fixture(scope="module")
def workers(server: str, desk: dict[str, Path]) -> Iterator[Workers]:
    made = Workers(desk["data"])
    made.do(made.calls)
    made.do(lambda: made.store._writer._delivery.renew())  # type: ignore[attr-defined]
    yield made
    made.close()


@contextmanager
def console(server: str, *, width: int = 1600, height: int = 1000) -> Iterator[Page]:
    """The page, after the key was typed."""
    with page_with_microphone(f"{server}/console", None, width=width, height=height) as page:
        page.get_by_label("Key", exact=True).fill(KEY)
        page.get_by_role("button", name="Open the console").click()
        until(page, "window.turnwise.told > 0")
        yield page


def shown(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png", full_page=True)


def test_the_key_is_asked_for_once_and_kept_in_the_tab(server: str):
    """A wrong one, or a caller's, opens nothing; the right one is not asked for again."""
    with page_with_microphone(f"{server}/console", None) as page:
        expect(page.get_by_role("alert")).to_contain_text("asks for a key")
        for wrong in ("nobodys", "callers"):
            page.get_by_label("Key", exact=True).fill(wrong)
            page.keyboard.press("Enter")
            expect(page.get_by_label("Key", exact=True)).to_have_attribute("aria-invalid", "true")
            expect(page.locator("#console")).to_be_hidden()
        page.get_by_label("Key", exact=True).fill(KEY)
        page.keyboard.press("Enter")
        expect(page.locator("#console")).to_be_visible()
        page.reload()
        expect(page.locator("#console")).to_be_visible()
        assert page.evaluate("localStorage.length + document.cookie.length") == 0


def test_a_late_refusal_of_an_earlier_key_takes_nothing_from_a_later_one(server: str):
    """The answer to the first one comes after the second was let in: the tab keeps the second."""
    with page_with_microphone(f"{server}/console", None) as page:
        expect(page.get_by_role("alert")).to_contain_text("asks for a key")
        kept: list[Route] = []
        page.route("**/api/console/about", lambda route: kept.append(route), times=1)
        page.get_by_label("Key", exact=True).fill("nobodys")
        with page.expect_request("**/api/console/about"):
            page.keyboard.press("Enter")
        page.get_by_label("Key", exact=True).fill(KEY)
        page.keyboard.press("Enter")
        expect(page.locator("#console")).to_be_visible()
        with page.expect_response("**/api/console/about") as refused:
            kept[0].continue_()
        assert refused.value.status == 401
        page.evaluate("fetch('/health')")  # the page has read what came before this
        page.reload()
        expect(page.locator("#console")).to_be_visible()


def test_a_hundred_calls_are_listed_and_change_as_they_go_on(server: str, workers: Workers):
    """Of a worker that is another process; a row changes in its place, one that ends goes."""
    with console(server) as page:
        rows = page.locator("#calls tr")
        expect(rows).to_have_count(CALLS)
        expect(page.locator("#counts")).to_contain_text("100: 25 idle, 25 listening")
        first = page.locator('tr[data-id="call000-000"]')
        expect(first).to_contain_text("Browser")
        expect(first).to_contain_text("320 ms")
        page.evaluate("document.querySelector('tr[data-id=\"call000-000\"]').kept = true")
        moved = {"kind": "transition", "turn": 2, "event": "x", "to": "INTERRUPT", "at": 1.0}
        workers.do(lambda: workers.store.append("call000-000", moved))
        expect(first).to_contain_text("INTERRUPT")
        assert page.evaluate("document.querySelector('tr[data-id=\"call000-000\"]').kept")
        page.get_by_label("Find a call").fill("telephone")
        expect(page.locator("#calls tr:visible")).to_have_count(CALLS // 4)
        page.get_by_label("Find a call").fill("")
        workers.do(lambda: workers.store.release("call099-981"))
        expect(rows).to_have_count(CALLS - 1)
        expect(page.locator("#figures svg")).to_have_count(2)
        expect(page.locator("#figures")).to_contain_text("100 answers")
        expect(page.locator("#missing li")).to_have_count(2)
        expect(page.locator("#missing li").first).to_contain_text("park")
        shown(page, "console")


def test_one_call_is_followed_and_told_what_to_do(server: str, workers: Workers):
    """Its words, its states and its waterfall, as they come; what it is told arrives."""
    name = "call001-919"
    with console(server) as page:
        page.locator(f'tr[data-id="{name}"]').click()
        said = page.locator("#transcript li")
        expect(said.filter(has_text="How much is the fee?")).to_have_count(1)
        expect(page.locator("#latency .total")).to_contain_text("360 ms")
        expect(page.locator("#latency .stages li")).to_have_count(7)
        expect(page.locator("#machine .state.now")).to_have_text("LISTENING")
        entry = {"kind": "transcript", "turn": 2, "text": "And when is it due?", "at": time.time()}
        moved = {"kind": "transition", "turn": 2, "event": "x", "to": "THINKING", "at": time.time()}
        for one in (entry, moved):
            workers.do(lambda one=one: workers.store.append(name, one))
        expect(said.filter(has_text="And when is it due?")).to_have_count(1)
        expect(page.locator("#machine .state.now")).to_have_text("THINKING")
        page.get_by_label("Say to the caller").fill("One moment, please.")
        page.get_by_role("button", name="Say", exact=True).click()
        expect(page.locator("#ordered")).to_contain_text("Told: say.")
        page.get_by_label("Transfer to a person").fill("A refund")
        page.get_by_role("button", name="Transfer").click()
        expect(page.locator("#ordered")).to_contain_text("Told: transfer.")
        page.get_by_role("button", name="End the call").click()
        expect(page.locator("#ordered")).to_contain_text("Told: end.")
        told = [workers.told.get(timeout=20) for _ in range(3)]
        assert [one.split('"')[3] for one in told] == ["say", "transfer", "end"]
        shown(page, "console-call")


def test_a_recorded_call_is_listened_to(server: str, workers: Workers, desk: dict[str, Path]):
    """While it goes on; of one that is not recorded, that is said."""
    folder = folder_of(desk["data"] / "recordings", "call002-838")
    folder.parent.mkdir(exist_ok=True)
    sound = SoundFile(folder, {"kind": "recording", "owner": OWNER})
    second = (bytes(2 * RATE), RATE)
    sound.write(second, second)
    with console(server) as page:
        page.locator('tr[data-id="call002-838"]').click()
        page.get_by_role("button", name="Listen").click()
        until(page, "window.turnwise.listener.heard >= 1")
        sound.write(second, second)
        until(page, "window.turnwise.listener.heard >= 2")
        page.get_by_role("button", name="Stop listening").click()
        page.locator('tr[data-id="call003-757"]').click()
        page.get_by_role("button", name="Listen").click()
        expect(page.locator("#ordered")).to_contain_text("Nothing is recorded of this call")
    sound.close()


def test_a_document_is_added_and_answers(server: str, workers: Workers, tmp_path: Path):
    """What was not known is, without a restart; a file that is none is told why not."""
    parking = tmp_path / "visitor parking.md"
    parking.write_text("# Visitor parking\n\nVisitors park in lot Q behind the old observatory.\n")
    question = "Where do visitors park, in which lot behind the observatory?"
    with console(server) as page:
        page.get_by_label("Add a document").set_input_files(parking)
        page.get_by_role("button", name="Upload").click()
        done = page.locator("#uploads li").filter(has_text="answers now")
        expect(done).to_have_count(1, timeout=120_000)
        answer = page.locator("#answer")
        asks = time.monotonic() + 20
        while "lot Q" not in answer.inner_text() and time.monotonic() < asks:
            page.get_by_label("Ask them").fill(question)
            page.get_by_role("button", name="Ask", exact=True).click()
            page.wait_for_timeout(300)
        expect(answer).to_contain_text("lot Q")
        expect(answer).to_contain_text("visitor parking.md")
        script = tmp_path / "run.exe"
        script.write_bytes(b"MZ")
        page.get_by_label("Add a document").set_input_files(script)
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("#uploads .wrong")).to_contain_text(".md")


def test_the_page_stays_whole_on_a_telephone(server: str, workers: Workers):
    """Nothing is wider than the screen."""
    with console(server, width=390, height=800) as page:
        until(page, "document.querySelectorAll('#calls tr').length > 50")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
