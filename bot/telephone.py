"""What is asked of Twilio beside the audio: TwiML, signatures, its REST API."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loguru import logger
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.voice_response import Connect, Stream, VoiceResponse

from bot.settings import Settings

API = "https://api.twilio.com"
PATIENCE = 5.0  # seconds for an answer of the REST API


class _At(TwilioHttpClient):
    """Twilio's client for an API elsewhere, such as a test's."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=PATIENCE)
        self._url = url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace(API, self._url, 1), *args, **kwargs)


@dataclass(frozen=True)
class Telephone:
    """The account that calls come from; without one, signatures and the API are not used."""

    account: str | None
    token: str | None
    api: str = API

    @classmethod
    def of(cls, settings: Settings) -> "Telephone":
        """As the settings say."""
        token = settings.twilio_auth_token
        return cls(
            settings.twilio_account_sid,
            token.get_secret_value() if token else None,
            settings.twilio_api_url,
        )

    def signed(self, url: str, form: Mapping[str, str], signature: str) -> bool:
        """Whether Twilio sent the form to this address, in the account's name."""
        assert self.token is not None
        return bool(RequestValidator(self.token).validate(url, dict(form), signature))

    async def dial(self, call: str, number: str) -> bool:
        """Connects the call with another number; False: it can't be done."""
        response = VoiceResponse()
        response.dial(number)
        return await self._update(call, twiml=str(response))

    async def hang_up(self, call: str) -> bool:
        """Ends the call; False: it can't be done from here."""
        return await self._update(call, status="completed")

    async def _update(self, call: str, **what: str) -> bool:
        if not (self.account and self.token):
            return False
        client = Client(self.account, self.token, http_client=_At(self.api))
        try:
            await asyncio.to_thread(lambda: client.calls(call).update(**what))
        except (TwilioException, OSError) as error:
            logger.bind(error=type(error).__name__).warning("telephone_api_failed")
            return False
        return True


def connect_twiml(stream_url: str, token: str) -> str:
    """Connects the call with our media stream. Its token is good once, and soon."""
    response = VoiceResponse()
    stream = Stream(url=stream_url)
    stream.parameter(name="token", value=token)
    connect = Connect()
    connect.append(stream)
    response.append(connect)
    return str(response)


def busy_twiml(words: str) -> str:
    """Says why nobody answers, and hangs up."""
    response = VoiceResponse()
    response.say(words)
    response.hangup()
    return str(response)


def masked(number: str) -> str:
    """A telephone number for logs: its last two digits."""
    return f"…{number[-2:]}" if len(number) > 4 else "…"
