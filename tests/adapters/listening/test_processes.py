"""The processes of what listens, with the real models: one start for many checks."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trio

from actors.ports.listening import FRAME_BYTES
from adapters.listening import rounds as rounds_module
from adapters.listening import smartturn, smartturn_child
from adapters.listening.detector import DetectorStream, SpeechDetector
from adapters.listening.smartturn import SmartTurn
from tests.adapters.listening import sounds

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def said() -> bytes:
    """A sentence."""
    return sounds.speech()


@pytest.fixture(scope="module")
def half() -> bytes:
    """Half of one."""
    return sounds.speech(sounds.HALF)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is late because the machine is busy."""
    monkeypatch.setattr(rounds_module, "LATE", 2.0)
    monkeypatch.setattr(rounds_module, "STARTING", 20.0)
    monkeypatch.setattr(smartturn, "WITHIN", 20.0)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what only the process can bring about."""
    while not is_so():  # noqa: ASYNC110 - nobody is told
        await trio.sleep(0.05)


async def judge(stream: DetectorStream, samples: bytes, frames: int = 3) -> list[float]:
    """All probabilities, asked for so many frames at a time."""
    found: list[float] = []
    for at in range(0, len(samples), frames * FRAME_BYTES):
        found += await stream.judge(samples[at : at + frames * FRAME_BYTES])
    return found


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system stops no processes")
async def test_speech_is_heard_until_the_process_is_killed_and_again_afterwards(
    nursery: trio.Nursery, said: bytes
) -> None:
    detector = SpeechDetector(sounds.silero())
    rounds = detector.rounds
    assert rounds is not None
    await nursery.start(detector.run)
    assert not rounds.pids, "nobody listens yet"
    with trio.fail_after(60):
        async with detector.open() as first, detector.open() as second, detector.open() as third:
            found: dict[str, list[float]] = {}

            async def one(name: str, stream: DetectorStream, samples: bytes, frames: int) -> None:
                found[name] = await judge(stream, samples, frames)

            async with trio.open_nursery() as asking:
                asking.start_soon(one, "speech", first, said, 3)
                asking.start_soon(one, "the same", second, said, 5)
                asking.start_soon(one, "hiss", third, sounds.noise(2.0), 2)
            assert np.mean(np.array(found["speech"]) > 0.5) > 0.7
            assert np.abs(np.array(found["speech"]) - found["the same"]).max() < 1e-3
            assert max(found["hiss"]) < 0.3
            assert (rounds.held, detector.counts.engine) == (3, "silero")

            for how in (signal.SIGKILL, signal.SIGSTOP):
                (pid,) = rounds.pids
                os.kill(pid, how)
                assert len(await judge(first, said)) == len(said) // FRAME_BYTES
                assert how == signal.SIGKILL or detector.counts.engine == "webrtc", (
                    "it has hung, and is not yet replaced"
                )
                await until(lambda: detector.counts.engine == "silero")
                assert max(await judge(first, said)) > 0.5
        async with detector.open() as last:
            await last.judge(bytes(FRAME_BYTES))
            await trio.sleep(0.02)
            await last.judge(bytes(FRAME_BYTES))
            assert rounds.held == 1, "what has ended is forgotten there"


async def test_a_model_that_cannot_be_read_leaves_nobody_deaf(nursery: trio.Nursery, tmp_path: Path) -> None:
    file = tmp_path / "model"
    file.write_text("no model")
    detector = SpeechDetector(file)
    await nursery.start(detector.run)
    with trio.fail_after(30):
        async with detector.open() as stream:
            assert await stream.judge(bytes(2 * FRAME_BYTES)) == (0.0, 0.0)
            assert detector.counts.engine == "webrtc"


async def test_the_end_of_a_sentence_is_told_from_its_middle(nursery: trio.Nursery, said: bytes, half: bytes) -> None:
    turn_end = SmartTurn(sounds.smart_turn())
    await nursery.start(turn_end.run)
    assert not turn_end.pids
    turn_end.prepare()
    with trio.fail_after(60):
        await until(lambda: bool(turn_end.pids))
        whole = await turn_end.judge(said + sounds.silence(0.4))
        broken_off = await turn_end.judge(half + sounds.silence(0.4))
        assert whole is not None
        assert broken_off is not None
        assert whole > 0.8
        assert broken_off < 0.3
        (pid,) = turn_end.pids
        if os.name == "posix":
            assert os.getpriority(os.PRIO_PROCESS, pid) - os.getpriority(os.PRIO_PROCESS, 0) == smartturn_child.NICENESS
        os.kill(pid, signal.SIGKILL)
        assert await turn_end.judge(said) is None
        assert (turn_end.counts.asked, turn_end.counts.answered, turn_end.counts.unknown) == (3, 2, 1)
