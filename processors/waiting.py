"""The replies that come after the one that is heard, and those that nobody may hear yet."""

from processors.tape import NOBODY, Tape


class Waiting:
    """Replies in the order in which they are made.

    A reply that was made ahead is kept back until its turn is confirmed, which may be before its
    first frame comes.
    """

    def __init__(self) -> None:
        self._tapes: list[Tape] = []
        self._confirmed = 0

    @property
    def newest(self) -> Tape | None:
        """What is made now belongs to it."""
        return self._tapes[-1] if self._tapes else None

    def add(self, tape: Tape) -> None:
        """Another reply begins to be made."""
        tape.ahead = 0 if tape.ahead == self._confirmed else tape.ahead
        self._tapes.append(tape)

    def confirm(self, ahead: int, *, now: float) -> None:
        """The caller is to hear the reply with this number."""
        self._confirmed = ahead
        for tape in self._tapes:
            if tape.ahead == ahead:
                tape.confirm(now=now)

    def next(self) -> Tape | None:
        """Takes the first that the caller is to hear."""
        tape = next((tape for tape in self._tapes if not tape.ahead), None)
        if tape:
            self._tapes.remove(tape)
        return tape

    def withdraw(self, *, now: float) -> None:
        """Drops what the caller is not to hear; what its makers still send is for nobody."""
        if dropped := [tape for tape in self._tapes if tape.ahead]:
            self._tapes = [tape for tape in self._tapes if not tape.ahead]
            self._tapes.append(for_nobody(dropped, now=now))

    def take_all(self) -> list[Tape]:
        """All are dropped."""
        tapes, self._tapes = self._tapes, []
        return tapes


def for_nobody(dropped: list[Tape], *, now: float) -> Tape:
    """What is left of replies that are dropped: what must not be, such as the pipeline's end."""
    left = Tape(turn=NOBODY)
    for frame in (f for tape in dropped for f in tape.uninterruptible()):
        left.add(frame, now=now)
    return left
