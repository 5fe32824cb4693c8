"""The jobs that wait for a worker of a pool, and which of them goes next.

The owner with the least work running goes first, then the one that was given a worker longest ago, then who came first.
An owner's own jobs go in the order in which they came.

Each operation costs the logarithm of the number of waiting owners. The heap may hold entries that are out of date,
because an owner's place changes with each job of it that begins or ends: such an entry is skipped when it comes to the
top, and the heap is made anew before more than half of it can be out of date.

Terms: docs/glossary.md.
"""

import heapq
from collections import Counter, OrderedDict
from collections.abc import Hashable
from itertools import count
from typing import Generic, TypeVar

J = TypeVar("J", bound=Hashable)
_SPARE = 16
"""Entries of the heap that may always be out of date."""


class WaitingJobs(Generic[J]):
    """Jobs that wait, and how many of each owner run; see the module's text. A job is told apart by its hash."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, OrderedDict[J, int]] = {}
        self._running: Counter[Hashable] = Counter()
        self._served: dict[Hashable, int] = {}
        self._heap: list[tuple[tuple[int, int, int], Hashable]] = []
        self._numbers = count(1)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def running(self) -> int:
        """How many jobs have begun and not ended."""
        return sum(self._running.values())

    def add(self, owner: Hashable, job: J) -> None:
        """A job came."""
        jobs = self._waiting.setdefault(owner, OrderedDict())
        jobs[job] = next(self._numbers)
        self._size += 1
        if len(jobs) == 1:
            self._rank(owner)

    def remove(self, owner: Hashable, job: J) -> None:
        """A job is not wanted any more; nothing happens where it does not wait."""
        jobs = self._waiting.get(owner)
        if jobs is not None and jobs.pop(job, None) is not None:
            self._note_left(owner, jobs)

    def begin(self) -> J | None:
        """Take out the job that goes next, which runs until `end`; None where none waits."""
        while self._heap:
            key, owner = heapq.heappop(self._heap)
            if owner in self._waiting and key == self._key(owner):
                return self._begin(owner)
        return None

    def _begin(self, owner: Hashable) -> J:
        jobs = self._waiting[owner]
        job, _ = jobs.popitem(last=False)
        self._running[owner] += 1
        self._served[owner] = next(self._numbers)
        self._note_left(owner, jobs)
        return job

    def end(self, owner: Hashable) -> None:
        """A job of this owner that was begun has ended."""
        self._running[owner] -= 1
        if not self._running[owner]:
            del self._running[owner]
        if owner in self._waiting:
            self._rank(owner)
        else:
            self._forget(owner)

    def _note_left(self, owner: Hashable, jobs: OrderedDict[J, int]) -> None:
        """One of the owner's jobs does not wait any more."""
        self._size -= 1
        if jobs:
            self._rank(owner)
        else:
            del self._waiting[owner]
            self._forget(owner)

    def _forget(self, owner: Hashable) -> None:
        """Keep nothing of an owner without jobs."""
        if owner not in self._running and owner not in self._waiting:
            self._served.pop(owner, None)

    def _rank(self, owner: Hashable) -> None:
        """Give the owner the place that it has now."""
        if len(self._heap) > 2 * len(self._waiting) + _SPARE:
            self._heap = [(self._key(one), one) for one in self._waiting]
            heapq.heapify(self._heap)
        else:
            heapq.heappush(self._heap, (self._key(owner), owner))

    def _key(self, owner: Hashable) -> tuple[int, int, int]:
        """Smaller goes first. No two owners have the same, because no two jobs have the same number."""
        return self._running[owner], self._served.get(owner, 0), next(iter(self._waiting[owner].values()))
