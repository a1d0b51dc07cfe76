"""An action of one's own: looks up what a caller asks for, and says it in the same call.

TURNWISE_WEBHOOK_SECRET=... .venv/bin/python examples/own_action.py

Turnwise asks for the number, reads it back, and posts it here once the caller has said yes. What
is found is said to them through the session's control door.
"""

import argparse
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import uvicorn
from fastapi import BackgroundTasks, FastAPI, Header, HTTPException, Request

APPLICATIONS = {"12345": "complete, and a decision comes by March twentieth"}


def make_app(turnwise: str, secret: str, key: str = "") -> FastAPI:
    """turnwise: its address. secret: of the signature. key: one of the server's, if it has any."""
    app, answered = FastAPI(), set[str]()

    @app.post("/status", status_code=204)
    async def status(
        request: Request,
        later: BackgroundTasks,
        idempotency_key: Annotated[str, Header()],
        x_turnwise_timestamp: Annotated[str, Header()],
        x_turnwise_signature: Annotated[str, Header()],
    ) -> None:
        body = await request.body()
        signed = f"{x_turnwise_timestamp}.".encode() + body
        expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"sha256={expected}", x_turnwise_signature):
            raise HTTPException(403, "The signature is wrong.")
        if idempotency_key not in answered:  # a second attempt is answered and changes nothing
            answered.add(idempotency_key)
            later.add_task(tell, json.loads(body))

    async def tell(posted: Mapping[str, Any]) -> None:
        number = posted["fields"]["number"]
        found = APPLICATIONS.get(number, "not known to me")
        order = {"type": "say", "text": f"Your application is {found}."}
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with httpx.AsyncClient(base_url=turnwise, headers=headers) as client:
            told = await client.post(f"/api/sessions/{posted['session_id']}/control", json=order)
        told.raise_for_status()

    return app


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turnwise", default="http://127.0.0.1:8004")
    parser.add_argument("--port", type=int, default=8005)
    given = parser.parse_args()
    secret = os.environ["TURNWISE_WEBHOOK_SECRET"]
    app = make_app(given.turnwise, secret, os.environ.get("TURNWISE_KEY", ""))
    uvicorn.run(app, host="127.0.0.1", port=given.port)


if __name__ == "__main__":
    main()
