"""Sounds that are disguised: the times that are known of them go with them."""

import numpy as np

from bench.mouthsounds import RATE, disguised, onset


def test_the_times_go_with_the_sound() -> None:
    random = np.random.default_rng(3)
    tone = np.sin(np.arange(RATE // 4) * 0.3).astype(np.float32) * 0.5
    sound = np.concatenate([np.zeros(RATE // 2, np.float32), tone, np.zeros(RATE // 4, np.float32), tone])
    phones = [("a", 500.0, 750.0), ("a", 1_000.0, 1_250.0)]
    made, moved = disguised(sound, phones, [500.0, 900.0, 960.0], random)
    for _, start, end in moved:
        inside = made[round(start * 16) + 160 : round(end * 16) - 160]
        before = made[round(start * 16) - 1_000 : round(start * 16) - 200]
        assert np.abs(inside).mean() > 3 * np.abs(before).mean()
    assert moved[0][1] < moved[1][1] - 300
    samples = (made.clip(-1, 1) * 32_767).astype("<i2").tobytes()
    assert abs(onset(samples) - moved[0][1]) < 15
