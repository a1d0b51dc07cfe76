"""The protocol as an AsyncAPI document with JSON Schemas, made from the messages' models.

python -m transports.orchestrate.asyncapi > docs/orchestrate.asyncapi.json
"""

import json
import sys
from typing import Any

from pydantic.json_schema import models_json_schema

from transports.orchestrate.client_messages import CLIENT_MESSAGES
from transports.orchestrate.server_messages import SERVER_MESSAGES


def document() -> dict[str, Any]:
    """AsyncAPI 3.0: what the client sends, what it receives."""
    sent = [(model, "validation") for model in CLIENT_MESSAGES.values()]
    received = [(model, "serialization") for model in SERVER_MESSAGES.values()]
    _, schemas = models_json_schema(
        [*sent, *received],  # pyright: ignore[reportArgumentType]
        ref_template="#/components/schemas/{model}",
        by_alias=True,
    )
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
            "schemas": schemas["$defs"],
        },
    }


def _operation(action: str, names: list[str]) -> dict[str, Any]:
    """action: the server's side of it, as AsyncAPI has it."""
    return {
        "action": action,
        "channel": {"$ref": "#/channels/orchestrate"},
        "messages": [{"$ref": f"#/channels/orchestrate/messages/{name}"} for name in names],
    }


def text() -> str:
    """The document as it is kept."""
    return json.dumps(document(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
