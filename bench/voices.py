"""The embedded voices: processor time and memory, and the first sound of ten words, one and two speakers at once."""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import trio

from actors.ports.calls import Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.process import Plan
from adapters.vendors.embedded import voices
from adapters.vendors.embedded.declaration import ESPEAK, JOE, KOKORO
from adapters.vendors.embedded.espeak import EspeakSpeech
from adapters.vendors.embedded.tts import VoiceModel
from adapters.voices import kokoro
from adapters.voices.kokoro import KokoroEngine
from adapters.voices.pipervoice import PiperVoiceEngine

TEN = "The museum opens at nine, and the tour starts soon after."
THIRTY = (
    "Welcome to our museum. On the ground floor you will find the old masters, upstairs there are the modern painters, "
    "and the cafe next to the entrance serves coffee and cake until six."
)
_LOADING = 60.0
_TICK = os.sysconf("SC_CLK_TCK")


class VoiceCost(msgspec.Struct, frozen=True):
    """Seconds and megabytes: `first_*` of ten words until their first sound, in processor and in wall time.

    `a_second_of_sound`: processor time of thirty words; `two_at_once`: wall time until both have their first sound.
    """

    ready_cpu: float
    idle_mb: float
    first_cpu: float
    first_wall: float
    a_second_of_sound: float
    two_at_once: float
    spoken_mb: float


def installed() -> dict[str, Callable[[], VoiceModel]]:
    """The voices that can be measured here."""
    plan = partial(Plan, "", count=2, grace=5.0, deadline=300.0)
    found: dict[str, Callable[[], VoiceModel]] = {ESPEAK: lambda: EspeakSpeech(2)}
    if file := voices.joe():
        found[JOE] = lambda: PiperVoiceEngine(file, plan(title=JOE), sha256=voices.JOE_SHA256)
    if kokoro.parts() and kokoro.voices():
        found[KOKORO] = lambda: KokoroEngine(kokoro.parts(), kokoro.voices(), plan(title=KOKORO))
    return found


def measure(make: Callable[[], VoiceModel]) -> VoiceCost:
    """The costs of a voice. Linux only, for the sake of /proc."""
    return trio.run(_measure, make)


async def _measure(make: Callable[[], VoiceModel]) -> VoiceCost:
    engine = make()
    async with trio.open_nursery() as nursery:
        with trio.fail_after(_LOADING):
            await nursery.start(engine.run)
        ready = _processor(engine)
        await _speak(engine, "One.")  # the first call of a model is slower
        await _speak(engine, "One.")
        idle = _megabytes(engine)
        first_cpu, first_wall, _ = await _speak(engine, TEN)
        middle = _processor(engine)
        _, _, seconds = await _speak(engine, THIRTY)
        spent = _processor(engine) - middle
        two = await _two(engine)
        spoken = _megabytes(engine)
        nursery.cancel_scope.cancel()
    return VoiceCost(ready, idle, first_cpu, first_wall, spent / seconds, two, spoken)


async def _speak(engine: VoiceModel, text: str) -> tuple[float, float, float]:
    """Processor and wall time until the first sound, and the seconds of the sound."""
    began, before = time.perf_counter(), _processor(engine)
    first = (0.0, 0.0)
    seconds = 0.0

    async def sound(clip: Clip | Retraction) -> None:
        nonlocal first, seconds
        assert isinstance(clip, Clip)
        if not seconds:
            first = (_processor(engine) - before, time.perf_counter() - began)
        seconds += len(clip.data) / 2 / clip.format.rate

    await engine.synthesise(Speech(text, "", "", "en-US", "unspecified", 1.0, stream=True), sound)
    return (*first, seconds)


async def _two(engine: VoiceModel) -> float:
    firsts: list[float] = []

    async def one() -> None:
        firsts.append((await _speak(engine, TEN))[1])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(one)
        nursery.start_soon(one)
    return max(firsts)


def _processor(engine: VoiceModel) -> float:
    """Processor time of its processes so far, in seconds."""
    return sum(_ticks(pid) for pid in engine.pids) / _TICK


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _megabytes(engine: VoiceModel) -> float:
    """Proportional set size of the first process."""
    for line in Path(f"/proc/{engine.pids[0]}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1_024 / 1e6
    raise LookupError("the kernel does not report the proportional set size")
