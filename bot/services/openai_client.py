"""The client of OpenAI's API, which Groq and many servers speak, too."""

from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout
from pipecat.utils.http import connection_limits

from bot.services.per_loop import PerLoop
from bot.telemetry.current import traced

CONNECT_SECONDS = 2.0
QUIET_SECONDS = 20.0  # between two pieces of an answer; who is less patient stops waiting sooner


def shared_client(base_url: str, api_key: str) -> PerLoop[AsyncOpenAI]:
    """One for all calls: they share its connections, one with HTTP/2, which are kept open.

    It tries nothing twice: another service is asked instead.
    """
    return PerLoop(
        lambda: AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            http_client=DefaultAsyncHttpxClient(
                http2=True,
                event_hooks={"request": [traced]},
                timeout=Timeout(QUIET_SECONDS, connect=CONNECT_SECONDS),
                limits=connection_limits(
                    max_keepalive_connections=100, max_connections=1000, keepalive_expiry=None
                ),
            ),
        )
    )
