"""How two ends of a WebRTC call find each other where neither can be reached from outside."""

import base64
import hashlib
import hmac

from bot.settings import Settings

LOGIN_SECONDS = 3600


def ice_servers(settings: Settings, now: float) -> list[dict[str, str]]:
    """STUN and TURN servers as RTCPeerConnection takes them. now: Unix seconds.

    A TURN server's login is what coturn's `use-auth-secret` takes: the time until which it is good,
    and that time signed with the secret.
    """
    secret = settings.turn_secret
    login = _login(secret.get_secret_value(), now) if secret else {}
    return [
        {"urls": url, **(login if url.startswith("turn") else {})} for url in settings.ice_servers
    ]


def _login(secret: str, now: float) -> dict[str, str]:
    username = str(int(now) + LOGIN_SECONDS)
    signed = hmac.digest(secret.encode(), username.encode(), hashlib.sha1)
    return {"username": username, "credential": base64.b64encode(signed).decode()}
