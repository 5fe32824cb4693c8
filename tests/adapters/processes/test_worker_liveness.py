"""Processes that hang or die at work: which are replaced, and what becomes of their calls; on a machine's own clock."""

from collections.abc import Callable

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.ports.calls import EngineFailed
from adapters.processes.frames import Progress, SoundFrame, SpokenFrame, SynthesiseFrame
from adapters.processes.liveness import LOOK, SILENT_WITHIN, STOPPED_LOOKS
from adapters.processes.seat import PAUSES
from adapters.processes.worker import Broken, nothing
from tests.adapters.processes.machine import TITLE, Machine, ScriptedProcess, ask, running

LONG = 100.0
"""Seconds in which whoever is to be replaced is."""
NOTICED = SILENT_WITHIN + 2 * LOOK
innocent = pytest.mark.parametrize(
    "make",
    [
        lambda scripted: setattr(scripted, "is_working", True),
        lambda scripted: setattr(scripted, "is_held_up", True),
        lambda scripted: setattr(scripted, "is_readable", False),
    ],
    ids=["works", "would run if it could", "cannot be read"],
)


async def released(machine: Machine, number: int, seconds: float) -> None:
    """Let a process that holds its call go on after this time."""
    await trio.sleep(seconds)
    machine.processes[number].go.set()


async def test_a_call_whose_process_hangs_is_begun_anew_on_another(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch) as (machine, workers):
        began = trio.current_time()
        async with trio.open_nursery() as calls:
            calls.start_soon(ask, workers, "hold")
            await wait_all_tasks_blocked()
            (at_work,) = (each for each in machine.processes if each.asked)
            at_work.go = trio.Event()
            machine.processes[1 - machine.processes.index(at_work)].go.set()
        assert SILENT_WITHIN <= trio.current_time() - began <= NOTICED
        assert at_work.returncode is not None
        assert [each.asked for each in machine.processes[:2]] == [["hold"], ["hold"]]
        await wait_all_tasks_blocked()
        assert len(workers.pids) == 2


async def test_a_call_whose_only_process_hangs_is_begun_anew_on_the_next(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, workers):
        async with trio.open_nursery() as calls:
            calls.start_soon(ask, workers, "hold")
            await trio.sleep(NOTICED)
            machine.processes[1].go.set()
        assert machine.asked == [["hold"], ["hold"]]


@innocent
async def test_a_process_that_works_or_cannot_is_left_alone(
    make: Callable[[ScriptedProcess], None], monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch) as (machine, workers):
        for each in machine.processes:
            make(each)
        async with trio.open_nursery() as calls:
            for number in (0, 1):
                calls.start_soon(ask, workers, "hold")
                calls.start_soon(released, machine, number, LONG)
        assert machine.asked == [["hold"], ["hold"]]


async def test_a_process_that_the_machine_holds_up_is_judged_once_it_may_run(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, workers):
        machine.processes[0].is_held_up = True
        async with trio.open_nursery() as calls:
            calls.start_soon(ask, workers, "hold")
            await trio.sleep(LONG)
            machine.processes[0].is_held_up = False
            await trio.sleep(SILENT_WITHIN - LOOK)
            assert len(machine.processes) == 1
            await trio.sleep(2 * LOOK)
            machine.processes[1].go.set()


async def test_while_the_server_is_not_on_time_nobody_is_judged(
    monkeypatch: pytest.MonkeyPatch, mock_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, workers), trio.open_nursery() as calls:
        calls.start_soon(ask, workers, "hold")
        await wait_all_tasks_blocked()
        for _ in range(20):
            mock_clock.jump(3 * LOOK)
            await wait_all_tasks_blocked()
        assert len(machine.processes) == 1
        for _ in range(round(NOTICED / LOOK)):
            mock_clock.jump(LOOK)
            await wait_all_tasks_blocked()
        machine.processes[1].go.set()


async def test_a_process_that_owes_nothing_may_be_silent(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async def slow(_: Progress) -> None:
        await trio.sleep(LONG)

    async with running(monkeypatch) as (machine, workers):
        await trio.sleep(LONG)
        await workers.call(SynthesiseFrame("", "", 0), slow)
        assert len(machine.processes) == 2


@pytest.mark.parametrize("is_at_work", [True, False])
async def test_a_process_that_is_stopped_is_replaced(
    is_at_work: bool, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, workers):
        began = trio.current_time()
        async with trio.open_nursery() as calls:
            if is_at_work:
                calls.start_soon(ask, workers)
            machine.processes[0].stop()
            await trio.sleep(STOPPED_LOOKS * LOOK + LOOK / 2)
            await ask(workers)
        assert trio.current_time() - began < SILENT_WITHIN
        assert [each.returncode for each in machine.processes] == [-9, None]


async def test_a_process_that_goes_on_at_once_is_not_replaced(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, _):
        await trio.sleep(LOOK / 2)
        for _ in range(10):
            machine.processes[0].is_stopped = True
            await trio.sleep(LOOK)
            machine.processes[0].is_stopped = False
            await trio.sleep(LOOK)
        assert len(machine.processes) == 1


async def test_a_process_that_is_stopped_while_it_starts_is_a_bad_start(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, workers):
        machine.starts = ["mute"]
        machine.processes[0].kill()
        await wait_all_tasks_blocked()
        machine.processes[1].stop()
        with pytest.raises(EngineFailed, match="cannot be started at the moment"):
            await ask(workers)
        await trio.sleep(sum(PAUSES))
        await ask(workers)


# ---- what costs two processes


@pytest.mark.parametrize("text", ["die", "hang"])
async def test_what_costs_two_processes_costs_no_third(
    text: str, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 3) as (machine, workers):
        with pytest.raises(EngineFailed, match=f"{TITLE} broke off its work on this in two processes: try something"):
            await ask(workers, text)
        assert trio.current_time() <= 2 * NOTICED
        assert sum(each.returncode is not None for each in machine.processes) == 2
        await ask(workers)


async def test_a_call_that_is_begun_anew_does_not_wait_again(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 1) as (machine, workers):
        with pytest.RaisesGroup(EngineFailed):
            async with trio.open_nursery() as calls:
                calls.start_soon(ask, workers, "hang")
                await wait_all_tasks_blocked()
                calls.start_soon(ask, workers, "patient")
        assert machine.asked[:2] == [["hang"], ["hang"]]


# ---- what was handed on


@pytest.mark.parametrize("text", ["die later", "hang later"])
async def test_what_was_handed_on_is_taken_back_or_the_call_fails(
    text: str, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    told: list[str] = []

    async def each(progress: Progress) -> None:
        assert isinstance(progress, SoundFrame)
        told.append(progress.samples.decode())

    async def again() -> None:
        told.append("again")

    async with running(monkeypatch, 1) as (_, workers):
        with pytest.raises(Broken, match="broke off its work and is being started again: try again"):
            await workers.call(SynthesiseFrame(text, "", 0), each)
        assert told == ["1"]
        with pytest.raises(Broken, match="in two processes"):
            await workers.call(SynthesiseFrame(text, "", 0), each, again)
        assert told == ["1", "2", "again", "3"]
        assert await workers.call(SynthesiseFrame("well", "", 0), nothing) == SpokenFrame()


async def test_a_process_that_is_kept_ends_what_it_is_kept_for(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with running(monkeypatch, 2) as (machine, workers):
        with workers.reserve() as kept:
            assert kept is not None
            for _ in range(2):
                with pytest.raises(Broken):
                    await kept.call(SynthesiseFrame("hang", "", 0), nothing)
            await wait_all_tasks_blocked()
            await ask(workers)
        assert [each.asked for each in machine.processes] == [["hang"], [""], []]
        assert len(workers.pids) == 2
