"""Virtual time: a clock that jumps where nothing moves, and tasks that run in the order that a seed gives."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import trio
from trio._core import _run as scheduler
from trio.testing import MockClock

T = TypeVar("T")
DAY = 86_400.0


def run_virtually(main: Callable[[], Awaitable[T]], seed: int = 0, *, seconds: float = DAY) -> T:
    """Run `main` in virtual time until it returns; returns what it returns. The same seed gives the same run.

    Time passes only where every task waits, so hours take as long as their work. Nothing in `main` may wait for a
    thread, a process or a socket: the clock would jump meanwhile. Raises trio.TooSlowError after `seconds` of virtual
    time, because the heartbeats of a server go on for ever.
    """

    async def bounded() -> T:
        with trio.fail_after(seconds):
            return await main()

    with scheduled(seed):
        return trio.run(bounded, clock=MockClock(autojump_threshold=0))


@contextmanager
def scheduled(seed: int) -> Iterator[None]:
    """A block in which Trio's loops run tasks in an order that depends on the seed alone; it is entered before a loop.

    Trio has no public way. It draws the order by lot, unless the flag is set that pytest-trio sets for hypothesis.
    """
    before = scheduler._ALLOW_DETERMINISTIC_SCHEDULING
    reseed(seed)
    try:
        yield
    finally:
        scheduler._ALLOW_DETERMINISTIC_SCHEDULING = before  # type: ignore[misc]


def reseed(seed: int) -> None:
    """Have all loops that begin from now on run tasks in the order that the seed gives."""
    scheduler._ALLOW_DETERMINISTIC_SCHEDULING = True  # type: ignore[misc]
    scheduler._r.seed(seed)
