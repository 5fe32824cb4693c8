"""The pool: seats, fairness, cancelled work, workers that crash, and what happens where it is full."""

import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.running.pool import Pool, Work


class Ledger:
    """Work for a pool that lasts as long as it is told to, and what became of it."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.ended: list[str] = []
        self.cancelled: list[str] = []
        self.crashed: list[str] = []

    def work(self, name: str, seconds: float = 1.0, fault: Exception | None = None) -> Work:
        """Work named after its owner and its number, as "a1"."""

        async def run() -> None:
            self.began.append(name)
            try:
                await trio.sleep(seconds)
            except trio.Cancelled:
                self.cancelled.append(name)
                raise
            if fault is not None:
                raise fault
            self.ended.append(name)

        async def crashed() -> None:
            self.crashed.append(name)

        return Work(name[0], run, crashed)


class PoolSteps(trio.abc.Instrument):
    """Counts the steps of a pool's tasks."""

    count = 0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """A task is about to run."""
        self.count += "Pool." in task.name


@asynccontextmanager
async def running(workers: int, queue: int = 10) -> AsyncIterator[Pool]:
    """A pool at work."""
    pool = Pool("test", workers, queue)
    async with trio.open_nursery() as nursery:
        await nursery.start(pool.run)
        await wait_all_tasks_blocked()
        yield pool
        nursery.cancel_scope.cancel()


# ---- seats


def test_there_are_as_many_seats_as_workers_and_turns_that_may_wait() -> None:
    pool = Pool("test", workers=2, queue=3)
    assert [pool.reserve() for _ in range(7)] == [True] * 5 + [False] * 2
    assert pool.taken == 5


def test_a_seat_that_is_given_back_can_be_taken_again() -> None:
    pool = Pool("test", workers=1, queue=0)
    assert pool.reserve()
    assert not pool.reserve()
    pool.give_back()
    assert pool.reserve()


# ---- work


async def test_as_much_is_done_at_once_as_there_are_workers(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=2) as pool:
        for name in ("a1", "b1", "c1"):
            assert pool.submit(ledger.work(name))
        await trio.sleep(0.5)
        assert sorted(ledger.began) == ["a1", "b1"]
        assert "2 of 2 workers busy, 1 jobs waiting" in repr(pool)
        await trio.sleep(2)
    assert sorted(ledger.ended) == ["a1", "b1", "c1"]


async def test_an_owner_with_much_work_does_not_keep_the_others_waiting(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=2) as pool:
        for name in ("a1", "a2", "a3", "a4", "b1", "c1"):
            pool.submit(ledger.work(name))
        await trio.sleep(10)
    first, then, last = ledger.began[:2], ledger.began[2:4], ledger.began[4:]
    assert [sorted(pair) for pair in (first, then, last)] == [["a1", "b1"], ["a2", "c1"], ["a3", "a4"]]


async def test_a_single_worker_goes_round_among_the_owners(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=1) as pool:
        for name in ("a1", "a2", "a3", "b1", "b2", "c1"):
            pool.submit(ledger.work(name))
        await trio.sleep(10)
    assert ledger.began == ["a1", "b1", "c1", "a2", "b2", "a3"]


async def test_among_equals_who_came_first_goes_first(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=1) as pool:
        for name in ("d1", "b1", "a1", "c1"):
            pool.submit(ledger.work(name))
        await trio.sleep(10)
    assert ledger.began == ["d1", "b1", "a1", "c1"]


# ---- cancelling


async def test_work_that_is_cancelled_stops_at_once_and_frees_its_worker(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=1) as pool:
        first = ledger.work("a1", 1_000)
        pool.submit(first)
        pool.submit(ledger.work("b1"))
        await trio.sleep(0.5)
        first.cancel()
        await trio.sleep(2)
    assert (ledger.cancelled, ledger.ended, ledger.crashed) == (["a1"], ["b1"], [])
    assert "0 of 1 workers busy" in repr(pool)


async def test_work_that_is_cancelled_while_it_waits_is_never_begun(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=1) as pool:
        pool.submit(ledger.work("a1"))
        waiting = ledger.work("b1")
        pool.submit(waiting)
        await trio.sleep(0.5)
        waiting.cancel()
        pool.submit(ledger.work("c1"))
        await trio.sleep(0.1)
        assert "1 jobs waiting" in repr(pool)
        await trio.sleep(5)
    assert ledger.began == ["a1", "c1"]


async def test_a_pool_that_is_cancelled_cancels_all_its_work(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=2) as pool:
        for name in ("a1", "b1", "c1"):
            pool.submit(ledger.work(name, 1_000))
        await trio.sleep(1)
    assert sorted(ledger.cancelled) == ["a1", "b1"]
    assert sorted(ledger.began) == ["a1", "b1"]


# ---- crashing


async def test_a_worker_that_crashes_is_replaced_and_its_work_told(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=1) as pool:
        for number in range(3):
            pool.submit(ledger.work(f"a{number}", fault=RuntimeError("unforeseen")))
        pool.submit(ledger.work("b1"))
        await trio.sleep(10)
        assert pool.crashes == 3
        assert "0 of 1 workers busy, 0 jobs waiting" in repr(pool)
    assert ledger.crashed == ["a0", "a1", "a2"]
    assert ledger.ended == ["b1"]


async def test_a_crash_says_nothing_of_the_work_in_the_log(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = Ledger()
    with caplog.at_level("INFO"):
        async with running(workers=1) as pool:
            pool.submit(ledger.work("a1", fault=RuntimeError("what somebody said")))
            await trio.sleep(2)
    assert [record.getMessage() for record in caplog.records] == ["test: a worker crashed and is replaced"]


async def test_whoever_is_slow_to_hear_of_a_crash_does_not_stop_the_pool(autojump_clock: MockClock) -> None:
    ledger = Ledger()

    async def crash() -> None:
        raise RuntimeError("unforeseen")

    async with running(workers=1) as pool:
        pool.submit(Work("a", crash, trio.sleep_forever))
        pool.submit(ledger.work("b1"))
        await trio.sleep(2)
    assert ledger.ended == ["b1"]


# ---- full


def test_submitting_never_waits_and_a_full_pool_says_so() -> None:
    ledger = Ledger()
    pool = Pool("test", workers=1, queue=1)
    taken = 0
    while pool.submit(ledger.work("a1")):
        taken += 1
        assert taken < 10_000
    assert taken >= pool.seats
    assert not pool.submit(ledger.work("a1"))


async def test_all_seats_with_all_their_parts_find_room_in_one_instant(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=2, queue=6) as pool:
        assert all(pool.submit(ledger.work(f"{seat}{part}", 0.01)) for seat in range(pool.seats) for part in range(16))
        await trio.sleep(10)
    assert len(ledger.ended) == 8 * 16


async def test_idle_workers_are_given_work_without_a_task_in_between(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=3) as pool:
        for name in ("a1", "b1", "c1"):
            pool.submit(ledger.work(name))
        assert (ledger.began, pool.waiting) == ([], 3)  # who submits is not made to wait for it
        await wait_all_tasks_blocked()
        assert sorted(ledger.began) == ["a1", "b1", "c1"]


async def test_a_job_of_an_idle_pool_takes_one_step_of_one_task(autojump_clock: MockClock) -> None:
    ended: list[Work] = []

    async def at_once() -> None:
        """An engine that answers at once."""

    async with running(workers=3) as pool:
        steps = PoolSteps()
        trio.lowlevel.add_instrument(steps)
        pool.submit(Work("a", at_once, trio.sleep_forever, ended.append))
        await wait_all_tasks_blocked()
        trio.lowlevel.remove_instrument(steps)
    assert (steps.count, len(ended)) == (1, 1)


async def test_a_worker_goes_on_with_waiting_work_and_lets_others_run_in_between(autojump_clock: MockClock) -> None:
    began: list[int] = []
    done: list[int] = []

    async def at_once() -> None:
        began.append(len(done))

    async with running(workers=1) as pool:
        for _ in range(5):
            pool.submit(Work("a", at_once, trio.sleep_forever, lambda work: done.append(pool.busy)))
        rounds = 0
        while len(began) < 5:
            await trio.lowlevel.checkpoint()
            rounds += 1
    assert rounds >= 4
    assert done == [0] * 5


async def test_a_worker_that_was_woken_for_nothing_waits_again(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=2) as pool:
        work = ledger.work("a1")
        pool.submit(work)
        work.cancel()
        assert pool.waiting == 0
        await wait_all_tasks_blocked()
        for name in ("b1", "c1"):
            pool.submit(ledger.work(name))
        await trio.sleep(2)
    assert sorted(ledger.ended) == ["b1", "c1"]


async def test_an_idle_worker_keeps_nothing_of_its_last_work(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=1) as pool:
        work = ledger.work("a1")
        kept = weakref.ref(work)
        pool.submit(work)
        del work
        await trio.sleep(2)
        assert ledger.ended == ["a1"]
        assert kept() is None


async def test_a_pool_that_was_full_goes_on(autojump_clock: MockClock) -> None:
    ledger = Ledger()
    async with running(workers=1, queue=0) as pool:
        taken = 0
        while pool.submit(ledger.work("a1", 0.01)):
            taken += 1
        await wait_all_tasks_blocked()
        assert pool.submit(ledger.work("b1", 0.01))
        await trio.sleep(10)
        assert len(ledger.ended) == taken + 1
