"""Fairness: the work between two checkpoints is measured, and how processor time grows with the input."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import trio

TIMES = 8
"""How much larger the larger input is."""
MOST_GROWTH = 12.0
"""How many times the processor time it may take: 8 is linear, 64 quadratic."""
LEAST = 0.001
"""Seconds of processor time that can be told apart from none."""
ROUNDS = 30
"""How many pairs are measured at most; what is linear is done after one or two."""


class Stretch(trio.abc.Instrument):
    """Adds up what tasks `note`; `most` is what was done from one checkpoint to the next."""

    def __init__(self) -> None:
        self._done = 0
        self.most = 0
        self.sum = 0

    def note(self, amount: int = 1) -> None:
        """So much was done."""
        self._done += amount
        self.sum += amount
        self.most = max(self.most, self._done)

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        """A task has come to a checkpoint: as Trio's instruments."""
        self._done = 0


@contextmanager
def stretch() -> Iterator[Stretch]:
    """Watch the tasks that run within the block."""
    watching = Stretch()
    trio.lowlevel.add_instrument(watching)
    yield watching
    trio.lowlevel.remove_instrument(watching)


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times the processor time of `work(size)` that of `work(8 * size)` is.

    The least of several pairs of runs, one after the other, until it is no more than MOST_GROWTH: other programs of the
    machine take the caches away, mostly from the larger input, and what is quadratic is far above it in every pair.
    `size` is such that the smaller run takes some milliseconds: less would be noise, and counts as LEAST.
    """
    ratio = float("inf")
    for _ in range(ROUNDS):
        ratio = min(ratio, _cost(work, TIMES * size) / max(_cost(work, size), LEAST))
        if ratio <= MOST_GROWTH:
            break
    return ratio


def _cost(work: Callable[[int], object], size: int) -> float:
    began = time.process_time()
    work(size)
    return time.process_time() - began
