"""Onset to held: how soon an answer goes down when somebody speaks, where hundreds of microphones are open.

All sessions stream noise, 96 ms at a time, and some of them have a conversation: each says the same half second while
the last answer plays, again and again. Measured is from the chunk with which 96 ms of it are complete, on its way, to
`response.held`, as it is received. The server is alone on its core; the worker process and the load share the other.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from actors.ports.listening import FRAME, RATE
from adapters.listening import models
from adapters.listening.silero import SileroNetwork, SileroStreams
from adapters.listening.weights import read_weights
from bench import echosounds, exchange
from bench.load import QUIET, abreast, configure, settled_memory
from bench.process import OURS, Process, running, take_realtime
from bench.speaking import TICK
from bench.wire import Socket, frame

CHUNK = 3 * FRAME
"""Samples that come together."""
STEP = CHUNK / RATE
SPOKEN = 6
"""Chunks of speech, of which the first is 96 ms of speech by itself."""
TURN = 32
"""Chunks from one onset to the next: 3 s, in which the answer begins and is known to be no echo."""
WARM = 20
"""Sessions that listen and leave before memory is read."""
_NOISES = 16
"""Chunks of noise that differ."""
_HELD = b'42["response.held"'
_SPEAKS = b'42["response.started"'


class Onsets(msgspec.Struct, frozen=True):
    """What was measured: ms from onset to held; ms of processor time for a second of listening; kB a session.

    `missed`: onsets that nothing came of while the answer was due to play. `memory_idle`: before its first chunk.
    `load`: the share of its core that the load used.
    """

    onsets: int
    missed: int
    median: float
    p95: float
    p99: float
    server: float
    worker: float
    memory_idle: float
    memory_listening: float
    load: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--model", type=Path, help="Silero's file, in the place of the one that was fetched")
    parser.add_argument("--sessions", type=int, nargs="+", default=(200,), help="that listen")
    parser.add_argument("--speakers", type=int, default=20, help="of them, who are answered and interrupt")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each round")
    parser.add_argument(
        "--echo", choices=("auto", "off"), default="auto", help="whether the answer's echo is looked for"
    )


def run(core: int, rounds: int, arguments: argparse.Namespace) -> None:
    """Measure each number of sessions so often, and print it. Raises FileNotFoundError without a model."""
    file = arguments.model or models.voice_activity_model()
    if file is None:
        raise FileNotFoundError(f"no model of voice activity; {models.HOW}")
    sound = OnsetSound(file)
    print("" if take_realtime() else "without real-time priority: what else the machine does is measured too")
    for sessions in arguments.sessions:
        for _ in range(rounds):
            with running(OURS, core, f"--listening={file}") as server:
                load = OnsetLoad(server, sound, min(arguments.speakers, sessions), arguments.echo)
                print(f"{sessions:>6} sessions: {asyncio.run(load.measure(sessions, arguments.seconds))}", flush=True)


class OnsetSound:
    """Frames of WebSocket that are ready: chunks of noise, and of speech whose first one is an onset by itself.

    Raises ValueError where it is not, by the model that the server has.
    """

    def __init__(self, model: Path) -> None:
        hiss = np.random.default_rng(3).normal(0, 30, _NOISES * CHUNK).astype("<i2")
        said = (echosounds.voices().users[0][: SPOKEN * CHUNK] * 32_768).clip(-32_768, 32_767).astype("<i2")
        heard = np.concatenate([hiss, said])
        streams = SileroStreams(SileroNetwork(read_weights(model)))
        found = streams.judge((1,), (len(heard) // FRAME,), heard.tobytes())
        quiet, onset = found[: len(hiss) // FRAME], found[len(hiss) // FRAME :][:3]
        if quiet.max() > 0.5 or onset.min() < 0.6:
            raise ValueError(f"the model does not hear the onset: {onset}")
        self.noise, self.speech = _chunks(hiss), _chunks(said)


def _chunks(samples: np.typing.NDArray[np.int16]) -> list[bytes]:
    parts = samples.reshape(-1, CHUNK)
    return [b"".join(map(frame, exchange.append(part.tobytes(), is_base64=False))) for part in parts]


class Talker(Socket):
    """A client that notes when its answer begins, and is held."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[float] = []
        self.answers = 0

    def _note(self, beginning: bytes) -> None:
        if beginning.startswith(_HELD):
            self.held.append(time.perf_counter())
        elif beginning.startswith(_SPEAKS):
            self.answers += 1
        super()._note(beginning)


class OnsetLoad:
    """The sessions of one server."""

    def __init__(self, server: Process, sound: OnsetSound, speakers: int, echo: str) -> None:
        self._server = server
        self._sound = sound
        self._speakers = speakers
        detection = {"type": "server_vad", "echo": echo}
        tts = {"audioFormat": "pcm16", "isBase64": False, "voice": exchange.TALK}
        configuration = {"STT": {"mediaFormat": "pcm16"}, "TTS": tts, "turnDetection": detection}
        self._update = exchange.event("session.update", configuration)
        self._onsets: list[list[float]] = []

    async def measure(self, sessions: int, seconds: float) -> Onsets:
        """Measure so many sessions for so long. Raises TimeoutError, RuntimeError. Cancelling leaves sockets open."""
        warm = await abreast(WARM, self._open)
        await self._stream(warm, TURN * STEP, speaking=False)
        self._part_worker()
        await asyncio.gather(*[talker.close() for talker in warm])
        await asyncio.sleep(QUIET)
        before = await settled_memory(self._server)
        talkers = await abreast(sessions, self._open)
        idle = await settled_memory(self._server)
        self._onsets = [[] for _ in talkers]
        await self._stream(talkers, 2 * TURN * STEP, speaking=False)
        listening = self._server.memory()
        if not all(talker.answers for talker in talkers[: self._speakers]):
            await self._stream(talkers, 2 * TURN * STEP, speaking=True)
        for talker, onsets in zip(talkers, self._onsets, strict=True):
            talker.held.clear()
            onsets.clear()
        used = self._server.processor_seconds(), self._server.workers_seconds(), time.process_time(), time.monotonic()
        await self._stream(talkers, seconds, speaking=True)
        server, worker = self._server.processor_seconds() - used[0], self._server.workers_seconds() - used[1]
        share = (time.process_time() - used[2]) / (time.monotonic() - used[3])
        await asyncio.sleep(1)
        for talker in talkers:
            talker.abort()
        waits, missed = self._waits(talkers)
        listened = sessions * seconds / 1_000
        median, p95, p99 = (round(float(each), 1) for each in np.percentile(waits, (50, 95, 99)) * 1e3)
        return Onsets(
            onsets=len(waits),
            missed=missed,
            median=median,
            p95=p95,
            p99=p99,
            server=round(server / listened, 2),
            worker=round(worker / listened, 2),
            memory_idle=round((idle - before) / sessions / 1e3, 1),
            memory_listening=round((listening - before) / sessions / 1e3, 1),
            load=round(share, 2),
        )

    async def _open(self) -> Talker:
        talker = await Talker.connect(self._server.port, '{"holds":true}')
        await configure(talker, self._update)
        return talker

    def _part_worker(self) -> None:
        """Have the server's worker processes beside the load."""
        for pid in self._server.children():
            os.sched_setaffinity(pid, os.sched_getaffinity(0))

    async def _stream(self, talkers: Sequence[Talker], seconds: float, *, speaking: bool) -> None:
        """All stream, spread evenly over a step; those who speak do it in turn."""
        begin, step, sent = time.monotonic(), STEP / len(talkers), 0
        count = round(seconds / STEP) * len(talkers)
        while sent < count:
            due = min(count, int((time.monotonic() - begin) / step) + 1)
            for number in range(sent, due):
                at, who = divmod(number, len(talkers))
                self._send(talkers[who], who, at, speaking=speaking and who < self._speakers)
            sent = due
            await asyncio.sleep(TICK)

    def _send(self, talker: Talker, who: int, at: int, *, speaking: bool) -> None:
        spoken = (at + who * TURN // max(self._speakers, 1)) % TURN
        if not speaking or spoken >= SPOKEN:
            talker.write(self._sound.noise[(at + who) % _NOISES])
            return
        if spoken == 0:
            self._onsets[who].append(time.perf_counter())
        talker.write(self._sound.speech[spoken])

    def _waits(self, talkers: Sequence[Talker]) -> tuple[list[float], int]:
        """Seconds from each onset to what came of it before the next, and how many onsets nothing came of."""
        waits, missed = [], 0
        for talker, onsets in zip(talkers, self._onsets, strict=True):
            for onset in onsets:
                held = next((each for each in talker.held if onset <= each < onset + TURN * STEP), None)
                if held is None:
                    missed += 1
                else:
                    waits.append(held - onset)
        if not waits:
            raise RuntimeError("no answer was held")
        return waits, missed
