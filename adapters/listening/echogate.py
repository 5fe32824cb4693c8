"""The gate of echo of each microphone: what is no louder than the avatar's own voice in it is no speech.

Pure. A stream has a judge only while something plays, and TAIL after; so a microphone costs nothing more meanwhile.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from actors.ports.listening import FRAME_BYTES, RATE
from actors.ports.sound import BANDS
from adapters.listening.echo import ONSET, EchoJudge
from adapters.listening.envelopes import EnvelopeMaker
from adapters.processes.frames import JudgeFrame

TAIL = 1.5
"""Seconds after what plays in which its echo may still come."""


class EchoGate:
    """The gate of one stream."""

    def __init__(self) -> None:
        self.judge = EchoJudge()
        self._maker = EnvelopeMaker(RATE)
        self._quiet = 0.0

    def pass_on(self, samples: bytes, reference: bytes, frozen: bool) -> list[bool]:
        """Whether each frame of `samples` may be speech of the user; `reference` is what played meanwhile."""
        frames = len(samples) // FRAME_BYTES
        seconds = len(samples) / (2 * RATE)
        self._quiet = 0.0 if any(reference) else self._quiet + seconds
        if self._quiet > TAIL:
            return [True] * frames
        self.judge.freeze(frozen)
        envelope = self._maker.push(samples)
        judged = self.judge.push(envelope, reference[: len(envelope)].ljust(len(envelope), b"\0"))
        over = [one is not None and one >= ONSET for one in judged]
        return [_most(over, number, frames) for number in range(frames)]


def _most(over: list[bool], number: int, frames: int) -> bool:
    """Whether most of the judgements within a frame are true; where there is none, nothing is against it."""
    within = over[number * len(over) // frames : (number + 1) * len(over) // frames]
    return 2 * sum(within) >= len(within)


class EchoGates:
    """The gates of all streams, by their numbers; a stream has one from when something plays."""

    def __init__(self) -> None:
        self._gates: dict[int, EchoGate] = {}

    def end(self, streams: Iterable[int]) -> None:
        """Forget these streams."""
        for stream in streams:
            self._gates.pop(stream, None)

    def close_for_echo(self, request: JudgeFrame, found: NDArray[np.float32]) -> dict[int, tuple[int, float]]:
        """Set the probability of what may be echo to 0, and return the paths that are certain."""
        paths: dict[int, tuple[int, float]] = {}
        at = 0
        for stream, frames, reference in zip(request.streams, request.frames, request.references, strict=True):
            samples = request.samples[at * FRAME_BYTES : (at + frames) * FRAME_BYTES]
            gate = self._gates.get(stream)
            if gate is None and len(reference) >= BANDS and any(reference):
                gate = self._gates[stream] = EchoGate()
            if gate is not None:
                passed = gate.pass_on(samples, reference, stream in request.frozen)
                found[at : at + frames] *= np.array(passed, found.dtype)
                if (path := gate.judge.path) is not None:
                    paths[stream] = path
            at += frames
        return paths
