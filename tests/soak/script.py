"""The script of a soak, drawn from its seed alone: which clients come when, and which faults are injected."""

from collections.abc import Iterator, Sequence
from random import Random

import msgspec

CLIENTS = (
    *("browser", "browser", "upgrading", "unreal", "unreal", "polling", "typing", "typing", "open microphone"),
    *("several receivers", "returning", "slow", "dying", "dying", "flooding", "stranger"),
)
"""The kinds of clients; of one that is named twice twice as many come."""
FAULTS = (
    *("kill a worker", "stop a worker", "kill a worker", "stop a worker", "no descriptors", "full disk"),
    *("full memory", "less memory", "clock back", "clock on", "settings again", "bad settings", "freeze"),
    *("provider hangs", "provider flaps", "provider talks rubbish", "provider talks rubbish", "provider is slow"),
)
OF_SEVERAL = ("kill a server",)
"""The faults of a server that has several processes."""
ACTIVE = 18.0
"""Seconds of a round in which clients come."""
EACH = 1.3
"""Clients that come in a second."""
LEAST_FAULT, LONGEST_FAULT = 1.5, 5.0


class Visit(msgspec.Struct, frozen=True):
    """A client comes `at` seconds after the round's beginning; what it does is drawn from its `seed`."""

    at: float
    kind: str
    seed: int


class PlannedFault(msgspec.Struct, frozen=True):
    """A fault is injected `at` seconds after the round's beginning, and undone after `seconds`."""

    at: float
    kind: str
    seconds: float
    seed: int


class Round(msgspec.Struct, frozen=True):
    """A round: clients and faults, then quiet."""

    number: int
    visits: tuple[Visit, ...]
    faults: tuple[PlannedFault, ...]


def rounds(seed: int, each: float = EACH, *, has_several: bool = False) -> Iterator[Round]:
    """The rounds of that seed, without end; `each`: clients that come in a second; `has_several`: processes."""
    random = Random(seed)
    clients, faults = _Deck(CLIENTS, random), _Deck((*FAULTS, *(OF_SEVERAL if has_several else ())), random)
    number = 0
    while True:
        visits = sorted(random.uniform(0, ACTIVE) for _ in range(round(ACTIVE * each)))
        yield Round(
            number,
            tuple(Visit(at, clients.draw(), random.getrandbits(32)) for at in visits),
            tuple(PlannedFault(at, faults.draw(), seconds, random.getrandbits(32)) for at, seconds in _times(random)),
        )
        number += 1


def _times(random: Random) -> tuple[tuple[float, float], ...]:
    """When faults begin, and how long each lasts: at most two at a time."""
    times = []
    for begin in (random.uniform(1.0, 3.0), random.uniform(1.0, 8.0)):
        while begin < ACTIVE - 1.0:
            seconds = random.uniform(LEAST_FAULT, LONGEST_FAULT)
            times.append((begin, seconds))
            begin += seconds + random.uniform(0.5, 3.0)
    return tuple(sorted(times))


class _Deck:
    """Draws all of `kinds` before any comes again, in an order that is drawn anew each time."""

    def __init__(self, kinds: Sequence[str], random: Random) -> None:
        self._kinds = kinds
        self._random = random
        self._left: list[str] = []

    def draw(self) -> str:
        """The next one."""
        if not self._left:
            self._left = list(self._kinds)
            self._random.shuffle(self._left)
        return self._left.pop()
