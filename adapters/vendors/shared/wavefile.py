"""Samples as a WAV file, for engines that take files only."""

import struct

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_PCM = 1


def wav_of(samples: bytes, rate: int) -> bytes:
    """Mono 16-bit little-endian samples at `rate` Hz with a header that tells their true sizes."""
    size = len(samples)
    header = _HEADER.pack(
        b"RIFF", _HEADER.size - 8 + size, b"WAVE", b"fmt ", 16, _PCM, 1, rate, 2 * rate, 2, 16, b"data", size
    )
    return header + samples


def seconds_of(samples: bytes, rate: int) -> float:
    """How long mono 16-bit samples play."""
    return len(samples) / (2 * rate)
