"""The OpenAPI document, and what a route says in it of what it takes and refuses."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from bot.http_models import Problem

_SAYS = {
    400: "What was sent can't be read; `detail` says what to send.",
    401: "No key, or one that is not known.",
    403: "Not for this page, or not with a token.",
    404: "There is none, it has expired, or it is somebody else's.",
    408: "The body did not come in time.",
    413: "The body is too long.",
    422: "A part of the address can't be used.",
    429: "Too many calls of this key, or too many new ones from this address.",
    503: "All lines are busy, or the store does not answer: come again.",
}
_PROBLEM = {"application/json": {"schema": Problem.model_json_schema()}}
_WAIT = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}
}
_CHALLENGE = {"WWW-Authenticate": {"schema": {"type": "string"}}}
_WITH = {401: _CHALLENGE, 429: _WAIT, 503: _WAIT}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that refuses with these."""
    return {
        status: {
            "description": _SAYS[status],
            **({} if status == 422 else {"content": _PROBLEM}),
            **({"headers": _WITH[status]} if status in _WITH else {}),
        }
        for status in statuses
    }


def takes(model: type[BaseModel] | None, *, required: bool = True) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads its JSON body itself. None: any object."""
    schema = model.model_json_schema() if model else {"type": "object"}
    content = {"application/json": {"schema": _inlined(schema)}}
    return {"requestBody": {"required": required, "content": content}}


FORM = {
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "additionalProperties": {"type": "string"}}
            }
        }
    }
}
"""The `openapi_extra` of a route that reads a form itself."""


def document(app: FastAPI) -> dict[str, Any]:
    """The application's OpenAPI document. Every door wants a key but those that say otherwise."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        description="The WebSocket /orchestrate is described by its own AsyncAPI document.",
        routes=app.routes,
    )
    made["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key, or a token."}
    }
    made["security"] = [{"key": []}]
    for path in ("/health", "/health/ready"):
        made["paths"][path]["get"]["security"] = []
    return made


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The same without `$defs`, which have no place inside an OpenAPI document."""
    known = schema.pop("$defs", {})

    def resolved(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                return resolved(known[part["$ref"].rpartition("/")[2]])
            return {name: resolved(value) for name, value in part.items()}
        return [resolved(item) for item in part] if isinstance(part, list) else part

    return resolved(schema)
