"""What is known of a document beside its text, and filtering by it.

From a Markdown or text file's front matter, or a JSONL row's fields other than id, title and text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def valid(text: str) -> str:
    """The text as Unicode: half a surrogate pair, which JSON can hold, is no character."""
    return text.encode("utf-8", "replace").decode()


def plain_values(found: Mapping[Any, Any]) -> dict[str, Any]:
    """Texts, numbers, true and false, and lists of these; a date is a text, all else is left out."""
    kept = {valid(str(key)): _plain(value) for key, value in found.items()}
    return {key: value for key, value in kept.items() if value is not None}


def matches(metadata: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Whether every value asked for is there, or among a list's. 2026 and "2026" are the same."""
    return all(
        _text(value) in [_text(v) for v in _listed(metadata.get(key, []))]
        for key, value in where.items()
    )


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [
            p for v in _listed(value) if not isinstance(v, list) and (p := _plain(v)) is not None
        ]
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, date):
        return str(value)
    return value if isinstance(value, int | float) else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
