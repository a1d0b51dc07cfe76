"""A recorded call for who listens to it, while it grows."""

from dataclasses import dataclass
from pathlib import Path

from bot.recording.places import folder_of, parts
from bot.recording.sound_file import FRAME_BYTES, HEADER_BYTES, RATE

MOST_BYTES = 8 * RATE * FRAME_BYTES  # 8 s
BEFORE = RATE * FRAME_BYTES  # a second before the newest sound


@dataclass(frozen=True)
class Piece:
    """Samples of a part, left the caller, right the bot; and from where the next ones are."""

    pcm: bytes
    part: int
    after: int


def piece(root: Path, session_id: str, part: int | None, after: int) -> Piece | None:
    """What follows `after` bytes of a part; None: nothing is recorded of the session.

    part: the first is 1; None: the newest part, near its end. Blocking. Raises OSError.
    """
    found = parts(folder_of(root, session_id))
    if not found:
        return None
    number = len(found) if part is None else min(max(part, 1), len(found))
    path = found[number - 1]
    size = (path.stat().st_size - HEADER_BYTES) // FRAME_BYTES * FRAME_BYTES
    if part is None:
        after = max(0, size - BEFORE)
    after = min(after, size) // FRAME_BYTES * FRAME_BYTES
    if after == size and number < len(found):
        return piece(root, session_id, number + 1, 0)
    with path.open("rb") as file:
        file.seek(HEADER_BYTES + after)
        pcm = file.read(min(MOST_BYTES, size - after))
    return Piece(pcm, number, after + len(pcm))
