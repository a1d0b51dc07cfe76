"""What we give out and take back, signed: tokens of every kind."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

LONGEST = 1024  # characters


@dataclass(frozen=True)
class Signer:
    """secret: gives the key, the same in all workers. salt: the kind that is taken."""

    secret: Callable[[], Awaitable[str]]
    salt: str

    async def sign(self, said: Any) -> str:
        """said: JSON-able."""
        return str((await self._serializer()).dumps(said))

    async def read(self, text: str) -> Any:
        """What was signed; None: it isn't ours."""
        if len(text) > LONGEST:
            return None
        try:
            return (await self._serializer()).loads(text)
        except BadData:
            return None

    async def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(
            await self.secret(),
            salt=self.salt,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )
