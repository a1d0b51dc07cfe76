"""The OpenAPI document is true: schemathesis asks whatever it allows, and more."""

import asyncio
import functools
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.openapi import document
from bot.server import make_app
from bot.services.registry import Services
from bot.settings import Settings
from bot.store import SessionStore

pytestmark = pytest.mark.slow  # a minute of asking
EXAMPLES = 20  # of each operation
HERE = "http://test"
KEY = {"Authorization": "Bearer right"}
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip


class _NoStore:
    """For a document that is read and a server that never runs."""

    relay = None

    def on_fenced(self, callback: object) -> None: ...
    def release(self, session_id: str) -> None: ...


@functools.cache
def operations() -> dict[str, Any]:
    """Name -> operation; the document is the same for every application."""
    app = make_app(Settings(_env_file=None), _loading(), _NoStore())  # type: ignore[arg-type,call-arg]
    schema = schemathesis.openapi.from_dict(document(app))
    found = [result.ok() for result in schema.get_all_operations()]
    return {f"{operation.method.upper()} {operation.path}": operation for operation in found}


def _loading() -> Any:
    return asyncio.Future(loop=asyncio.new_event_loop())


@pytest.fixture(params=["open", "with keys"])
async def app(request: pytest.FixtureRequest, store: SessionStore) -> FastAPI:
    given: dict[str, Any] = {"api_keys": "right"} if request.param == "with keys" else {}
    engine = asyncio.get_running_loop().create_future()
    engine.set_result(SimpleNamespace(services=Services()))
    settings = Settings(_env_file=None, new_sessions_per_minute=0, uploads=False, **given)  # type: ignore[call-arg]
    return make_app(settings, engine, store)


@pytest.mark.parametrize("name", operations())
@given(data=st.data())
@settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
async def test_whatever_is_sent_is_answered_as_the_document_says(
    app: FastAPI, name: str, data: st.DataObject
):
    """No server error; a status, a type and a body that are in the document."""
    case = data.draw(requests_of(operations()[name]))
    keys = (KEY, {}) if app.state.settings.api_keys else ({},)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as http:
        for key in keys:
            how = case.as_transport_kwargs(base_url=HERE, headers=key)
            sent = requests.Request(**how).prepare()
            answer = await http.request(
                str(sent.method), str(sent.url), headers=dict(sent.headers), content=sent.body
            )
            case.validate_response(answer, checks=CHECKS)


def requests_of(operation: Any) -> st.SearchStrategy[Any]:
    """Such as the document allows, and others where it says anything about them."""
    allowed = operation.as_strategy()
    if not (operation.body or operation.path_parameters):
        return allowed
    return allowed | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
