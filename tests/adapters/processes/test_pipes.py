"""The pipes of a worker process: what goes without a change of tasks, and what the pipe does not take at once."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
import trio

from adapters.processes import process
from adapters.processes.frames import Progress, SpokenFrame, SynthesiseFrame, WordsFrame, pack
from adapters.processes.process import Plan
from adapters.processes.worker import Workers, nothing

MODULE = "tests.adapters.processes.awkward_child"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes have no descriptors there")


def child_on(stdin: int, stdout: int) -> process.Child:
    """The server's side of a process that is not there."""
    ends = [trio.lowlevel.FdStream(number) for number in (stdin, stdout)]
    fake = SimpleNamespace(stdin=ends[0], stdout=ends[1], stderr=None, pid=1, returncode=None, kill=lambda: None)
    return process.Child(fake, Plan(MODULE, "the awkward engine"), lambda: None)  # type: ignore[arg-type]


async def test_what_fits_is_in_the_pipe_at_once_and_the_rest_follows_in_order(nursery: trio.Nursery) -> None:
    incoming, stdin = os.pipe()
    stdout, answering = os.pipe()
    child = child_on(stdin, stdout)
    frames = [pack(WordsFrame(letter * size)) for letter, size in (("a", 9), ("b", 300_000), ("c", 9))]
    child._send(frames[0])
    assert os.read(incoming, 1_000) == frames[0]
    child._send(frames[1])
    child._send(frames[2])
    with pytest.raises(trio.WouldBlock):
        child._send(frames[2])
    nursery.start_soon(child.write)
    read = b""
    async with trio.lowlevel.FdStream(incoming) as reader:
        while len(read) < len(frames[1]) + len(frames[2]):
            read += await reader.receive_some()
    assert read == frames[1] + frames[2]
    await trio.testing.wait_all_tasks_blocked()
    os.write(answering, pack(WordsFrame("heard")))
    os.close(answering)
    assert await child.receive() == WordsFrame("heard")
    with pytest.raises(process.Gone, match="closed"):
        await child.receive()


async def test_a_process_that_does_not_read_any_more_is_killed_and_one_that_hangs_has_its_pipe_closed(
    nursery: trio.Nursery,
) -> None:
    incoming, stdin = os.pipe()
    stdout, answering = os.pipe()
    child = child_on(stdin, stdout)
    os.close(incoming)
    child._send(pack(WordsFrame("is anybody there?")))
    assert not child.is_fit

    async def close() -> None:
        await trio.testing.wait_all_tasks_blocked()
        await trio.aclose_forcefully(child._stdout)

    nursery.start_soon(close)
    for _ in range(2):
        with pytest.raises(process.Gone):
            await child.receive()
    os.close(answering)


async def test_a_brief_engine_answers_stop_after_its_call_and_serves_on(tmp_path: Path, nursery: trio.Nursery) -> None:
    how = tmp_path / "how"
    how.write_text("brief")
    workers = Workers(Plan(MODULE, "the awkward engine", grace=20.0, arguments=(str(how),)))
    await nursery.start(workers.run)
    before = workers.pids
    with trio.fail_after(30), trio.CancelScope() as scope:

        async def leave(_: Progress) -> None:
            scope.cancel()

        await workers.call(SynthesiseFrame("nap", "", 0), leave)
    assert scope.cancelled_caught
    assert await workers.call(SynthesiseFrame("x" * 200_000, "", 0), nothing) == SpokenFrame()
    assert workers.pids == before
