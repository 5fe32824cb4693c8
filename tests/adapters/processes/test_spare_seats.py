"""Spare worker processes: started when a call waits, ended when they have had none for a while."""

import errno
import os

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.ports.calls import EngineFailed
from adapters.processes.worker import Workers
from tests.adapters.processes.machine import BROKEN, Machine, ask, running

IDLE = 60.0
FULL = OSError(errno.EMFILE, os.strerror(errno.EMFILE))


async def hold(machine: Machine, ask_one: trio.Nursery, workers: Workers, number: int) -> None:
    """Keep a process busy until its `go`."""
    ask_one.start_soon(ask, workers, "hold")
    await wait_all_tasks_blocked()
    assert machine.processes[number].asked[-1] == "hold"


async def test_one_process_is_there_and_a_second_comes_when_it_is_busy_and_ends_after_a_minute(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, kept=1) as (machine, workers), trio.open_nursery() as calls:
        assert (workers.count, len(workers.pids)) == (1, 1)
        await ask(workers, "one")
        await ask(workers, "after the other")
        assert len(machine.processes) == 1
        await hold(machine, calls, workers, 0)
        await ask(workers, "second")
        await ask(workers, "third")
        assert machine.asked == [["one", "after the other", "hold"], ["second", "third"]]
        machine.processes[0].go.set()
        await trio.sleep(IDLE - 1)
        assert len(workers.pids) == 2
        await ask(workers, "first")  # the process that is always there
        await trio.sleep(2)
        assert list(workers.pids) == [1]
        assert machine.processes[1].returncode is not None


async def test_a_spare_process_is_not_ended_at_work_nor_soon_after(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1, 1_000.0, kept=0) as (machine, workers), trio.open_nursery() as calls:
        await ask(workers, "")
        machine.processes[0].is_working = True
        await hold(machine, calls, workers, 0)
        await trio.sleep(3 * IDLE)
        machine.processes[0].go.set()
        await trio.sleep(IDLE - 1)
        assert list(workers.pids) == [1]
        await trio.sleep(2 * IDLE)
        assert list(workers.pids) == []


async def test_without_a_kept_process_the_first_call_starts_one_and_so_does_the_next_after_its_end(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, kept=0) as (machine, workers):
        assert (workers.count, list(workers.pids)) == (0, [])
        for number in range(1, 4):
            await ask(workers, "hello")
            assert list(workers.pids) == [number]
            await trio.sleep(IDLE + 1)
            assert list(workers.pids) == []
        assert machine.asked == [["hello"]] * 3


async def test_a_call_that_comes_as_the_spare_process_ends_gets_the_next_one(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1, kept=0) as (machine, workers):
        await ask(workers, "hello")
        await trio.sleep(IDLE)
        await ask(workers, "again")
        assert machine.asked in ([["hello"], ["again"]], [["hello", "again"]])


@pytest.mark.parametrize("how", [FULL, BROKEN])
async def test_a_spare_process_that_does_not_start_fails_its_calls_in_words_and_is_tried_again_later(
    how: str | OSError, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1, kept=0) as (machine, workers):
        machine.starts = [how, how]
        with pytest.raises(EngineFailed, match="cannot be started at the moment"):
            await ask(workers)
        await trio.sleep(30)
        await ask(workers, "well")
        assert [asked for asked in machine.asked if asked] == [["well"]]


async def test_a_spare_process_that_dies_has_its_call_begun_anew(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1, kept=0) as (machine, workers):
        with pytest.raises(EngineFailed, match="in two processes"):
            await ask(workers, "die")
        assert machine.asked[:2] == [["die"], ["die"]]
        await ask(workers, "well")


async def test_a_process_is_reserved_where_another_could_be_started(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, kept=1) as (_, workers):
        with workers.reserve() as first:
            assert first is not None
            with workers.reserve() as second:
                assert second is None
            await ask(workers, "the other")
        assert len(workers.pids) == 2
