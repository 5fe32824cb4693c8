"""The judge of echo, over voices in rooms: self-interruptions, interruptions that are kept, and when it knows a path.

An answer of 12 s is heard through a loudspeaker in each room, once alone and once with a user who talks over it three
times. As the worst case, every frame of 10 ms is taken for a voice: an interruption is 100 ms in a row that exceed the
echo. The reference jitters by 30 ms against the microphone in half of the rooms, over some seconds.
"""

import time

import msgspec
import numpy as np

from actors.ports.sound import BANDS
from adapters.listening.echo import ONSET, EchoJudge
from adapters.listening.envelopes import envelope
from bench import echosounds
from bench.echosounds import RATE, SPEECH, Samples, Voices

ROOMS = 36
LEVELS = (0.0, -6.0, -12.0, -20.0, None)
"""dB of the echo against the user's speech; None: headphones."""
_LEAD, _SECONDS = 1.5, 12.0
_NOISES = (-25.0, -35.0, -45.0)
"""dB against the user's speech."""
_RUN, _SOON, _LATE = 10, 30, 60
"""Frames of speech that interrupt, and within how many of its onset it counts as kept soon, and late."""
_LEARNED = 5
"""The first second in which users speak: by then the judge has had an answer's beginning."""


class EchoResult(msgspec.Struct):
    """What came of the rooms of one level. Seconds of the paths count from the first sound of the echo."""

    selves: int = 0
    users: int = 0
    soon: int = 0
    late: int = 0
    found: list[float] = msgspec.field(default_factory=list)
    wrong: int = 0
    undecided: list[float] = msgspec.field(default_factory=list)
    cost: float = 0.0
    seconds: float = 0.0


def measure(rooms: int, seed: int) -> None:
    """Measure all levels in so many rooms, and print them."""
    voices = echosounds.voices()
    print("  echo   self-       kept within    path known after   undecided  wrong  ms of judge  ms of envelopes")
    print("   dB  interrupted  0.3 s    0.6 s    median    longest   longest   delay  for 1 s      for 1 s")
    for level in LEVELS:
        result = EchoResult()
        for room in range(seed, seed + rooms):
            _judge_room(np.random.default_rng(room), voices, level, room, result)
        known = (float(np.median(result.found)), max(result.found)) if result.found else (np.nan, np.nan)
        print(
            f"{'none' if level is None else f'{level:g}':>6} {result.selves:>6} of {rooms}"
            f"{result.soon / result.users:>9.0%}{result.late / result.users:>9.0%}{known[0]:>9.2f} s{known[1]:>9.2f} s"
            f"{max(result.undecided):>9.2f} s{result.wrong:>7}"
            f"{result.cost / result.seconds * 1e3:>11.2f}{_envelopes(voices):>14.2f}",
            flush=True,
        )


def _judge_room(
    random: np.random.Generator, voices: Voices, level: float | None, room: int, result: EchoResult
) -> None:
    delay = float(random.uniform(0.05, 0.8))
    size = int((_LEAD + _SECONDS + 1) * RATE)
    played = np.zeros(size)
    answer = np.concatenate([voices.avatar[at] for at in random.permutation(len(voices.avatar))])
    played[int(_LEAD * RATE) :][: int(_SECONDS * RATE)] = np.resize(answer, int(_SECONDS * RATE))
    alone = echosounds.noise(random, size, SPEECH + _NOISES[room % 3])
    if level is not None:
        alone += echosounds.echo(random, played, delay, SPEECH + level)
    onsets = [_LEARNED + 3 * turn + float(random.uniform(0, 1)) for turn in range(3)]
    both = alone.copy()
    for turn, onset in enumerate(onsets):
        user = voices.users[(room * 3 + turn) % len(voices.users)][: size - int(onset * RATE)]
        both[int(onset * RATE) :][: len(user)] += user
    shift = np.rint(3 * np.sin(np.arange(size // 160) / random.uniform(100, 300))).astype(int) * (room % 2)
    reference = np.frombuffer(envelope(echosounds.packed(played), RATE), np.uint8).reshape(-1, BANDS)
    reference = reference[np.clip(np.arange(len(reference)) + shift[: len(reference)], 0, len(reference) - 1)]
    judged = _judged(alone, reference.tobytes(), result, delay if level is not None else None)
    if level is not None:
        result.selves += bool(_interruptions(judged, 0, len(judged)))
    judged = _judged(both, reference.tobytes(), None, None)
    result.users += len(onsets)
    for onset in onsets:
        found = _interruptions(judged, int(onset * 100), int(onset * 100) + _LATE)
        result.late += bool(found)
        result.soon += bool(found) and found[0] < int(onset * 100) + _SOON


def _judged(heard: Samples, reference: bytes, result: EchoResult | None, delay: float | None) -> list[float | None]:
    """The judgements, but for where nothing plays."""
    judge, judged, known = EchoJudge(), list[float | None](), 0
    microphone = envelope(echosounds.packed(heard), RATE)
    began = time.process_time()
    for start in range(0, len(microphone), 10 * BANDS):
        judged += judge.push(microphone[start : start + 10 * BANDS], reference[start : start + 10 * BANDS])
        known = known or (len(judged) if judge.path else 0)
        judge.freeze(all(one is not None and ONSET <= one < np.inf for one in judged[-10:]))
    if result is not None:
        result.cost += time.process_time() - began
        result.seconds += _SECONDS
        sounds = int((_LEAD + (delay or 0)) * 100)
        result.undecided.append(judged[sounds:].count(None) / 100)
        if delay is not None and known:
            result.found.append(known / 100 - _LEAD - delay)
            result.wrong += judge.path is None or abs(judge.path[0] / 1_000 - delay) > 0.05
        else:
            result.wrong += judge.path is not None or delay is not None
    first, last = int(_LEAD * 100), int((_LEAD + _SECONDS) * 100)
    return [one if first <= at < last else None for at, one in enumerate(judged)]


def _interruptions(judged: list[float | None], start: int, end: int) -> list[int]:
    """The frames in which 100 ms that exceed the echo are complete."""
    found, run = [], 0
    for frame in range(start, min(end, len(judged))):
        excess = judged[frame]
        run = run + 1 if excess is not None and excess >= ONSET else 0
        found += [frame] if run == _RUN else []
    return found


def _envelopes(voices: Voices) -> float:
    data = echosounds.packed(voices.avatar[0])
    began = time.process_time()
    envelope(data, RATE)
    return (time.process_time() - began) / (len(data) / 2 / RATE) * 1e3
