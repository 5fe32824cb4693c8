"""Crowds: connections counted by their network, which of them is closed first, and how often a network asks."""

import ipaddress
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from actors.deciding.windows import SlidingWindow

M = TypeVar("M", bound=Hashable)
_CUSTOMER_BITS = 64
"""The part of an IPv6 address that is given to one customer, who is free to choose the rest (RFC 6177, RFC 7934)."""


def network_of(address: str) -> str:
    """The network that `address` is counted for: an IPv4 address, or an IPv6 address's /64; other text as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), _CUSTOMER_BITS), strict=False))


class EvictionOrder(Generic[M]):
    """Members in the order of their arrival, each of one network; knows the oldest one of the network with most.

    A call takes the same time for any number of members, because there are many during an attack.
    """

    def __init__(self) -> None:
        self._network: dict[M, str] = {}
        self._members: dict[str, dict[M, None]] = {}
        self._by_count: dict[int, dict[str, None]] = {}
        self._most = 0

    def __len__(self) -> int:
        return len(self._network)

    def __contains__(self, member: object) -> bool:
        return member in self._network

    def add(self, member: M, address: str) -> None:
        """A new member at `address`, the youngest; one that is in the crowd already stays where it is."""
        if member in self._network:
            return
        network = self._network[member] = network_of(address)
        members = self._members.setdefault(network, {})
        members[member] = None
        self._count(network, len(members) - 1, len(members))
        self._most = max(self._most, len(members))

    def discard(self, member: M) -> None:
        """The member is gone, if it was here."""
        network = self._network.pop(member, None)
        if network is None:
            return
        members = self._members[network]
        del members[member]
        self._count(network, len(members) + 1, len(members))
        if not members:
            del self._members[network]
        if self._most not in self._by_count:
            self._most -= 1  # one went, so the network that had most has one less, or nobody is left

    def oldest_of_most(self) -> M | None:
        """The member to close first: the oldest one of the network that has most; None where there is no member."""
        if not self._network:
            return None
        network = next(iter(self._by_count[self._most]))
        return next(iter(self._members[network]))

    def _count(self, network: str, before: int, after: int) -> None:
        """`network` has `after` members in the place of `before`."""
        if before:
            same = self._by_count[before]
            del same[network]
            if not same:
                del self._by_count[before]
        if after:
            self._by_count.setdefault(after, {})[network] = None


MOST_NETWORKS = 10_000
"""Networks of which it is known how often they asked. Beyond them the one that asked longest ago is forgotten, and
begins anew."""


class RateByNetwork:
    """How often each network asked within the last minute, of which there may be so many times, 0 for any.

    It is counted in seconds: what comes within one second is counted until a minute after the last of it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._windows: OrderedDict[str, SlidingWindow] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def count(self, address: str, now: float) -> float:
        """Count that `address` asks. Returns 0; or the seconds after which it may, and then this does not count."""
        if not self._most:
            return 0.0
        network = network_of(address)
        window = self._windows.pop(network, None) or SlidingWindow(60.0, 1.0)
        self._windows[network] = window
        if len(self._windows) > MOST_NETWORKS:
            self._windows.popitem(last=False)
        waits = window.wait(1, self._most, now)
        if not waits:
            window.add(1, now)
        return waits
