"""One telephone call, from its stream's first message to its end."""

import asyncio
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loguru import logger

from bot.came_by import CameBy
from bot.entry import TELEPHONE
from bot.outbound import Outbound
from bot.resuming import Resuming
from bot.settings import Settings
from bot.store import SessionStore, StoreUnreachable
from bot.telephone import Telephone
from transports.twilio.line import PhoneLine, Start

if TYPE_CHECKING:
    from bot.session import Session

KEPT_WITHIN = 1.0  # seconds, for the store to know that a call is over


@dataclass
class HangingUp:
    """Ends the call at Twilio if it is over, before Twilio could ask what to do next."""

    telephone: Telephone
    store: SessionStore
    line: PhoneLine
    call: str
    session: "Session | None" = None
    over: bool = False
    """It was ended from outside."""
    elsewhere: bool = False
    """A person has it now."""
    _task: "asyncio.Task[None] | None" = None

    async def told(self, reason: str) -> None:
        """The call ends here, for this reason."""
        self.over = reason == "ended"

    async def __call__(self) -> None:
        """Returns when it has been done, however often it is called."""
        over = self.over or bool(self.session and self.session.over)
        if over and not (self.line.hung_up or self.elsewhere or self._task):
            self._task = asyncio.create_task(self._hang_up(), name="hang up")
        if self._task:
            await asyncio.shield(self._task)

    async def _hang_up(self) -> None:
        await self.store.flush(within=KEPT_WITHIN)  # for whoever is asked, if this fails
        await self.telephone.hang_up(self.call)


async def converse(state: Any, line: PhoneLine, start: Start, place: str) -> None:
    """Holds the call in `place`, or takes up the one whose token the stream was given."""
    from bot.opening import open_session
    from bot.pipeline import phone_parts  # with the models
    from processors.pick_up import Placed
    from transports.twilio.transport import SPEAKS_AT, PhoneTransport

    settings: Settings = state.settings
    store: SessionStore = state.store
    telephone, resuming = Telephone.of(settings), Resuming.of(settings, store)
    session_id = await _known(resuming, start) or place
    await state.calls.rename(place, session_id)
    record = await store.open(session_id, now=state.wall_clock(), owner=TELEPHONE)
    past = await resuming.past(record)
    engine = await asyncio.shield(state.engine)
    transport = PhoneTransport(line, start)
    line.before_close = hang_up = HangingUp(telephone, store, line, start.call)

    async def transfer(_reason: str, _summary: str) -> None:
        if engine.persona.transfer_number:
            hang_up.elsewhere = await telephone.dial(start.call, engine.persona.transfer_number)
        logger.bind(session=session_id, done=hang_up.elsewhere).info("transferred")

    outbound, persona = Outbound.of_stream(start.parameters), engine.persona
    voicemail = persona.voicemail if settings.voicemail == "message" else ""
    placed = Placed(voicemail, outbound.by) if outbound and not past else None
    hang_up.session = session = open_session(
        engine,
        settings,
        phone_parts(engine, transfer, placed),
        transport.input(),
        transport.output(),
        session_id=session_id,
        greeting=(outbound.greeting or persona.outbound_greeting) if outbound else "",
        sample_rate=SPEAKS_AT,
        journal=functools.partial(store.append, session_id),
        hear=functools.partial(store.hear, session_id),
        watched=state.telemetry.at("telephone"),
        past=past,
        came=CameBy("telephone", TELEPHONE),
    )
    session.end_with(transport, lambda: not line.dropped)
    state.calls.on_end(session_id, session.leaves(hang_up.told, line))
    try:
        await session.run()
    finally:
        await hang_up()
        await line.close()


async def _known(resuming: Resuming, start: Start) -> str | None:
    """The session that the stream goes on with; None: it is a new one, or the store is away."""
    try:
        return await resuming.of_call(start.parameters.get("resume", ""), start.call)
    except StoreUnreachable:
        return None
