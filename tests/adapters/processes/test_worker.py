"""Worker processes: their calls, how they are stopped, and what happens when they die."""

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import trio
import trio.testing

from actors.ports.calls import EngineFailed
from actors.ports.sound import Undecodable
from adapters.processes import process, seat
from adapters.processes.frames import (
    MAX_FRAME,
    Progress,
    RecogniseFrame,
    SoundFrame,
    SpokenFrame,
    SynthesiseFrame,
    WordsFrame,
    pack,
)
from adapters.processes.losses import lost
from adapters.processes.process import Plan
from adapters.processes.worker import Workers, nothing

pytestmark = pytest.mark.real
MODULE = "tests.adapters.processes.awkward_child"
Start = Callable[..., Awaitable[Workers]]


def ask(text: str) -> SynthesiseFrame:
    return SynthesiseFrame(text, "", 0)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def start(nursery: trio.Nursery) -> Start:
    async def started(count: int = 1, grace: float = 5.0, deadline: float = 30.0) -> Workers:
        workers = Workers(Plan(MODULE, "the awkward engine", count, grace=grace, deadline=deadline))
        with trio.fail_after(30):
            await nursery.start(workers.run)
        return workers

    return started


async def cancelled_once_served(workers: Workers, text: str) -> None:
    """Make a call and cancel it when its first progress comes."""

    async def each(_: Progress) -> None:
        scope.cancel()
        await trio.lowlevel.checkpoint()

    with trio.fail_after(30), trio.CancelScope() as scope:
        await workers.call(ask(text), each)
    assert scope.cancelled_caught


async def test_a_worker_process_is_not_given_the_keys_of_providers(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "VIVAVOCE_SERVER_TOKEN", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "sk-planted")
    workers = await start()
    with pytest.raises(EngineFailed) as told:
        await workers.call(ask("environment"), nothing)
    names = set(str(told.value).split())
    assert {"PATH", "PYTHONPATH"} <= names
    assert not names & {"OPENAI_API_KEY", "VIVAVOCE_SERVER_TOKEN", "HTTPS_PROXY"}


async def test_what_native_code_prints_is_not_taken_for_a_reply(start: Start) -> None:
    workers = await start()
    assert await workers.call(ask("print"), nothing) == SpokenFrame()
    assert await workers.call(ask("print"), nothing) == SpokenFrame()


@pytest.mark.parametrize("text", ["heed", "flood"])
async def test_a_cancelled_call_leaves_its_process_fit_for_the_next(start: Start, text: str) -> None:
    workers = await start()
    before = workers.pids
    await cancelled_once_served(workers, text)
    heard: list[Progress] = []

    async def each(progress: Progress) -> None:
        heard.append(progress)

    assert await workers.call(ask(""), each) == SpokenFrame()
    assert heard == [SoundFrame(str(before[0]).encode())]


async def test_a_call_cancelled_while_its_request_is_written_leaves_the_process_fit(start: Start) -> None:
    workers = await start()
    before = workers.pids
    with trio.move_on_after(0) as scope:
        await workers.call(ask("x" * 5_000_000), nothing)
    assert scope.cancelled_caught
    assert await workers.call(ask(""), nothing) == SpokenFrame()
    assert workers.pids == before


async def test_a_process_that_does_not_heed_a_stop_is_killed_and_replaced(start: Start) -> None:
    workers = await start(grace=0.05)
    (before,) = workers.pids
    await cancelled_once_served(workers, "deaf")
    with trio.fail_after(30):
        assert await workers.call(ask(""), nothing) == SpokenFrame()
    assert workers.pids != (before,)
    assert not is_alive(before)
    assert lost() == {"the awkward engine": 0}, "it was ended on purpose"


async def test_a_call_that_passes_its_deadline_fails_and_the_next_works(start: Start) -> None:
    workers = await start(grace=0.05, deadline=0.5)
    with pytest.raises(EngineFailed, match=r"did not finish within 0\.5 seconds"):
        await workers.call(ask("deaf"), nothing)
    with trio.fail_after(30):
        while True:
            try:
                assert await workers.call(ask(""), nothing) == SpokenFrame()
                return
            except EngineFailed:  # the new process may need longer than this deadline to start
                continue


@pytest.mark.parametrize("text", ["die", "raise"])
async def test_a_process_that_dies_fails_its_call_and_the_next_works(start: Start, text: str) -> None:
    workers = await start()
    before = workers.pids
    with pytest.raises(EngineFailed, match="the awkward engine broke off"):
        await workers.call(ask(text), nothing)
    with trio.fail_after(30):
        assert await workers.call(ask(""), nothing) == SpokenFrame()
    assert workers.pids != before


async def test_a_process_killed_in_a_call_fails_it_and_the_next_works(start: Start) -> None:
    workers = await start()

    async def each(_: Progress) -> None:
        os.kill(workers.pids[0], getattr(signal, "SIGKILL", signal.SIGTERM))
        await trio.lowlevel.checkpoint()

    with trio.fail_after(30):
        with pytest.raises(EngineFailed, match="try again"):
            await workers.call(ask("deaf"), each)
        assert await workers.call(ask(""), nothing) == SpokenFrame()


async def test_a_process_that_dies_idle_is_replaced_without_failing_a_call(start: Start) -> None:
    workers = await start()
    (before,) = workers.pids
    assert lost() == {"the awkward engine": 0}, "a series that begins at 1 shows Prometheus no increase"
    os.kill(before, getattr(signal, "SIGKILL", signal.SIGTERM))
    with trio.fail_after(30):
        while workers.pids == (before,):
            await trio.lowlevel.checkpoint()
        assert await workers.call(ask(""), nothing) == SpokenFrame()
    assert lost() == {"the awkward engine": 1}


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be held there")
async def test_a_process_that_is_stopped_idle_is_replaced_before_a_call_finds_out(start: Start) -> None:
    workers = await start()
    (before,) = workers.pids
    os.kill(before, signal.SIGSTOP)
    with trio.fail_after(30):
        while workers.pids == (before,):
            await trio.lowlevel.checkpoint()
        assert await workers.call(ask(""), nothing) == SpokenFrame()
    assert not is_alive(before)


async def test_an_engine_that_works_in_silence_is_left_alone_and_one_that_sleeps_is_not(start: Start) -> None:
    workers = await start()
    (before,) = workers.pids
    with trio.fail_after(60):
        assert await workers.call(ask("toil"), nothing) == SpokenFrame()
        assert workers.pids == (before,)
        with pytest.raises(EngineFailed, match="broke off"):
            await workers.call(ask("deaf"), nothing)
        assert await workers.call(ask(""), nothing) == SpokenFrame()
    assert not is_alive(before)


async def test_two_processes_serve_two_calls_at_once(start: Start) -> None:
    workers = await start(count=2)
    served: set[int] = set()
    both = trio.Event()

    async def each(progress: Progress) -> None:
        assert isinstance(progress, SoundFrame)
        served.add(int(progress.samples))
        if len(served) == 2:
            both.set()
        await both.wait()  # neither call ends before both are served

    with trio.fail_after(30):
        async with trio.open_nursery() as calls:
            calls.start_soon(workers.call, ask(""), each)
            calls.start_soon(workers.call, ask(""), each)
    assert served == set(workers.pids)


async def test_errors_of_the_engine_arrive_as_what_they_are(start: Start) -> None:
    workers = await start()
    with pytest.raises(EngineFailed, match="no voice today"):
        await workers.call(ask("fail"), nothing)
    with pytest.raises(Undecodable, match="no such sound"):
        await workers.call(ask("refuse"), nothing)


async def test_a_request_that_is_too_long_is_refused_before_it_is_sent(start: Start) -> None:
    workers = await start()
    before = workers.pids
    with pytest.raises(EngineFailed, match="bytes are more than"):
        await workers.call(RecogniseFrame(bytes(MAX_FRAME)), nothing)
    assert await workers.call(ask(""), nothing) == SpokenFrame()
    assert workers.pids == before


async def test_an_exception_of_the_listener_passes_through_and_stops_the_work(start: Start) -> None:
    workers = await start()
    before = workers.pids

    async def each(_: Progress) -> None:
        await trio.lowlevel.checkpoint()
        raise ValueError("not wanted")

    with pytest.raises(ValueError, match="not wanted"):
        await workers.call(ask("heed"), each)
    assert await workers.call(ask(""), nothing) == SpokenFrame()
    assert workers.pids == before


async def test_no_process_is_left_after_the_end() -> None:
    workers = Workers(Plan(MODULE, "the awkward engine", 2))
    async with trio.open_nursery() as nursery:
        await nursery.start(workers.run)
        pids = workers.pids
        assert [is_alive(pid) for pid in pids] == [True, True]
        nursery.start_soon(workers.call, ask("deaf"), nothing)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert workers.pids == ()
    assert [is_alive(pid) for pid in pids] == [False, False]


async def test_an_engine_that_cannot_start_says_why() -> None:
    workers = Workers(Plan("tests.adapters.missing_child", "the missing engine"))
    with (
        trio.fail_after(30),
        pytest.raises(EngineFailed, match=r"the missing engine could not start: .*No module named"),
    ):
        await workers.run()
    assert lost() == {"the missing engine": 1}


async def test_while_no_process_comes_up_calls_fail_at_once(monkeypatch: pytest.MonkeyPatch, start: Start) -> None:
    workers = await start()
    monkeypatch.setattr(seat, "START_WITHIN", 0.0)
    with trio.fail_after(30):
        with pytest.raises(EngineFailed, match="broke off"):
            await workers.call(ask("die"), nothing)
        for _ in range(3):
            with pytest.raises(EngineFailed, match="cannot be started at the moment"):
                await workers.call(ask(""), nothing)


@pytest.mark.parametrize("how", ["broken", "garbage", "dead", "hung"])
async def test_calls_go_to_the_process_that_lives_while_the_other_cannot_start(
    how: str, tmp_path: Path, nursery: trio.Nursery
) -> None:
    said = tmp_path / "how"
    said.write_text("")
    workers = Workers(Plan(MODULE, "the awkward engine", 2, arguments=(str(said),)))
    with trio.fail_after(60):
        await nursery.start(workers.run)
        said.write_text(how)
        os.kill(workers.pids[0], getattr(signal, "SIGKILL", signal.SIGTERM))
        while len(workers.pids) > 1:
            await trio.lowlevel.checkpoint()
        (living,) = workers.pids
        heard: list[Progress] = []

        async def each(progress: Progress) -> None:
            heard.append(progress)

        for _ in range(10):
            assert await workers.call(ask(""), each) == SpokenFrame()
        assert heard == [SoundFrame(str(living).encode())] * 10


@pytest.mark.parametrize("busy", [b"", bytes(pack(ask("deaf")))])
async def test_a_process_ends_when_the_server_is_gone(busy: bytes) -> None:
    with trio.fail_after(30):
        ended = await trio.run_process(
            [sys.executable, "-m", MODULE], stdin=busy, capture_stdout=True, stderr=subprocess.DEVNULL
        )
    assert ended.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is not a signal to one process there")
async def test_ctrl_c_is_left_to_the_server(start: Start) -> None:
    workers = await start()
    before = workers.pids

    async def each(_: Progress) -> None:
        os.kill(before[0], signal.SIGINT)
        await trio.lowlevel.checkpoint()

    assert await workers.call(ask(""), each) == SpokenFrame()
    assert await workers.call(ask(""), nothing) == SpokenFrame()
    assert workers.pids == before


async def test_a_cancel_in_the_middle_of_a_reply_loses_nothing_of_it() -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    fake = SimpleNamespace(stdin=theirs, stdout=theirs, stderr=None, pid=1, returncode=None)
    child = process.Child(fake, Plan(MODULE, "the awkward engine"), lambda: None)  # type: ignore[arg-type]
    frame = bytes(pack(WordsFrame("good day")))
    await ours.send_all(frame[:7])
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(child.receive)
            await trio.testing.wait_all_tasks_blocked()
            scope.cancel()
    await ours.send_all(frame[7:])
    with trio.fail_after(5):
        assert await child.receive() == WordsFrame("good day")


async def test_a_machine_without_room_for_a_process_is_tried_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = await start()
    real, refused = process.spawn, trio.Event()

    async def refuse_once(plan: Plan) -> process.Child:
        if refused.is_set():
            return await real(plan)
        refused.set()
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(process, "spawn", refuse_once)
    (pid,) = workers.pids
    os.kill(pid, signal.SIGTERM)
    with trio.fail_after(30):
        await refused.wait()
        while True:
            try:
                assert await workers.call(ask("print"), nothing) == SpokenFrame()
                break
            except EngineFailed:
                await trio.sleep(0.05)


async def test_a_machine_without_room_for_a_process_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(plan: Plan) -> process.Child:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(process, "spawn", refuse)
    with pytest.raises(EngineFailed, match="Too many open files"):
        await Workers(Plan(MODULE, "the awkward engine")).run()
