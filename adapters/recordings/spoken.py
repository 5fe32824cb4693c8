"""The left channel of `sound.wav`: what the Sender said, decoded, at the time at which it said it.

Raw samples are placed chunk by chunk: a chunk was recorded before it came, one follows the other, and after a pause the
next is placed anew. A file has no times of its own, so its sound is placed as one run, from the time of its first
chunk, less the time between two of them.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

import numpy as np
from msgspec import UNSET

from actors.ports.sound import Clip, Undecodable
from adapters.codec.decode import Block, Resampler, at_rate, blocks_of
from adapters.recordings.canvas import RATE
from adapters.recordings.format import Row
from adapters.recordings.reading import SessionRecording
from protocol.audioformat import AudioFormat, identify, parse_input, sniff
from protocol.configuration import Configuration, merge, read_update
from protocol.containers import stream_header, with_header
from protocol.errors import BadMessage

_STREAMED: Final = ("webm", "ogg", "opus")
"""Formats of recorders that write the head of their stream only once."""
_JUMP: Final = 0.3
"""Seconds that a chunk may come late and still follow the one before it."""


class PlacedSound(NamedTuple):
    """Samples, mono s16le at RATE, and the sample of the session at which they begin."""

    begin: int
    samples: bytes


class _Run(NamedTuple):
    """The chunks of one file, or of one utterance of raw samples, each with the time at which it came."""

    named: AudioFormat
    chunks: list[tuple[float, bytes]]

    @property
    def data(self) -> bytes:
        return b"".join(chunk for _, chunk in self.chunks)


def spoken(recording: SessionRecording) -> Iterator[PlacedSound]:
    """What the Sender said; what does not decode is left out. Raises UnreadableRecording."""
    at, header = 0, b""
    for run in _runs(recording):
        data = run.data
        if identify(run.named, data[:64], is_whole=True).name == "pcm16":
            placed = _raw(run, at)
        else:
            header = stream_header(data) or header
            goes_on = header and sniff(data[:16]) is None and run.named.name in _STREAMED
            placed = _decoded(run, with_header(header, data) if goes_on else data, at)
        for sound in placed:
            yield sound
            at = sound.begin + len(sound.samples) // 2


def _runs(recording: SessionRecording) -> Iterator[_Run]:
    """The runs in order: one ends where the Sender commits or clears, or a chunk begins another file."""
    receivers = {number for number, auth in recording.about.members.items() if auth.role == "receiver"}
    documented = {wire: name for name, wire in recording.about.names.items()}
    configuration, run = Configuration(), _Run(AudioFormat("mp3"), [])
    for row in recording.rows:
        if row.dir != "in" or row.member in receivers:
            continue
        match documented.get(row.event, row.event):
            case "session.update":
                configuration = _updated(configuration, row)
            case "input.buffer.append":
                chunk = recording.sound(row)
                if not run.chunks or sniff(chunk[:16]) is not None:
                    yield from [run] if run.chunks else []
                    run = _Run(parse_input(configuration.stt.media_format), [])
                run.chunks.append((row.t, chunk))
            case "input.buffer.commit" | "input.buffer.clear":
                yield from [run] if run.chunks else []
                run = _Run(run.named, [])
    yield from [run] if run.chunks else []


def _updated(configuration: Configuration, row: Row) -> Configuration:
    """The configuration with an update; one that was refused changes nothing."""
    with suppress(BadMessage):
        return merge(configuration, read_update(None if row.payload is UNSET else row.payload))
    return configuration


def _raw(run: _Run, at: int) -> Iterator[PlacedSound]:
    """Raw samples, no earlier than sample `at`."""
    rate = run.named.rate or RATE
    resampler, rest = Resampler(RATE), b""
    for came, chunk in run.chunks:
        data = rest + chunk
        whole = len(data) // 2 * 2
        recorded = round((came - len(chunk) / 2 / rate) * RATE)
        at = recorded if recorded > at + _JUMP * RATE else at
        samples = resampler.push(Block(rate, np.frombuffer(data[:whole], np.dtype("<i2"))))
        yield PlacedSound(at, samples)
        at += len(samples) // 2
        rest = data[whole:]
    yield PlacedSound(at, resampler.finish())


def _decoded(run: _Run, data: bytes, at: int) -> Iterator[PlacedSound]:
    """The sound of a file, no earlier than sample `at`."""
    first, last = run.chunks[0][0], run.chunks[-1][0]
    interval = (last - first) / (len(run.chunks) - 1) if len(run.chunks) > 1 else 0.0
    at = max(at, round((first - interval) * RATE))
    blocks: Iterator[Block] = blocks_of(Clip(data, run.named))
    with suppress(Undecodable):
        for samples in at_rate(blocks, RATE):
            yield PlacedSound(at, samples)
            at += len(samples) // 2
