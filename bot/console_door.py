"""The routes of the operator's page. What they tell is for that page, and may change with it."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse

from bot.console.board import Board
from bot.console.feed import calls as calls_feed
from bot.console.feed import entries as entries_feed
from bot.console.questions import Grouping
from bot.console.sound import piece
from bot.console.uploads import Uploads
from bot.entry import Visitor, operates
from bot.http import read_json
from bot.http_models import Documents, DocumentTaken, SessionName
from bot.openapi import refusals
from bot.recording.places import owner_of, sweep
from bot.settings import Settings
from bot.store import SessionStore

router = APIRouter(responses=refusals(401, 403))
inside = APIRouter(prefix="/api/console", include_in_schema=False)

Operator = Annotated[Visitor, Depends(operates)]
MOST_WATCHERS = 60
SWEEP_SECONDS = 3600.0
LONGEST_QUESTION = 500
DAY = 86_400


@dataclass
class Console:
    """What the routes share in one process."""

    settings: Settings
    board: Board
    uploads: Uploads
    watchers: int = 0
    grouping: Grouping | None = field(default=None)

    @classmethod
    def of(cls, settings: Settings, store: SessionStore) -> "Console":
        return cls(settings, Board(store), Uploads(settings))

    @asynccontextmanager
    async def at_work(self) -> AsyncGenerator[None]:
        """Recordings that are too old go, now and every hour."""
        sweeping = asyncio.create_task(self._sweep(), name="sweep recordings")
        try:
            yield
        finally:
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)
            await self.uploads.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.to_thread(sweep, self.settings.recordings, self.settings.record_days)
            await asyncio.sleep(SWEEP_SECONDS)


@inside.get("/calls")
async def calls(request: Request, visitor: Operator) -> Response:
    """The calls under way, as events, whenever they change."""
    console: Console = request.app.state.console
    return _stream(request, calls_feed(console.board, visitor, lambda: _goes(request)))


@inside.get("/calls/{session_id}")
async def call(request: Request, session_id: SessionName, visitor: Operator) -> Response:
    """One session's stream, as events, from its beginning on."""
    await _theirs(request, session_id, visitor)
    return _stream(
        request, entries_feed(request.app.state.store, session_id, lambda: _goes(request))
    )


@inside.get("/calls/{session_id}/sound")
async def sound(
    request: Request,
    session_id: SessionName,
    visitor: Operator,
    part: Annotated[int | None, Query(ge=1)] = None,
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """What was recorded, 16-bit stereo at 16 kHz: the caller left, the bot right."""
    await _theirs(request, session_id, visitor)
    root = request.app.state.settings.recordings
    try:
        found = await asyncio.to_thread(piece, root, session_id, part, after)
    except OSError:  # it went while we looked
        found = None
    if found is None:
        raise HTTPException(404, "Nothing is recorded of this call, or not on this machine.")
    where = {"X-Part": str(found.part), "X-After": str(found.after), "Cache-Control": "no-store"}
    return Response(found.pcm, media_type="application/octet-stream", headers=where)


@inside.get("/about")
async def about(request: Request, visitor: Operator) -> dict[str, Any]:
    """What may be done here."""
    settings: Settings = request.app.state.settings
    return {
        "recording": settings.record,
        "transcripts": settings.store_transcripts,
        "uploads": request.app.state.console.uploads.allowed,
        "unanswered_days": settings.unanswered_days,
    }


@inside.get("/figures")
async def figures(request: Request, visitor: Operator) -> list[dict[str, Any]]:
    """Latency and load of the last hour, minute by minute."""
    return await request.app.state.console.board.figures()


@inside.get("/unanswered")
async def unanswered(
    request: Request, visitor: Operator, days: Annotated[int, Query(ge=1, le=3650)] = 7
) -> list[dict[str, Any]]:
    """What the documents don't answer, like questions together, the most asked first."""
    state = request.app.state
    console: Console = state.console
    since = time.time() - days * DAY
    found = await state.store.overview.unanswered(since)
    if console.grouping is None:
        engine = await asyncio.shield(state.engine)
        console.grouping = Grouping(lambda texts: engine.embed.encoder.encode(texts))
    return await console.grouping([o for o in found if visitor.owns(o.session_id, o.owner)])


@inside.post("/ask")
async def ask(request: Request, visitor: Operator) -> dict[str, Any]:
    """What the documents say to a question: the answer, and the passages that were found."""
    question = (await read_json(request)).get("question")
    if not isinstance(question, str) or not 0 < len(question.strip()) <= LONGEST_QUESTION:
        raise HTTPException(400, f'Send {{"question": "…"}}, up to {LONGEST_QUESTION} characters.')
    engine = await asyncio.shield(request.app.state.engine)
    embedding = await engine.embed(question)
    hits = await asyncio.to_thread(engine.search, question, embedding, None)
    answer = await asyncio.to_thread(engine.answerer.answer, question, embedding, hits)
    said = engine.persona.quoting(answer.text, sure=answer.answered)
    used = {one.passage for one in answer.citations} if said else set[str]()
    return {
        "answered": answer.answered,
        "answer": said or engine.persona.unknown,
        "passages": [
            {
                "document": hit.passage.document,
                "title": hit.passage.title,
                "text": hit.passage.text,
                "used": hit.passage.id in used,
            }
            for hit in hits
        ],
    }


@router.get("/api/documents")
async def documents(request: Request, visitor: Operator) -> Documents:
    """The documents that answers are taken from, and what became of those that came in."""
    return Documents.model_validate(await request.app.state.console.uploads.told())


@router.post(
    "/api/documents",
    status_code=202,
    responses=refusals(400, 408, 413, 422, 503),
    openapi_extra={
        "requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    },
)
async def upload(
    request: Request,
    visitor: Operator,
    name: Annotated[str, Query(description="with its ending, such as `fees.md`")],
) -> DocumentTaken:
    """Takes a document in: its bytes are the body. It answers once it is built."""
    taken = await request.app.state.console.uploads.take(name, request.stream())
    return DocumentTaken(name=taken)


router.include_router(inside)


async def _theirs(request: Request, session_id: str, visitor: Visitor) -> None:
    """Raises HTTP 404; somebody else's session is not there, in the same words."""
    state = request.app.state
    record = await state.store.read(session_id)
    owner = record.owner if record else None
    if owner is None:
        owner = await asyncio.to_thread(owner_of, state.settings.recordings, session_id)
    if owner is None or not visitor.owns(session_id, owner):
        raise HTTPException(404, "No session has this id, or it has expired.")


def _goes(request: Request) -> bool:
    held = request.app.state.calls
    return bool(len(held)) or not held.draining


def _stream(request: Request, events: AsyncGenerator[str]) -> StreamingResponse:
    console: Console = request.app.state.console
    if console.watchers >= MOST_WATCHERS:
        raise HTTPException(503, "Too many look on: close a page.", headers={"Retry-After": "5"})
    how = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_counted(console, events), media_type="text/event-stream", headers=how)


async def _counted(console: Console, events: AsyncGenerator[str]) -> AsyncGenerator[str]:
    console.watchers += 1
    try:
        async for one in events:
            yield one
    finally:
        console.watchers -= 1
        await events.aclose()
