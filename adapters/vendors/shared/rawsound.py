"""Raw samples of any announced kind as mono signed 16-bit little-endian samples, in whatever pieces they come.

Where the order of the bytes is not certain (audio/L16), the sound itself tells it: read in the wrong order, the next
sample is nearly always far from the one before. What is too short or too noisy for that is read as the RFC says.
"""

import numpy as np
from numpy.typing import NDArray

from adapters.vendors.shared.announced import Announced, Law, Order

ENOUGH = 1_024
"""Bytes with sound in them by which the order of the bytes is told."""
PLAIN = 2.0
"""How much rougher the wrong order has to be."""

Samples = NDArray[np.int32]


class RawSound:
    """The samples of one sound."""

    def __init__(self, announced: Announced) -> None:
        self._announced = announced
        self._order: Order = announced.order if announced.width > 1 else "little"
        self._frame = announced.width * announced.channels
        self._held = b""

    def take(self, data: bytes, *, last: bool = False) -> bytes:
        """The samples that can be read by now; at the end half a frame is dropped."""
        self._held += data
        silence = self._silence() if self._order == "unsure" else b""
        if self._order == "unsure":
            self._order = _told_order(self._held, last=last)
            if self._order == "unsure":
                return silence
        whole = len(self._held) - len(self._held) % self._frame
        taken, self._held = self._held[:whole], self._held[whole:]
        return silence + self._mono(taken)

    def _silence(self) -> bytes:
        """The silence before the first sound, which is the same in any order."""
        frames = (len(self._held) - len(self._held.lstrip(b"\0"))) // self._frame
        self._held = self._held[frames * self._frame :]
        return bytes(2 * frames)

    def _mono(self, data: bytes) -> bytes:
        announced = self._announced
        if (announced.width, announced.channels, announced.law, self._order) == (2, 1, "", "little"):
            return data
        if announced.is_float:
            samples = _rounded(data, announced.width, self._order)
        else:
            samples = _expanded(data, announced.law) if announced.law else _linear(data, announced.width, self._order)
        mixed: bytes = (
            (samples.reshape(-1, announced.channels).sum(axis=1) // announced.channels).astype("<i2").tobytes()
        )
        return mixed


def _rounded(data: bytes, width: int, order: Order) -> Samples:
    """Floating-point samples; what is louder than can be is as loud as can be."""
    floats = np.frombuffer(data, f"{'>' if order == 'big' else '<'}f{width}")
    samples: Samples = np.clip(np.nan_to_num(floats) * 32_767.0, -32_768, 32_767).astype(np.int32)
    return samples


def _linear(data: bytes, width: int, order: Order) -> Samples:
    """The upper 16 bits of each sample."""
    raw = np.frombuffer(data, np.uint8)
    if width == 1:
        return (raw.astype(np.int32) - 128) << 8
    frames = raw.reshape(-1, width)
    upper = frames[:, 1::-1] if order == "big" else frames[:, -2:]
    return np.ascontiguousarray(upper).view("<i2").ravel().astype(np.int32)


def _expanded(data: bytes, law: Law) -> Samples:
    """ITU-T G.711, Tables 1 and 2."""
    code = np.frombuffer(data, np.uint8).astype(np.int32) ^ (0xFF if law == "mu" else 0x55)
    exponent, mantissa = (code >> 4) & 7, code & 15
    if law == "mu":
        size = (((mantissa << 3) + 0x84) << exponent) - 0x84
        return np.where(code & 0x80, -size, size)
    size = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, size, -size)


def _told_order(sound: bytes, *, last: bool) -> Order:
    """The order in which the sound is the smoother one; "unsure" while there is too little of it."""
    if len(sound) < ENOUGH and not last:
        return "unsure"
    head = sound[: min(len(sound) // 2 * 2, 2 * ENOUGH)]
    return "little" if _roughness(head, ">i2") > PLAIN * _roughness(head, "<i2") else "big"


def _roughness(data: bytes, kind: str) -> float:
    """The sum of the differences between each sample and the one before it."""
    return float(np.abs(np.diff(np.frombuffer(data, kind).astype(np.int64), prepend=0)).sum())
