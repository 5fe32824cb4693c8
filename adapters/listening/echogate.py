"""The gate of echo of each microphone: what is no louder than the avatar's own voice in it is no speech.

Pure. A stream has a judge only while something plays, and TAIL after; so a microphone costs nothing more meanwhile.

While the judge does not know yet whether it hears an echo, frames with a voice are held, and all that come after them;
once it knows, they are passed on in order, so that the first word of a user who speaks into the avatar's first is not
lost. What it does not know within HELD frames is taken for echo.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from actors.ports.listening import ECHO, FRAME, FRAME_BYTES, RATE
from actors.ports.sound import BANDS, FRAMES_A_SECOND
from adapters.listening.echo import ONSET, EchoJudge
from adapters.listening.envelopes import EnvelopeMaker
from adapters.processes.frames import JudgeFrame

TAIL = 1.5
"""Seconds after what plays in which its echo may still come."""
HELD = 40
"""Frames that are held at most: 1.28 s, less than a contest waits for the next speech (`limits.contested`)."""
VOICED = 0.1
"""The probability from which on a frame may be speech; others need not be held."""


class EchoGate:
    """The gate of one stream."""

    def __init__(self) -> None:
        self.judge = EchoJudge()
        self._maker = EnvelopeMaker(RATE)
        self._quiet = 0.0
        self._held: deque[float] = deque()

    @property
    def held(self) -> int:
        """How many frames are held."""
        return len(self._held)

    def settle(self, samples: bytes, reference: bytes, frozen: bool, found: Sequence[float]) -> list[float]:
        """The probabilities that are settled by now, in order: those `found` for `samples`, and those held before.

        `reference` is what played meanwhile. Those of presumed echo are ECHO. The last ones may be held.
        """
        seconds = len(samples) / (2 * RATE)
        self._quiet = 0.0 if any(reference) else self._quiet + seconds
        if self._quiet > TAIL:
            passed = [*self._held, *found]
            self._held.clear()
            return passed
        self.judge.freeze(frozen)
        envelope = self._maker.push(samples)
        judged = self.judge.push(envelope, reference[: len(envelope)].ljust(len(envelope), b"\0"))
        if judged and judged[-1] is None:
            return self._hold(found)
        if self._held or None in judged:
            found = [*self._held, *found]
            self._held.clear()
            judged = self.judge.judge_again(round(len(found) * FRAME * FRAMES_A_SECOND / RATE))
        over = [one is not None and one >= ONSET for one in judged]
        frames = len(found)
        return [one if _most(over, number, frames) else ECHO for number, one in enumerate(found)]

    def _hold(self, found: Sequence[float]) -> list[float]:
        """Hold what may be speech, and what comes behind it; the rest, and what was held for too long, is settled."""
        self._held.extend(found)
        settled: list[float] = []
        while self._held and (self._held[0] < VOICED or len(self._held) > HELD):
            one = self._held.popleft()
            settled.append(one if one < VOICED else ECHO)
        return settled


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

    def settle(
        self, request: JudgeFrame, found: Sequence[float]
    ) -> tuple[list[float], tuple[int, ...], tuple[int, ...]]:
        """The probabilities that are settled by now, stream for stream, how many each has, and how many are held."""
        settled: list[float] = []
        counts: list[int] = []
        held: list[int] = []
        at = 0
        for stream, frames, reference in zip(request.streams, request.frames, request.references, strict=True):
            own = found[at : at + frames]
            gate = self._gates.get(stream)
            if gate is None and len(reference) >= BANDS and any(reference):
                gate = self._gates[stream] = EchoGate()
            if gate is not None:
                samples = request.samples[at * FRAME_BYTES : (at + frames) * FRAME_BYTES]
                own = gate.settle(samples, reference, stream in request.frozen, own)
            settled += own
            counts.append(len(own))
            held.append(0 if gate is None else gate.held)
            at += frames
        return settled, tuple(counts), tuple(held)

    def paths(self, streams: Iterable[int]) -> dict[int, tuple[int, float]]:
        """The paths of these streams that are proven."""
        known = {stream: gate.judge.proven for stream in streams if (gate := self._gates.get(stream)) is not None}
        return {stream: path for stream, path in known.items() if path is not None}
