"""Processors of the operator's own, in the pipeline of every call."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from bot.settings import CannotStart

if TYPE_CHECKING:
    from bot.pipeline import Parts

Extend = Callable[["Parts"], "Parts"]
"""Is given the parts of a call's pipeline, and gives those that it is to have."""


def as_it_is(parts: "Parts") -> "Parts":
    """Nothing of anybody's own."""
    return parts


def extension(named: str | None) -> Extend:
    """What TURNWISE_EXTEND names, as `module:function`. Raises CannotStart if it is not there."""
    if named is None:
        return as_it_is
    module, _, function = named.partition(":")
    try:
        found = getattr(import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise CannotStart(
            [f"TURNWISE_EXTEND={named}: {error}. Name a function of a module that can be imported."]
        ) from None
    return found
