"""What is asked of Twilio beside the audio: TwiML, signatures, its REST API."""

import asyncio
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loguru import logger
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.voice_response import Connect, Stream, VoiceResponse

from bot.settings import Settings

API = "https://api.twilio.com"
PATIENCE = 5.0  # seconds for an answer of the REST API
_NUMBERS = re.compile(r"\+?\d[\d\s().-]{5,}\d")
_UNHEARD = logging.getLogger("turnwise.twilio")  # the client would log numbers
_UNHEARD.disabled = True


class CannotCall(Exception):
    """The call can't be placed; the message says all that is wrong and what to do."""

    def __init__(self, problems: list[str]) -> None:
        separator = " " if len(problems) == 1 else "\n  "
        super().__init__(separator.join(["Turnwise cannot call:", *problems]))


class _At(TwilioHttpClient):
    """Twilio's client for an API elsewhere, such as a test's."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=PATIENCE, logger=_UNHEARD)
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

    def place(self, to: str, sender: str, webhook: str, *, detects: bool) -> tuple[str, str]:
        """Calls a number; gives the call's id and status. Raises CannotCall.

        webhook: where Twilio asks what to do once somebody answers. detects: Twilio says, too,
        whether it is a machine, after its greeting.
        """
        client = Client(self.account, self.token, http_client=_At(self.api))
        how = {"machine_detection": "DetectMessageEnd"} if detects else {}
        try:
            call = client.calls.create(to=to, from_=sender, url=webhook, method="POST", **how)
        except TwilioRestException as error:
            why = without_numbers(str(error.msg)).rstrip(".")
            raise CannotCall([f"Twilio refuses ({error.status}, {error.code}): {why}."]) from None
        except (TwilioException, OSError) as error:
            raise CannotCall(
                [f"{self.api} cannot be reached ({type(error).__name__}): try again in a moment."]
            ) from None
        return str(call.sid), str(call.status)

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


def connect_twiml(stream_url: str, parameters: Mapping[str, str], then: str) -> str:
    """Connects the call with our media stream, which tells us the parameters.

    then: the address that is asked what to do if the stream ends and the call has not.
    """
    response = VoiceResponse()
    stream = Stream(url=stream_url)
    for name, value in parameters.items():
        stream.parameter(name=name, value=value)
    connect = Connect()
    connect.append(stream)
    response.append(connect)
    response.redirect(then, method="POST")
    return str(response)


def wait_twiml(seconds: int, then: str) -> str:
    """Asks the address again after a while."""
    response = VoiceResponse()
    response.pause(length=seconds)
    response.redirect(then, method="POST")
    return str(response)


def hang_up_twiml() -> str:
    """Ends the call without a word."""
    response = VoiceResponse()
    response.hangup()
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


def without_numbers(text: str) -> str:
    """The text, its telephone numbers masked."""
    return _NUMBERS.sub(lambda found: masked(found.group()), text)
