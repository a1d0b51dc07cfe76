"""Whether a worker should take another call. No I/O, no clock.

    measured load ──► too much of anything ──► refuse ──► a tenth less than that ──► take again

Calls under way would notice overload before it does harm elsewhere: so who comes last is refused.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

AGAIN = 0.9  # of a limit: below it calls are taken again, so that one more call does not flip it


@dataclass(frozen=True)
class Load:
    """How busy a worker is. Each is 0 for a worker that does nothing."""

    lag: float = 0.0
    """Seconds by which the event loop is late, on average of the last seconds."""
    loop: float = 0.0
    """Share of the time that the event loop's thread computes, 0 to 1."""
    cpu: float = 0.0
    """Share of the cores that the process may use which it does use, 0 to 1."""
    memory: float = 0.0
    """Share of the memory that is used, 0 to 1."""
    judging: float = 0.0
    """Seconds that judging a pause takes, with the time that it waits for others."""


MOST = Load(lag=0.03, loop=0.9, cpu=0.85, memory=0.92, judging=0.4)
"""More of any, and a caller would hear it: audio is sent 80 ms ahead, and an undecided pause ends
after half a second whatever its judgement."""


@dataclass
class Admission:
    """Refuses while there is too much of anything, and until there is clearly less again."""

    most: Load = MOST
    too_much: frozenset[str] = field(default=frozenset())
    """Names of what there is too much of."""

    def judge(self, load: Load) -> bool:
        """Whether another call may be taken under this load."""
        most: Mapping[str, float] = asdict(self.most)
        self.too_much = frozenset(
            name
            for name, found in asdict(load).items()
            if found > most[name] * (AGAIN if name in self.too_much else 1.0)
        )
        return not self.too_much


def room(*, cores: float, memory: int, hosted: bool) -> int:
    """Calls that a machine has room for, by what one takes (docs/benchmarks.md). At least 1.

    memory: bytes. hosted: whether speech is recognised and made elsewhere; here it takes a core
    for a few calls.
    """
    by_cores = int(cores * (_HOSTED_EACH if hosted else _LOCAL_EACH))
    by_memory = (memory - (_HOSTED_BYTES if hosted else _LOCAL_BYTES)) // _CALL_BYTES
    return max(1, min(by_cores, by_memory))


_MB = 1 << 20
_HOSTED_EACH, _LOCAL_EACH = 16, 4  # calls for a core
_HOSTED_BYTES, _LOCAL_BYTES = 500 * _MB, 900 * _MB  # for models, index and libraries
_CALL_BYTES = 4 * _MB
