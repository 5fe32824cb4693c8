"""Real sound for the benchmarks: what a synthesiser hands on piece by piece, and what a browser records."""

import functools
from fractions import Fraction
from io import BytesIO

import av
import msgspec
import numpy as np

from actors.ports.listening import RATE
from bench.exchange import TALK_SECONDS
from protocol.audioformat import AudioFormat
from tests.adapters.codec.sounds import voice as buzz

PIECE = 0.25
"""Seconds of sound in a piece of a synthesiser."""
CHUNK = 0.1
"""Seconds of sound in a chunk of a microphone."""
_RATES = {"mp3": 24_000, "pcm16": 22_050}
_BITS = 64_000


class Voice(msgspec.Struct, frozen=True):
    """A voice of the canned synthesiser: its `format`, how many pieces it makes, with `pause` seconds before each."""

    format: str
    pieces: int
    pause: float

    @property
    def seconds(self) -> float:
        """The playing time of its sound."""
        return self.pieces * PIECE

    @property
    def name(self) -> str:
        """The value of `TTS.voice`."""
        return f"{self.format} {self.pieces} {self.pause}"

    @property
    def audio_format(self) -> AudioFormat:
        """The format of its pieces."""
        return AudioFormat(self.format, _RATES[self.format] if self.format == "pcm16" else 0)


def voice_named(name: str) -> Voice | None:
    """The voice of that name; None where it is none of these."""
    match name.split():
        case [format_, pieces, pause]:
            return Voice(format_, int(pieces), float(pause))
        case _:
            return None


@functools.cache
def pieces_of(voice: Voice) -> tuple[bytes, ...]:
    """The pieces of its sound, of one size."""
    rate = _RATES[voice.format]
    samples = buzz(rate, voice.seconds)
    data = samples if voice.format == "pcm16" else _encoded(samples, rate, "mp3", "libmp3lame", {"write_xing": "0"})
    size = len(data) // voice.pieces // 2 * 2
    return (*(data[at * size : (at + 1) * size] for at in range(voice.pieces - 1)), data[(voice.pieces - 1) * size :])


@functools.cache
def talk() -> bytes:
    """The sound of `exchange.TALK`."""
    return buzz(RATE, TALK_SECONDS)


@functools.cache
def recorded(seconds: float) -> tuple[bytes, ...]:
    """WebM with Opus as it is recorded live, a chunk each tenth of a second."""
    options = {"live": "1", "cluster_time_limit": "100", "flush_packets": "1"}
    data = _encoded(buzz(48_000, seconds), 48_000, "webm", "libopus", options)
    clusters = data.split(_CLUSTER)
    count = round(seconds / CHUNK)
    each = max(1, len(clusters) // count)
    joined = [_CLUSTER.join(clusters[at : at + each]) for at in range(0, each * (count - 1), each)]
    last = _CLUSTER.join(clusters[each * (count - 1) :])
    return tuple(part if not at else _CLUSTER + part for at, part in enumerate((*joined, last)))


_CLUSTER = b"\x1f\x43\xb6\x75"


def _encoded(samples: bytes, rate: int, muxer: str, encoder: str, options: dict[str, str]) -> bytes:
    frame = av.AudioFrame.from_ndarray(np.frombuffer(samples, "<i2").reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    file = BytesIO()
    with av.open(file, "w", format=muxer, options=options) as container:
        stream = container.add_stream(encoder, rate=rate, layout="mono")
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = _BITS if muxer == "mp3" else _BITS // 2
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
