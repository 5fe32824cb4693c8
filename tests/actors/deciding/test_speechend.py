"""The end of speech in samples, against sounds of which it is known."""

import numpy as np
import pytest

from actors.deciding.detection import FRAME_MS
from actors.deciding.speechend import BYTES, SETTLED, early_ms
from actors.ports.listening import FRAME, FRAME_BYTES

FRAMES = BYTES // FRAME_BYTES
VOICE = 3_000


def sound(ends_ms: float, noise: float, seed: int = 1, fades_ms: float = 0.0, voice: float = VOICE) -> bytes:
    """A voice that ends so long before the silence that follows it, in noise; levels are RMS."""
    random = np.random.default_rng(seed)
    size = FRAMES * FRAME
    at = np.arange(size)
    end = (FRAMES - SETTLED) * FRAME - int(ends_ms * 16)
    level = np.where(at < end, 1.0, 0.0)
    if fades_ms:
        level = np.where(at < end, np.minimum(1.0, (end - at) / (16 * fades_ms)), 0.0)
    spoken = voice * level * np.sin(2 * np.pi * 150 * at / 16_000) * np.sqrt(2)
    samples = (spoken + random.normal(0, noise, size)).clip(-32_768, 32_767).astype("<i2")
    return bytes(samples.tobytes())


@pytest.mark.parametrize("noise", [0, 1, 30, 300, 950])
@pytest.mark.parametrize("ends_ms", [0, 8, 40, 72, 100])
def test_the_end_of_a_voice_is_found_in_noise(ends_ms: int, noise: float) -> None:
    for seed in range(8):
        assert early_ms(sound(ends_ms, noise, seed)) == pytest.approx(ends_ms, abs=8)


@pytest.mark.parametrize("noise", [1, 30, 300])
def test_a_voice_that_fades_away_ends_where_it_is_lost_in_the_noise(noise: float) -> None:
    for seed in range(8):
        assert 40 <= early_ms(sound(40, noise, seed, fades_ms=80)) <= 40 + 80 * noise / VOICE * 2 + 8


@pytest.mark.parametrize("samples", [b"", bytes(BYTES - 2), bytes(BYTES), b"\x01" * BYTES])
def test_where_there_is_no_voice_nothing_is_found(samples: bytes) -> None:
    assert early_ms(samples) == 0


@pytest.mark.parametrize("noise", [3_000, 9_000])
def test_in_noise_that_covers_the_voice_nothing_is_found(noise: float) -> None:
    for seed in range(8):
        assert early_ms(sound(60, noise, seed, voice=noise / 2)) in range(5 * FRAME_MS)
    assert sum(early_ms(sound(60, noise, seed, voice=0)) for seed in range(8)) == 0


def test_only_the_end_of_the_samples_is_looked_at() -> None:
    samples = sound(40, 30)
    assert early_ms(b"\x7f" * 4_000 + samples) == early_ms(samples)
