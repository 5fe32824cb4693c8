"""The cost of sound: processor time of server and codec for each second of it, decoded, encoded, and passed through."""

import os
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import trio

from actors.ports.sound import Clip, Target
from adapters.codec.codec import AudioCodec
from protocol.audioformat import AudioFormat
from tests.adapters.codec.sounds import WRITERS, voice, written

SECONDS = 20.0
"""Of sound, in each run of a measurement."""
CHUNK = 0.1
"""Seconds between two chunks, as a microphone sends them and a synthesiser may."""
_TICK = os.sysconf("SC_CLK_TCK")
Run = Callable[[], Awaitable[object]]


def measure(runs: int) -> None:
    """Measure everything, so often, and print it."""
    print(f"ms of processor time for each second of sound, in chunks of {CHUNK:g} s: server + codec")
    trio.run(_measure, runs)


async def _measure(runs: int) -> None:
    codec = AudioCodec()
    async with trio.open_nursery() as nursery:
        await nursery.start(codec.run)
        for name, run in _measurements(codec):
            server, processes = await _cost(codec, run, runs)
            print(f"{name:>32} {server + processes:6.2f} = {server:5.2f} + {processes:5.2f}", flush=True)
        nursery.cancel_scope.cancel()


def _measurements(codec: AudioCodec) -> Iterator[tuple[str, Run]]:
    for rate in (16_000, 48_000):
        source, data = AudioFormat("pcm16", rate), voice(rate, SECONDS)
        yield f"{source} decoded", partial(_decode, codec, source, data)
    for name in WRITERS:
        source, data = AudioFormat(name), written(name, SECONDS, "mono")
        yield f"{source} decoded", partial(_decode, codec, source, data)
        yield f"{source} decoded whole", partial(codec.decode, Clip(data, source), 16_000)
    pcm24, pcm22 = AudioFormat("pcm16", 24_000), AudioFormat("pcm16", 22_050)
    mp3, opus, wav = AudioFormat("mp3"), AudioFormat("opus"), AudioFormat("wav")
    made: tuple[tuple[AudioFormat, tuple[AudioFormat, ...]], ...] = (
        *((source, (target,)) for source in (pcm24, pcm22) for target in (pcm24, wav, mp3, opus)),
        (pcm24, (mp3, opus, wav)),
        (mp3, (mp3,)),
        (opus, (opus,)),
        (mp3, (wav,)),
        (mp3, (opus,)),
        (opus, (mp3,)),
    )
    for source, targets in made:
        data = voice(source.rate, SECONDS) if source.rate else written(source.name, SECONDS, "mono")
        names = ", ".join(map(str, targets))
        yield f"{source} to {names}", partial(_encode, codec, source, data, frozenset(map(Target, targets)))


def _chunks(data: bytes) -> Iterator[bytes]:
    size = int(len(data) * CHUNK / SECONDS)
    return (data[start : start + size] for start in range(0, len(data), size))


async def _decode(codec: AudioCodec, source: AudioFormat, data: bytes) -> None:
    async with codec.decoding(source, 16_000) as decoding:
        for chunk in _chunks(data):
            await decoding.push(chunk)
        await decoding.finish()


async def _encode(codec: AudioCodec, source: AudioFormat, data: bytes, targets: frozenset[Target]) -> None:
    async with codec.encoding(source, targets) as encoding:
        for chunk in _chunks(data):
            await encoding.push(chunk)
        await encoding.finish()
        assert not encoding.failures, encoding.failures


async def _cost(codec: AudioCodec, run: Run, runs: int) -> tuple[float, float]:
    """Milliseconds for each second of sound: of this process, which stands for the server, and of the codec's."""
    await run()
    server, processes = time.process_time(), _spent(codec)
    for _ in range(runs):
        await run()
    share = 1_000 / runs / SECONDS
    return (time.process_time() - server) * share, (_spent(codec) - processes) * share


def _spent(codec: AudioCodec) -> float:
    """Seconds of processor time that the codec's processes have used. Source: proc(5), `/proc/pid/stat`."""
    fields = [
        Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in (*codec.pids, *codec.stream_pids)
    ]
    return sum(int(user) + int(system) for *_, user, system in (field[:13] for field in fields)) / _TICK
