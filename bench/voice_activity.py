"""Voice activity: processor time for a second of listening, in the process and in the server, and how long it waits.

Each session is a task that brings 100 ms of sound ten times a second. What the tasks cost without an engine is measured
in the same run, and taken off. Linux only, for the sake of processor clocks of other processes.
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import trio

from actors.ports.listening import FRAME, FRAME_BYTES, RATE, VoiceStream
from adapters.listening import models
from adapters.listening.detector import SpeechDetector
from adapters.listening.silero import CONTEXT, SEEN, STATE, Floats, SileroNetwork
from adapters.listening.weights import read_weights
from adapters.processes.process import QUIET

SESSIONS = (1, 20, 200)
SHAPES = ((1, 1), (1, 3), (16, 3), (200, 1))
"""Streams, and frames of each, of the calls of which the network alone is measured."""
CHUNK = FRAME * 3
"""Samples that come together: 96 ms, so that there are always as many frames."""
_KERNEL_SECONDS = 0.3
_SLOTS = 64
"""Chunks of noise that differ."""


class ListeningCost(msgspec.Struct, frozen=True):
    """Milliseconds of processor time for each second that a session listens, and the waits for answers, in ms.

    `frames`: in each round on average.
    """

    worker: float
    server: float
    wait_median: float
    wait_p99: float
    frames: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--model", type=Path, help="Silero's file, in the place of the one that was fetched")
    parser.add_argument("--sessions", type=int, nargs="+", default=SESSIONS)
    parser.add_argument("--seconds", type=float, default=5.0, help="of listening, in each round")


def run(model: Path | None, sessions: Sequence[int], seconds: float, rounds: int) -> None:
    """Measure the network, and listening as a whole, and print both. Raises FileNotFoundError without a model."""
    file = model or models.voice_activity_model()
    if file is None:
        raise FileNotFoundError(f"no model of voice activity; {models.HOW}")
    print("the network alone: ms of processor time a frame, the best of some")
    for streams, frames in SHAPES:
        ways = {"numpy": _by_numpy(file, streams, frames), "onnxruntime": _by_onnxruntime(file, streams, frames)}
        costs = (f"{name} {_cost(call) / streams / frames:.4f}" for name, call in ways.items() if call is not None)
        print(f"{streams:>6} streams, {frames} frames each: {', '.join(costs)}", flush=True)
    print("ms of processor time for each second of listening; waits in ms")
    for count in (*sessions,) * rounds:
        print(f"{count:>6} sessions: {trio.run(measure, file, count, seconds)}", flush=True)


# ---- the network


def _noise(frames: int, samples: int) -> Floats:
    return np.random.default_rng(1).normal(0, 0.1, (frames, samples)).astype(np.float32)


def _by_numpy(file: Path, streams: int, frames: int) -> Callable[[], object]:
    network, noise = SileroNetwork(read_weights(file)), _noise(streams * frames, SEEN)
    state = np.zeros((streams, STATE), np.float32)

    def call() -> None:
        given = network.encode(noise)
        for at in range(0, len(given), streams):
            network.finish(network.step(given[at : at + streams], state, state)[0])

    return call


def _by_onnxruntime(file: Path, streams: int, frames: int) -> Callable[[], object] | None:
    """None where it is not installed, or the file is not for it."""
    os.environ.update(QUIET)
    try:
        import onnxruntime
    except ImportError:
        return None
    if file.suffix != ".onnx":
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session: Any = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    state = np.zeros((2, streams, STATE), np.float32)
    given = {"input": _noise(streams, CONTEXT + FRAME), "state": state, "sr": np.array(RATE, np.int64)}

    def call() -> None:
        for _ in range(frames):
            session.run(None, given)

    return call


def _cost(call: Callable[[], object]) -> float:
    """Milliseconds of processor time of a call: the least of some."""
    call()
    costs: list[float] = []
    until = time.perf_counter() + _KERNEL_SECONDS
    while time.perf_counter() < until or not costs:
        before = time.process_time()
        call()
        costs.append(time.process_time() - before)
    return min(costs) * 1_000


# ---- all of it


async def measure(file: Path, sessions: int, seconds: float) -> ListeningCost:
    """The cost of so many sessions at once. Cancelling ends it, and its process."""
    activity = SpeechDetector(file)
    rounds = activity.rounds
    assert rounds is not None
    async with trio.open_nursery() as nursery:
        await nursery.start(activity.run)
        async with activity.open() as first:
            await first.judge(bytes(FRAME_BYTES))  # starts the process
            idle, _ = await _own(partial(_listen, None, sessions, seconds))
            (pid,) = rounds.pids
            worked, done = _worked(pid), rounds.done
            server, waits = await _own(partial(_listen, activity, sessions, seconds))
            worker, done = _worked(pid) - worked, rounds.done - done
        nursery.cancel_scope.cancel()
    if activity.counts.changes:
        raise TimeoutError("answers were late: this machine is too busy to measure")
    listened = sessions * seconds / 1_000
    waits.sort()
    return ListeningCost(
        round(worker / listened, 2),
        round((server - idle) / listened, 2),
        round(waits[len(waits) // 2] * 1_000, 1),
        round(waits[len(waits) * 99 // 100] * 1_000, 1),
        round(len(waits) * CHUNK / FRAME / done, 1),
    )


async def _own(work: Callable[[], Any]) -> tuple[float, list[float]]:
    """Processor seconds of this process over it, and what it returns."""
    before = time.process_time()
    waits = await work()
    return time.process_time() - before, waits


async def _listen(activity: SpeechDetector | None, sessions: int, seconds: float) -> list[float]:
    """Have the sessions speak, each in its own time; how long each answer took. Without an engine nothing is asked."""
    waits: list[float] = []
    noise = np.random.default_rng(2).normal(0, 2_000, _SLOTS * CHUNK).astype("<i2").tobytes()
    chunks = [noise[at * 2 * CHUNK : (at + 1) * 2 * CHUNK] for at in range(_SLOTS)]
    step = CHUNK / RATE

    async def speak(number: int, stream: VoiceStream | None) -> None:
        due = trio.current_time() + step * number / sessions
        for at in range(round(seconds / step)):
            await trio.sleep_until(due + at * step)
            begun = trio.current_time()
            if stream is not None:
                await stream.judge(chunks[(number + at) % _SLOTS])
            waits.append(trio.current_time() - begun)

    async def one(number: int) -> None:
        if activity is None:
            await speak(number, None)
        else:
            async with activity.open() as stream:
                await speak(number, stream)

    async with trio.open_nursery() as nursery:
        for number in range(sessions):
            nursery.start_soon(one, number)
    return waits


def _worked(pid: int) -> float:
    """Processor seconds of another process: its clock's number is what clock_getcpuclockid(3) makes of its id."""
    return time.clock_gettime(~pid << 3 | 2)
