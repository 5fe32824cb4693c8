"""Seats of worker processes that cannot be started, start late, or die: on a scripted machine and its clock."""

import errno
import os

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.ports.calls import EngineFailed
from adapters.processes.process import GONE_WITHIN
from adapters.processes.seat import PAUSES, START_WITHIN, WAIT_WITHIN
from tests.adapters.processes.machine import BROKEN, GARBAGE, MUTE, PATH, TITLE, Machine, ask, running

FULL = OSError(errno.EMFILE, os.strerror(errno.EMFILE), PATH)
NO_MEMORY = OSError(errno.ENOMEM, os.strerror(errno.ENOMEM), PATH)
CANNOT = r"cannot be started at the moment; the server's log says why"
every_bad_start = pytest.mark.parametrize("how", [FULL, NO_MEMORY, BROKEN, GARBAGE, MUTE])


async def lose(machine: Machine, number: int) -> None:
    """Have a process die, and the server hear of it and try to start another."""
    starts = len(machine.spawned)
    machine.processes[number].kill()
    await wait_all_tasks_blocked()
    assert len(machine.spawned) > starts


@every_bad_start
async def test_calls_go_to_the_process_that_lives(
    how: str | OSError, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch) as (machine, workers):
        machine.starts = [how] * 1_000
        await lose(machine, 0)
        began = trio.current_time()
        async with trio.open_nursery() as calls:
            for _ in range(40):
                calls.start_soon(ask, workers)
        assert trio.current_time() == began
        assert machine.asked[0] == []
        assert len(machine.asked[1]) == 40
        assert len(workers.pids) == 1


@every_bad_start
async def test_where_no_process_can_be_started_calls_fail_at_once_in_words(
    how: str | OSError, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(monkeypatch, 1) as (machine, workers):
        machine.starts = [how] * 1_000
        await lose(machine, 0)
        await trio.sleep(START_WITHIN)
        for pause in (0.0, *PAUSES):
            await trio.sleep(pause)
            began = trio.current_time()
            with pytest.raises(EngineFailed, match=f"^{TITLE} {CANNOT}$"):
                await ask(workers)
            assert trio.current_time() == began
    why = [record.getMessage() for record in caplog.records if "could not start" in record.getMessage()]
    assert len(why) == 1  # the same reason is told once
    if how is BROKEN:
        assert PATH in why[0]


async def test_what_was_told_of_a_bad_start_is_told_again_after_a_good_one(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with running(monkeypatch, 1) as (machine, workers):
        for _ in range(2):
            machine.starts = [FULL, FULL]
            await lose(machine, -1)
            await trio.sleep(sum(PAUSES))
            await ask(workers)
    told = [record.getMessage() for record in caplog.records]
    assert told.count(f"{TITLE} could not start: Too many open files") == 2
    assert told.count(f"{TITLE}: a process is ready again") == 2


async def test_the_wait_for_the_next_start_is_not_paid_by_calls(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, workers):
        await lose(machine, 0)  # none of them has served anybody
        machine.processes[1].kill()
        await wait_all_tasks_blocked()
        assert not workers.pids
        began = trio.current_time()
        with pytest.raises(EngineFailed, match=CANNOT):
            await ask(workers)
        assert trio.current_time() == began
        await trio.sleep(max(PAUSES))
        await ask(workers)


@pytest.mark.parametrize("how", [FULL, BROKEN, GARBAGE])
async def test_a_single_start_that_fails_fails_no_call(
    how: str | OSError, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, workers):
        await ask(workers)
        machine.starts = [how]
        machine.processes[0].kill()
        began = trio.current_time()
        await ask(workers)
        assert trio.current_time() <= began + GONE_WITHIN
        assert len(machine.spawned) == 3


async def test_a_call_waits_for_a_process_that_is_being_started_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, workers):
        machine.starts = [MUTE]
        await lose(machine, 0)
        began = trio.current_time()
        with pytest.raises(EngineFailed, match=CANNOT):
            await ask(workers)
        assert trio.current_time() - began == pytest.approx(WAIT_WITHIN)
        with pytest.raises(EngineFailed, match=CANNOT):
            await ask(workers)
        assert trio.current_time() - began == pytest.approx(WAIT_WITHIN)
        await trio.sleep(START_WITHIN)
        await ask(workers)


async def test_a_call_that_waits_wakes_when_another_seat_is_free_or_alive_again(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch) as (machine, workers):
        machine.starts = [MUTE]
        machine.processes[0].is_working = True
        async with trio.open_nursery() as calls:
            calls.start_soon(ask, workers, "hold")
            calls.start_soon(ask, workers, "hold")
            await wait_all_tasks_blocked()
            calls.start_soon(ask, workers, "one")
            await wait_all_tasks_blocked()
            calls.start_soon(ask, workers, "two")
            await wait_all_tasks_blocked()
            machine.processes[1].go.set()  # free again
            await wait_all_tasks_blocked()
            assert machine.asked == [["hold"], ["hold", "one", "two"]]
            await lose(machine, 1)
            calls.start_soon(ask, workers, "three")
            await trio.sleep(WAIT_WITHIN + 1)
            assert machine.asked[2:] == [[]]  # it waits still: for the one that is at work
            await trio.sleep(START_WITHIN)  # the next start is a good one
            assert machine.asked[2:] == [[], ["three"]]
            machine.processes[0].go.set()


async def test_who_has_waited_longest_comes_first_and_who_gave_up_takes_no_seat(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, workers):
        async with trio.open_nursery() as calls:
            calls.start_soon(ask, workers, "hold")
            await wait_all_tasks_blocked()
            scope = trio.CancelScope()

            async def give_up() -> None:
                with scope:
                    await ask(workers, "given up")

            calls.start_soon(give_up)
            await wait_all_tasks_blocked()
            for text in ("a", "b", "c"):
                calls.start_soon(ask, workers, text)
                await wait_all_tasks_blocked()
            machine.processes[0].go.set()
            scope.cancel()
        assert machine.asked == [["hold", "a", "b", "c"]]


async def test_a_call_cancelled_in_the_moment_in_which_it_gets_a_seat_gives_it_back(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (_, workers):
        with trio.CancelScope() as scope:
            scope.cancel()
            await ask(workers)
        await ask(workers)


async def test_a_machine_without_room_at_the_start_is_told_to_the_operator(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    monkeypatch.setattr(Machine, "spawn", _full)
    with pytest.RaisesGroup(pytest.RaisesExc(EngineFailed, match="could not start: Too many open files")):
        async with running(monkeypatch):
            pass


async def _full(self: Machine, plan: object) -> None:
    await trio.lowlevel.checkpoint()
    raise FULL
