"""How often somebody came lately. No I/O, no clock."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from math import ceil

MINUTE = 60.0
MOST_ADDRESSES = 10_000  # remembered at once; the longest quiet is forgotten first


@dataclass
class Rates:
    """At most `limit` times in any minute for each address; 0 is no limit."""

    limit: int
    _came: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict[str, deque[float]])

    def wait(self, address: str, *, now: float) -> int:
        """0 and counted; or, not counted, the whole seconds until there is room again."""
        if not self.limit:
            return 0
        name = _household(address)
        came = self._came.setdefault(name, deque(maxlen=self.limit))
        self._came.move_to_end(name)
        if len(self._came) > MOST_ADDRESSES:
            self._came.popitem(last=False)
        while came and came[0] <= now - MINUTE:
            came.popleft()
        if len(came) == self.limit:
            return max(1, ceil(came[0] + MINUTE - now))
        came.append(now)
        return 0


def _household(address: str) -> str:
    """A line has an IPv6 network of 2^64 addresses for itself: they count as one."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        if mapped := known.ipv4_mapped:
            return str(mapped)
        return f"{IPv6Address(int(known) >> 64 << 64)}/64"
    return str(known)
