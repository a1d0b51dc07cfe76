"""What the logs of a telephone call never hold, at their most talkative."""

import logging
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from loguru import logger
from twilio.request_validator import RequestValidator

from bot.engine import Engine
from bot.store import SessionStore
from bot.telemetry.logs import tells_nothing_said
from tests.bot.doors import doors
from tests.emulators.twilio_api import TwilioApi
from tests.end_to_end.telephone import (
    CALLER,
    TOKEN,
    account,
    handset,
    over,
    parameters,
    ring,
    spoken,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Each line as it is written, and all that is bound to it or raised with it, as JSON."""
    written: list[str] = []
    logger.remove()
    logger.add(written.append, level="TRACE", serialize=True, filter=tells_nothing_said)
    yield written
    logger.remove()
    logger.add(sys.stderr)


def broken(*_: object) -> object:
    raise RuntimeError("the index is gone")


@pytest.mark.parametrize("fails", [False, True], ids=["good", "failing"])
async def test_no_number_no_token_no_word_is_logged(
    store: SessionStore, engine: Engine, api: TwilioApi, lines: list[str],
    caplog: pytest.LogCaptureFixture, fails: bool,
):  # fmt: skip
    """Of a call that rings, asks, is transferred and ends; or whose answers and transfer fail."""
    caplog.set_level(logging.INFO)
    api.status = 500 if fails else 200
    used = replace(engine, search=broken) if fails else engine  # type: ignore[arg-type]
    question = spoken("How much is the application fee?")
    async with doors(store, used, **account(api)) as door:
        url = door.url("/twilio/voice")
        signature = RequestValidator(TOKEN).compute_signature(url, CALLER)
        told = parameters(await ring(door, signature=signature))
        async with handset(door, told) as caller:
            await caller.is_told(engine, "admissions")
            greeted = len(caller.audio)
            caller.says(question)
            await caller.hears(greeted / 8000 + 1)
            await caller.press("0")
            await api.asked()
            await caller.hang_up()
            await caller.line.wait_closed()
        await over(door)
        session = next(line for line in lines if "telephone_rings" in line)
    logged = "\n".join([*lines, *(record.getMessage() for record in caplog.records)])
    assert '"caller": "…99"' in session or '"caller": "\\u202699"' in session
    assert "session_ended" in logged
    assert ("telephone_api_failed" in logged) is fails
    for secret in ("5551230199", told["token"], TOKEN, engine.persona.transfer_number):
        assert secret not in logged
    for said in ("application fee", "admissions", "put you through"):
        assert said not in logged.lower()
