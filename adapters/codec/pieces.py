"""Pieces of sound for Receivers: raw samples and WAV are cut here, with the part that all formats have in common."""

from collections.abc import Iterator
from typing import Protocol

from actors.ports.calls import EngineFailed
from actors.ports.sound import Sound, Target
from protocol.audioformat import OUTPUT_RATE, AudioFormat
from protocol.wav import HEADER_SIZE, wav_header


class Writer(Protocol):
    """Makes pieces of one target from one run of bytes; what it takes are samples, or a file that it passes on."""

    def push(self, data: bytes) -> tuple[Sound, ...]:
        """The pieces that can be made by now. Raises EngineFailed."""

    def finish(self) -> tuple[Sound, ...]:
        """The last pieces. Raises EngineFailed."""


def split(data: bytes, seconds: float, most: int) -> tuple[Sound, ...]:
    """`data` as pieces of at most `most` bytes (0: one piece), the time shared out by size; none of nothing."""
    if not data:
        return ()
    if not most or len(data) <= most:
        return (Sound(data, seconds),)
    parts = [data[start : start + most] for start in range(0, len(data), most)]
    return tuple(Sound(part, seconds * len(part) / len(data)) for part in parts)


class SampleWriter:
    """Raw samples, mono s16le at the rate of the target, as they are."""

    def __init__(self, target: Target) -> None:
        self._rate = target.format.rate
        self._most = most_samples(target, 0)
        self._aligner = SampleAligner()

    def push(self, data: bytes) -> tuple[Sound, ...]:
        """The samples that came whole."""
        samples = self._aligner.take(data)
        return split(samples, len(samples) / 2 / self._rate, self._most)

    def finish(self) -> tuple[Sound, ...]:
        """Nothing is left; half a sample at the end is left out."""
        return ()


class WavWriter:
    """WAV, 24 kHz mono 16 bit: one file whose header has the sizes of a stream, or each piece a file of its own."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._whole = target.pieces == "whole"
        self._most = most_samples(target, HEADER_SIZE)
        self._aligner = SampleAligner()
        self._began = False

    def push(self, data: bytes) -> tuple[Sound, ...]:
        """The samples that came whole, behind a header where one is needed."""
        samples = self._aligner.take(data)
        return tuple(Sound(head + part, len(part) / 2 / OUTPUT_RATE) for head, part in self._parts(samples))

    def _parts(self, samples: bytes) -> Iterator[tuple[bytes, bytes]]:
        step = self._most or len(samples)
        for start in range(0, len(samples), step or 1):
            part = samples[start : start + step]
            if self._whole:
                yield wav_header(OUTPUT_RATE, len(part)), part
            else:
                yield b"" if self._began else wav_header(OUTPUT_RATE), part
            self._began = True

    def finish(self) -> tuple[Sound, ...]:
        """Nothing is left."""
        return ()


class SampleAligner:
    """Keeps a run of 16-bit samples whole, wherever it is cut."""

    def __init__(self) -> None:
        self._odd = b""

    def take(self, data: bytes) -> bytes:
        """The whole samples that there are by now."""
        if not self._odd and len(data) % 2 == 0:
            return data
        joined = self._odd + data
        end = len(joined) // 2 * 2
        self._odd = joined[end:]
        return joined[:end]


def most_samples(target: Target, overhead: int) -> int:
    """Bytes of samples that a piece may have, even, 0 for any. Raises EngineFailed where there is no room for one."""
    if not target.most:
        return 0
    room = (target.most - overhead) // 2 * 2
    if room <= 0:
        raise too_small(target, overhead + 2)
    return room


def too_small(target: Target, least: int) -> EngineFailed:
    """That the pieces are to be so small that the format has no room for sound in them."""
    return EngineFailed(
        f"pieces of at most {target.most} bytes are too small for {target.format}: allow {least} or more"
    )


def takes_samples(target: Target, rate: int) -> bool:
    """Whether `target` consists of samples at `rate` Hz, so that nothing is computed."""
    return target.format == AudioFormat("pcm16", rate) or (target.format.name == "wav" and rate == OUTPUT_RATE)


def sample_writer(target: Target) -> Writer:
    """The writer of a target for which `takes_samples` is true at some rate. Raises EngineFailed."""
    return WavWriter(target) if target.format.name == "wav" else SampleWriter(target)
