"""The features of Smart Turn: the logarithms of 80 mel bands of the last 8 seconds, as Whisper takes them, by numpy.

Source: Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (2022), 2.2; the mel scale is
Slaney's. Before the spectrum the sound is brought to mean 0 and variance 1, with the silence that stands before it.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from actors.ports.listening import RATE, TURN_SECONDS

Floats = NDArray[np.float32]

SAMPLES = RATE * TURN_SECONDS
WINDOW, HOP, BANDS = 400, 160, 80
FRAMES = SAMPLES // HOP
"""Spectra, one each 10 ms."""

_LEAST_VARIANCE = 1e-7
_LEAST_POWER = 1e-10
_RANGE = 8.0
"""Powers of ten below the loudest band, from which on a band counts as silent."""
# Slaney's mel scale: linear to 1,000 Hz, which is 15 mel, and 27 mel for each factor of 6.4 above.
_LINEAR_HZ, _LINEAR_MEL, _HZ_A_MEL = 1_000.0, 15.0, 200.0 / 3.0
_LOG_STEP = np.log(6.4) / 27.0


def features(samples: bytes) -> Floats:
    """The features, (BANDS, FRAMES), of the end of `samples`, s16le at RATE; shorter ones stand at the end."""
    sound = np.frombuffer(samples[: len(samples) // 2 * 2], np.dtype("<i2"))[-SAMPLES:]
    padded = np.zeros(SAMPLES, np.float32)
    if len(sound):
        padded[-len(sound) :] = sound.astype(np.float32) / 32_768
    normal = (padded - padded.mean()) / np.sqrt(padded.var() + np.float32(_LEAST_VARIANCE))
    return _log_mel(normal)


def _log_mel(sound: Floats) -> Floats:
    mirrored = np.pad(sound, WINDOW // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(mirrored, WINDOW)[::HOP][:FRAMES]
    spectrum = np.fft.rfft(windows * _hann(), axis=-1)
    power = spectrum.real**2 + spectrum.imag**2
    bands = np.log10(np.maximum(_LEAST_POWER, _filters() @ power.T))
    made: Floats = ((np.maximum(bands, bands.max() - _RANGE) + 4.0) / 4.0).astype(np.float32)
    return made


@cache
def _hann() -> Floats:
    """The window, one period of it."""
    return np.hanning(WINDOW + 1)[:-1].astype(np.float32)


@cache
def _filters() -> Floats:
    """The triangular filters, (BANDS, WINDOW // 2 + 1), each of the same area."""
    highest = _LINEAR_MEL + np.log(RATE / 2 / _LINEAR_HZ) / _LOG_STEP
    mels = np.linspace(0.0, highest, BANDS + 2)
    above = _LINEAR_HZ * np.exp(_LOG_STEP * (np.maximum(mels, _LINEAR_MEL) - _LINEAR_MEL))
    edges = np.where(mels < _LINEAR_MEL, mels * _HZ_A_MEL, above)
    bins = np.linspace(0.0, RATE / 2, WINDOW // 2 + 1)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    filters = np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    made: Floats = filters.astype(np.float32)
    return made
