"""The protocol as an AsyncAPI document and as JSON Schemas, made from the messages' models.

python -m transports.orchestrate.asyncapi docs    writes both there
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from transports.orchestrate.client_messages import CLIENT_MESSAGES
from transports.orchestrate.server_messages import SERVER_MESSAGES


def document() -> dict[str, Any]:
    """AsyncAPI 3.0: what the client sends, what it receives."""
    models = {**CLIENT_MESSAGES, **SERVER_MESSAGES}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Turnwise /orchestrate",
            "version": "1",
            "description": "JSON text frames, one object a frame; audio is binary frames of PCM16 "
            "little-endian mono.",
        },
        "servers": {"local": {"host": "localhost:8004", "protocol": "ws"}},
        "channels": {
            "orchestrate": {
                "address": "/orchestrate",
                "messages": {
                    name: {"$ref": f"#/components/messages/{name}"} for name in [*models, "audio"]
                },
            }
        },
        "operations": {
            "send": _operation("receive", [*CLIENT_MESSAGES, "audio"]),
            "receive": _operation("send", [*SERVER_MESSAGES, "audio"]),
        },
        "components": {
            "messages": {
                **{
                    name: {
                        "name": name,
                        "summary": " ".join((model.__doc__ or "").split()),
                        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
                    }
                    for name, model in models.items()
                },
                "audio": {
                    "name": "audio",
                    "summary": "PCM16 little-endian mono.",
                    "contentType": "application/octet-stream",
                    "payload": {"type": "string", "format": "binary"},
                },
            },
            "schemas": _models("#/components/schemas/{model}"),
        },
    }


def _operation(action: str, names: list[str]) -> dict[str, Any]:
    """action: the server's side of it, as AsyncAPI has it."""
    return {
        "action": action,
        "channel": {"$ref": "#/channels/orchestrate"},
        "messages": [{"$ref": f"#/channels/orchestrate/messages/{name}"} for name in names],
    }


def schemas() -> dict[str, Any]:
    """JSON Schema 2020-12 of every message; `#/$defs/client` and `#/$defs/server` are any of them.

    Fields that are not named are allowed: later versions may add some.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Turnwise /orchestrate, version 1",
        "anyOf": [{"$ref": "#/$defs/client"}, {"$ref": "#/$defs/server"}],
        "$defs": {
            "client": {"oneOf": _refs(CLIENT_MESSAGES)},
            "server": {"oneOf": _refs(SERVER_MESSAGES)},
            **_models("#/$defs/{model}"),
        },
    }


def _models(ref_template: str) -> dict[str, Any]:
    sent = [(model, "validation") for model in CLIENT_MESSAGES.values()]
    received = [(model, "serialization") for model in SERVER_MESSAGES.values()]
    _, made = models_json_schema(
        [*sent, *received],  # pyright: ignore[reportArgumentType]
        ref_template=ref_template,
        by_alias=True,
    )
    for model in (*CLIENT_MESSAGES.values(), *SERVER_MESSAGES.values()):
        required = made["$defs"][model.__name__].setdefault("required", [])
        made["$defs"][model.__name__]["required"] = sorted({"type", *required})
    return made["$defs"]


def _refs(models: Mapping[str, type]) -> list[dict[str, str]]:
    return [{"$ref": f"#/$defs/{model.__name__}"} for model in models.values()]


def pages() -> dict[str, str]:
    """Name -> text of each document, as it is kept."""
    made = {"orchestrate.asyncapi.json": document(), "orchestrate.schema.json": schemas()}
    return {name: json.dumps(content, indent=2) + "\n" for name, content in made.items()}


if __name__ == "__main__":
    for name, text in pages().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
