"""The keys that let somebody in: several at once, so that they can be changed one by one."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

HASHED = "sha256:"
CIPHER_KEY_BYTES = 32
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_OWNER_CHARACTERS = 16


@dataclass(frozen=True)
class Keys:
    """What is known of each key: its SHA-256, never the key."""

    _digests: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, listed: Iterable[str]) -> "Keys":
        """Each item is a key, or `sha256:` and the hexadecimal SHA-256 of one."""
        return cls(tuple(_digest(item) for item in listed))

    def __bool__(self) -> bool:
        return bool(self._digests)

    @property
    def owners(self) -> frozenset[str]:
        """The names of all of them, as `owner` gives them."""
        return frozenset(_name(digest) for digest in self._digests)

    def owner(self, given: bytes) -> str | None:
        """A name for the key that was given, the same each time and no secret; None: no such key.

        Takes as long for a wrong key as for a right one, whichever of them it is: what is
        compared are digests, and all of them are.
        """
        digest = hashlib.sha256(given).digest()
        same = [hmac.compare_digest(digest, known) for known in self._digests]
        return _name(digest) if any(same) else None


def usable(item: str) -> bool:
    """Whether an item of the list can be a key at all."""
    return not item.startswith(HASHED) or bool(_DIGEST.fullmatch(item.removeprefix(HASHED)))


def _digest(item: str) -> bytes:
    if item.startswith(HASHED):
        return bytes.fromhex(item.removeprefix(HASHED))
    return hashlib.sha256(item.encode()).digest()


def _name(digest: bytes) -> str:
    return hashlib.sha256(b"owner" + digest).hexdigest()[:_OWNER_CHARACTERS]


def cipher_keys(text: str) -> list[bytes]:
    """Keys of 32 bytes, in base64, separated by commas. Raises ValueError if one is not."""
    keys = [base64.b64decode(part.strip(), validate=True) for part in text.split(",")]
    if any(len(key) != CIPHER_KEY_BYTES for key in keys):
        raise ValueError
    return keys
