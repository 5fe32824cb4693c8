"""Full collections of garbage, in moments in which nobody waits for them.

Almost everything is freed by reference counting, and the collector finds the few circles that are left. What lives for
long makes its full collections slow: with 300 sessions all sound waits for 10 to 20 ms. Python begins one whenever
enough has been allocated, which is in the middle of somebody's turn. So it begins none here. This owner does, when no
task has had anything to do for QUIET seconds, but not more often than each EARLIEST seconds; and in a server that is
never quiet after LATEST seconds, or when the process has grown by MOST bytes.

The young generations are collected by Python as ever. What a full collection has found alive is left out of the next
ones: else each would hold the loop for longer the more sessions there are (0.66 s with 1,000, on a machine under load).
What it leaves out is freed by reference counting as well; for circles in it, each WHOLE-th leaves out nothing.
"""

import contextlib
import gc

import psutil
import trio
from trio.testing import wait_all_tasks_blocked

QUIET = 0.05
"""Seconds for which no step was due, nor will be."""
EVERY = 1.0
"""Seconds between two looks."""
EARLIEST = 5.0
"""Seconds from one full collection to the next in a server that is often quiet: each takes time of the processor."""
LATEST = 30.0
"""Seconds from one full collection to the next in a server that is never quiet."""
MOST = 50_000_000
"""Bytes by which the process may have grown since the last one."""
WHOLE = 60
"""So many collections from one of everything to the next: at least five minutes."""
FEW = 1_000
"""New objects that are not worth a collection."""
_YOUNG, _MIDDLE, _NEVER = 20_000, 10, 1_000_000


def calm() -> None:
    """Collect garbage once, leave out from now on what is there, and have Python begin no full collection.

    A chunk of sound makes some dozens of objects that reference counting frees; counting them towards the default
    threshold of 700 costs a tenth to a third of the time of each chunk.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)


class CollectionPolicy:
    """Says when a full collection cannot wait any longer; `now` in seconds of any monotonic clock, `size` in bytes."""

    def __init__(self, now: float, size: int) -> None:
        self._last = now
        self._least = size

    def is_overdue(self, now: float, size: int) -> bool:
        """Whether it has to be made in the midst of work; `size` is that of the process."""
        self._least = min(self._least, size)
        return now - self._last >= LATEST or size - self._least >= MOST

    def is_early(self, now: float) -> bool:
        """Whether it is too soon for another one, even in a quiet moment."""
        return now - self._last < EARLIEST

    def note(self, now: float, size: int) -> None:
        """One was made, or there was nothing to collect."""
        self._last, self._least = now, size


class Collector:
    """Python's own collector, and what the policy goes by."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._size = 0
        self._made = 0

    def collect(self) -> None:
        """Make a full collection of what is new since the last one; each WHOLE-th time, of everything."""
        self._made += 1
        if self._made % WHOLE == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()

    @property
    def has_new(self) -> bool:
        """Whether more than a few objects have come since the last full collection."""
        young, *older = gc.get_count()
        return young > FEW or any(older)

    @property
    def size(self) -> int:
        """Bytes of the process in memory; what was read last where the system has no file left to read it from."""
        with contextlib.suppress(psutil.Error, OSError):
            self._size = int(self._process.memory_info().rss)
        return self._size

    async def quiet(self, seconds: float) -> None:
        """Wait until no task has been ready for so long. Cancelling ends the wait.

        The loop itself knows, at no cost; trio has it among its helpers for tests, who use it most.
        """
        await wait_all_tasks_blocked(seconds)


async def run(collector: Collector) -> None:
    """Make full collections until cancelled."""
    policy = CollectionPolicy(trio.current_time(), collector.size)
    while True:
        await trio.sleep(EVERY)
        if not collector.has_new:
            policy.note(trio.current_time(), collector.size)
        elif await _is_time(collector, policy):
            collector.collect()
            policy.note(trio.current_time(), collector.size)


async def _is_time(collector: Collector, policy: CollectionPolicy) -> bool:
    """Wait for a quiet moment until the next look; whether it came, or could not be waited for any longer."""
    now = trio.current_time()
    if policy.is_overdue(now, collector.size):
        return True
    if policy.is_early(now):
        return False
    with trio.move_on_after(EVERY):
        await collector.quiet(QUIET)
        return True
    return False
