"""Webhooks are told which trace they are a part of."""

from bot.telemetry.current import Current, current
from tests.bot.test_webhooks import Receiver, receiver

__all__ = ["receiver"]  # the fixture


async def test_a_post_of_a_traced_call_says_what_it_is_a_part_of(receiver: Receiver):
    """W3C Trace Context, of the turn; another call's post says nothing."""

    class Traced:
        id = "0af7651916cd43dd8448eb211c80319c"

        def headers(self, turn: int) -> dict[str, str]:
            return {"traceparent": f"00-{self.id}-{turn:016x}-01"}

    before = current.set(Current("s", turn=7, trace=Traced()))
    first = receiver.posts()
    current.reset(before)
    assert await first
    assert await receiver.posts("s-8")
    (_, headers, _), (_, others, _) = receiver.requests
    assert headers["traceparent"] == f"00-{Traced.id}-{7:016x}-01"
    assert "traceparent" not in others
