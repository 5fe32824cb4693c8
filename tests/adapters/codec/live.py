"""A sound given to the inside of the codec's process for streams, piece by piece, without the process."""

from collections.abc import Iterable
from itertools import pairwise

import msgspec

from actors.ports.sound import Clip, Sound, Target
from adapters.codec.decode import decode
from adapters.codec.streams_child import StreamConversion
from adapters.processes.frames import Opening, PushedFrame
from protocol.audioformat import AudioFormat


def go_on() -> None:
    """A check that never stops anything."""


class Outcome(msgspec.Struct):
    """The pieces of each target, in the order of the calls, and why targets failed."""

    sounds: dict[Target, list[Sound]]
    failures: dict[Target, str] = {}

    def note(self, targets: tuple[Target, ...], pushed: PushedFrame) -> None:
        for target, sounds, failure in zip(targets, pushed.sounds, pushed.failures, strict=True):
            self.sounds[target] += sounds
            if failure:
                self.failures[target] = failure


def cut(data: bytes, at: Iterable[int]) -> list[bytes]:
    """`data` cut at these places."""
    places = [0, *sorted({place for place in at if 0 < place < len(data)}), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def streamed(source: AudioFormat, parts: Iterable[bytes], *targets: Target, seconds: float = 600.0) -> Outcome:
    """What becomes of a sound that comes in `parts`. Raises Undecodable."""
    stream = StreamConversion(Opening(source, targets, seconds))
    outcome = Outcome({target: [] for target in targets})
    try:
        for part in (*parts, b""):
            pushed = stream.push(part, go_on, last=not part)
            outcome.note(targets, pushed)
            while pushed.more:
                pushed = stream.push(b"", go_on, last=False)
                outcome.note(targets, pushed)
        return outcome
    finally:
        stream.close()


def decoded(source: AudioFormat, parts: Iterable[bytes], rate: int, seconds: float = 600.0) -> bytes:
    """The samples of a sound that comes in `parts`. Raises Undecodable."""
    target = Target(AudioFormat("pcm16", rate))
    return b"".join(sound.data for sound in streamed(source, parts, target, seconds=seconds).sounds[target])


def at_once(data: bytes, source: AudioFormat, rate: int) -> bytes:
    """The samples of a whole file. Raises Undecodable."""
    return decode(Clip(data, source), rate, 600.0, go_on)
