"""Sounds for the tests of the codec: tones, something like speech, and files of every format, as FFmpeg writes them."""

from fractions import Fraction
from io import BytesIO

import av
import numpy as np
from numpy.typing import NDArray

TONE = 440
WRITERS = {
    "mp3": ("mp3", "libmp3lame", 44_100),
    "wav": ("wav", "pcm_s16le", 44_100),
    "flac": ("flac", "flac", 44_100),
    "ogg": ("ogg", "libopus", 48_000),
    "opus": ("ogg", "libopus", 48_000),
    "webm": ("webm", "libopus", 48_000),
    "m4a": ("ipod", "aac", 44_100),
    "aac": ("adts", "aac", 44_100),
}


def tone(rate: int, seconds: float) -> bytes:
    """A sine near full scale, as mono s16le."""
    times = np.arange(int(rate * seconds)) / rate
    return (np.sin(2 * np.pi * TONE * times) * 30_000).astype("<i2").tobytes()


def written(name: str, seconds: float = 2.0, layout: str = "stereo") -> bytes:
    """A file of format `name` with the tone on two channels, as FFmpeg writes it."""
    muxer, encoder, rate = WRITERS[name]
    both = np.repeat(np.frombuffer(tone(rate, seconds), "<i2"), 2 if layout == "stereo" else 1).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(both, format="s16", layout=layout)
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    file = BytesIO()
    with av.open(file, "w", format=muxer) as container:
        stream = container.add_stream(encoder, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def silent_flac(seconds: int) -> bytes:
    """Seconds of silence at 16 kHz: much sound in few bytes."""
    file = BytesIO()
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.int16), format="s16", layout="mono")
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=16_000, layout="mono")
        assert isinstance(stream, av.AudioStream)
        for second in range(seconds):
            frame.sample_rate, frame.pts, frame.time_base = 16_000, 16_000 * second, Fraction(1, 16_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def voice(rate: int, seconds: float) -> bytes:
    """A buzz of many harmonics that swells and fades, with a little noise, as mono s16le: what codecs work at."""
    times = np.arange(int(rate * seconds)) / rate
    buzz = sum(np.sin(2 * np.pi * 120 * number * times + number) / number for number in range(1, 20))
    noise = np.random.default_rng(1).normal(0, 50, len(times))
    return (buzz * (0.5 + 0.5 * np.sin(6 * np.pi * times)) * 5_000 + noise).astype("<i2").tobytes()


def values(samples: bytes) -> NDArray[np.float64]:
    """Samples to calculate with."""
    return np.frombuffer(samples, "<i2").astype(np.float64)
