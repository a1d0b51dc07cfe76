"""An engine whose answers are a test's own."""

from dataclasses import replace
from typing import Any

from bot.engine import Engine
from bot.services.local.providers import local_services


def answered_by(engine: Engine, answerer: Any) -> Engine:
    """The engine, with this instead of its answerer."""
    (llm,) = (
        made
        for (kind, _), made in local_services(answerer, engine.persona).items()
        if kind == "llm"
    )
    services = replace(engine.services, llm=(llm,))
    return replace(engine, answerer=answerer, services=services)
