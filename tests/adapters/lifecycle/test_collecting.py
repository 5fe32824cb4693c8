"""Full collections: in quiet moments, and at the latest after a time or when the process has grown."""

import errno
import gc
import itertools
import math
import weakref
from collections.abc import Awaitable, Callable
from typing import NoReturn

import psutil
import pytest
import trio
from trio.testing import MockClock

from adapters.lifecycle import collecting
from adapters.lifecycle.collecting import EARLIEST, EVERY, LATEST, MOST, QUIET, CollectionPolicy, Collector

MEGABYTE = 1_000_000


def test_it_is_overdue_after_a_time_whatever_the_size() -> None:
    policy = CollectionPolicy(100.0, MOST)
    assert not policy.is_overdue(100.0 + LATEST - 0.1, 0)
    assert policy.is_overdue(100.0 + LATEST, 0)


def test_it_is_overdue_when_the_process_has_grown() -> None:
    policy = CollectionPolicy(0.0, 100 * MEGABYTE)
    assert not policy.is_overdue(1.0, 100 * MEGABYTE + MOST - 1)
    assert policy.is_overdue(1.0, 100 * MEGABYTE + MOST)


def test_growth_counts_from_the_least_size_since_the_last_one() -> None:
    policy = CollectionPolicy(0.0, 100 * MEGABYTE)
    assert not policy.is_overdue(1.0, 20 * MEGABYTE)
    assert policy.is_overdue(2.0, 20 * MEGABYTE + MOST)
    policy.note(2.0, 80 * MEGABYTE)
    assert not policy.is_overdue(3.0, 80 * MEGABYTE + MOST - 1)


def test_the_time_counts_from_the_last_one() -> None:
    policy = CollectionPolicy(0.0, 0)
    policy.note(20.0, 0)
    assert not policy.is_overdue(LATEST + 1.0, 0)
    assert policy.is_overdue(LATEST + 20.0, 0)


class ScriptedCollector(Collector):
    """A process whose size and garbage a test says, and when it was collected; it is quiet or is not."""

    has_new = True
    size = 0

    def __init__(self, *, is_quiet: bool) -> None:
        self.collected: list[float] = []
        self.is_quiet = is_quiet
        self.begun = trio.current_time()

    def collect(self) -> None:
        """Note the time."""
        self.collected.append(round(trio.current_time() - self.begun, 3))

    async def quiet(self, seconds: float) -> None:
        """Wait until it has been quiet for so long."""
        await trio.sleep(seconds if self.is_quiet else math.inf)

    async def run(self, seconds: float, during: Callable[[], Awaitable[None]] = trio.sleep_forever) -> list[float]:
        """Run the owner for so long; returns when it collected."""
        with trio.move_on_after(seconds):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(collecting.run, self)
                nursery.start_soon(during)
        return self.collected


async def test_a_quiet_server_collects_in_quiet_moments_and_seldom(autojump_clock: MockClock) -> None:
    collected = await ScriptedCollector(is_quiet=True).run(3 * (EARLIEST + EVERY) + 1)
    apart = [at - before for before, at in itertools.pairwise((0.0, *collected))]
    assert [EARLIEST <= seconds <= EARLIEST + EVERY + QUIET for seconds in apart] == [True] * 3


async def test_a_server_that_is_never_quiet_collects_at_the_latest_after_a_time(autojump_clock: MockClock) -> None:
    collected = await ScriptedCollector(is_quiet=False).run(2 * (LATEST + 2 * EVERY) + 1)
    apart = [at - before for before, at in itertools.pairwise((0.0, *collected))]
    assert [LATEST <= seconds <= LATEST + 2 * EVERY for seconds in apart] == [True, True]


async def test_a_server_that_grows_collects_within_two_looks(autojump_clock: MockClock) -> None:
    collector = ScriptedCollector(is_quiet=False)

    async def grow() -> None:
        await trio.sleep(5.2)
        collector.size += MOST

    [at] = await collector.run(20.0, grow)
    assert 5.2 < at <= 5.2 + 2 * EVERY


async def test_where_nothing_is_new_nothing_is_collected(autojump_clock: MockClock) -> None:
    collector = ScriptedCollector(is_quiet=True)
    collector.has_new = False
    assert await collector.run(3 * LATEST) == []
    collector.has_new = True
    assert len(await collector.run(EARLIEST + 2 * EVERY)) == 1


class Circle:
    """An object that refers to itself."""

    def __init__(self) -> None:
        self.itself = self


def test_where_the_size_cannot_be_read_the_last_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_file_left(process: psutil.Process) -> NoReturn:
        raise OSError(errno.EMFILE, "Too many open files")

    collector = Collector()
    known = collector.size
    assert known > 0
    monkeypatch.setattr(psutil.Process, "memory_info", no_file_left)
    assert collector.size == known


def test_what_python_does_by_itself_is_no_full_collection() -> None:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    try:
        collecting.calm()
        assert gc.get_threshold()[2] >= 1_000_000
        assert gc.get_freeze_count() > frozen
        circle = weakref.ref(Circle())
        Collector().collect()
        assert circle() is None
        assert not Collector().has_new
        kept: list[list[int]] = [[] for _ in range(2 * collecting.FEW)]
        assert Collector().has_new
        assert Collector().size > MEGABYTE
        del kept
    finally:
        gc.set_threshold(*thresholds)


def test_what_was_alive_is_looked_at_again_by_the_whole_collection_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "WHOLE", 3)
    try:
        collector, kept = Collector(), Circle()
        circle = weakref.ref(kept)
        collector.collect()
        assert len(gc.get_objects()) < collecting.FEW
        del kept
        collector.collect()
        assert circle() is not None
        collector.collect()
        assert circle() is None
    finally:
        gc.unfreeze()


async def test_the_loop_says_when_it_is_quiet() -> None:
    seen: list[str] = []

    async def work() -> None:
        for _ in range(50):
            await trio.lowlevel.checkpoint()
        seen.append("work")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(work)
        await Collector().quiet(0.01)
        seen.append("quiet")
    assert seen == ["work", "quiet"]
