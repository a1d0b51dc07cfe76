"""`runner.py call`."""

import json
from urllib.parse import urlencode

import phonenumbers
import typer

from bot.outbound import LONGEST_GREETING
from bot.settings import Settings, read_settings
from bot.telephone import CannotCall, Telephone, masked


def run(
    *, to: str, sender: str | None, greeting: str | None, detect_machines: bool, as_json: bool
) -> None:
    """Places a call, which is connected with the server at TURNWISE_PUBLIC_URL once answered."""
    settings = read_settings()
    sender = sender or settings.twilio_number
    if problems := _problems(settings, to, sender, greeting or ""):
        raise CannotCall(problems)
    assert sender
    query = f"?{urlencode({'greeting': greeting})}" if greeting else ""
    webhook = f"{(settings.public_url or '').rstrip('/')}/twilio/voice{query}"
    call, status = Telephone.of(settings).place(
        _digits(to) or to, _digits(sender) or sender, webhook, detects=detect_machines
    )
    if as_json:
        print(json.dumps({"call": call, "status": status, "to": masked(to)}))
    else:
        typer.echo(f"Calling {masked(to)}: {call} is {status}.")


def _problems(settings: Settings, to: str, sender: str | None, greeting: str) -> list[str]:
    """Everything that stands in the way, not only the first."""
    found: list[str] = []
    if not settings.twilio_account_sid:
        found.append("TWILIO_ACCOUNT_SID is not set: it is in Twilio's console.")
    if not settings.twilio_auth_token:
        found.append("TWILIO_AUTH_TOKEN is not set: it is in Twilio's console.")
    if not settings.public_url:
        found.append(
            "TURNWISE_PUBLIC_URL is not set: Twilio must reach the server, such as at "
            "https://desk.example."
        )
    if not _digits(to):
        found.append(f"--to: {masked(to)} {_NO_NUMBER}")
    if sender is None:
        found.append("--from, or TURNWISE_TWILIO_NUMBER, must be a number of your Twilio account.")
    elif not _digits(sender):
        found.append(f"--from: {masked(sender)} {_NO_NUMBER}")
    if len(greeting) > LONGEST_GREETING:
        found.append(f"--greeting: use at most {LONGEST_GREETING} characters.")
    return found


_NO_NUMBER = "is no telephone number: write it with the country's code, such as +15550100200."


def _digits(number: str) -> str | None:
    """As Twilio wants it; None: it is no number that could be called."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
