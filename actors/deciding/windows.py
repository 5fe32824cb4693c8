"""A sliding window over time: what was counted in the last minute or day, in bounded memory, and when more would fit.

Amounts that come within one grain of time are kept as one, and leave the window when the youngest of them does. So the
window never counts less than was counted in its seconds, and at most one grain's worth longer than that; of amounts
that come further apart than a grain it is exact. It keeps `seconds / grain + 2` entries at most.

It is told the time, in seconds of one clock that does not go back.
"""

import math
from collections import deque

_ROUNDING = 1e-6
"""Seconds by which sums of times may be off: who comes back after exactly what it was told need not wait again."""


class SlidingWindow:
    """The sum of whole amounts over the last `seconds`, an entry for each `grain` seconds in which there was one."""

    def __init__(self, seconds: float, grain: float) -> None:
        self._seconds = seconds
        self._grain = grain
        self._entries: deque[tuple[float, float, int]] = deque()  # first and last time, and the amount
        self._total = 0

    def __repr__(self) -> str:
        return f"<SlidingWindow of {self._seconds:g} s: {self._total} in {len(self)} entries>"

    def __len__(self) -> int:
        return len(self._entries)

    def total(self, now: float) -> int:
        """What was counted in the window that ends now; changes nothing."""
        total = self._total
        for entry in self._entries:
            if self._leaves_at(entry) > now:
                break
            total -= entry[2]
        return total

    def add(self, amount: int, now: float) -> None:
        """Count `amount` now."""
        while self._entries and self._leaves_at(self._entries[0]) <= now:
            self._total -= self._entries.popleft()[2]
        self._total += amount
        if self._entries and now - self._entries[-1][0] < self._grain:
            first, _, before = self._entries.pop()
            self._entries.append((first, now, before + amount))
        else:
            self._entries.append((now, now, amount))

    def wait(self, amount: int, most: int, now: float) -> float:
        """Seconds until `amount` more is within `most`; 0 where it is now, infinite where it never will be.

        It changes nothing.
        """
        if amount > most:
            return math.inf
        over, waits = self._total + amount - most, 0.0
        for entry in self._entries:
            if over <= 0:
                break
            over -= entry[2]
            waits = self._leaves_at(entry) - now
        return waits if waits > _ROUNDING else 0.0

    def _leaves_at(self, entry: tuple[float, float, int]) -> float:
        return entry[1] + self._seconds


def whole_seconds(waits: float) -> int:
    """`waits` as clients are told: the next whole second, and at least one."""
    return max(1, math.ceil(waits))
