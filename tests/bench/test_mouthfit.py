"""The fit of the classes of phonemes: it learns, and the same from the same seed."""

import numpy as np
import pytest

from adapters.mouth.classifier import AHEAD, SEEN
from adapters.mouth.phonemeclasses import CLASSES
from adapters.mouth.soundfeatures import BANDS
from bench import mouthfit
from bench.mouthfit import Frames
from bench.mouthsounds import SENTENCES
from bench.mouthtexts import FITTED


def frames(random: np.random.Generator) -> Frames:
    """Of three classes, each with a band of its own, ten frames at a time."""
    classes = np.repeat(random.integers(0, 3, 400), 10)
    features = np.full((len(classes), BANDS), -5.0, np.float32)
    features[np.arange(len(classes)), classes * 5] = -1.0
    classes[:AHEAD] = classes[-AHEAD:] = -1
    return Frames(features, classes)


def test_classes_are_learned_the_same_from_a_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mouthfit, "EPOCHS", 4)
    known, held = frames(np.random.default_rng(1)), frames(np.random.default_rng(2))
    weights, again = (mouthfit.fit(known, held, np.random.default_rng(16)) for _ in range(2))
    assert all(np.array_equal(weights[name], again[name]) for name in weights)
    assert weights["first"].shape == (SEEN * BANDS, mouthfit.HIDDEN)
    assert weights["second"].shape == (mouthfit.HIDDEN, len(CLASSES))
    first, second = (weights[name].astype(np.float32) * weights[f"{name}_factor"] for name in ("first", "second"))
    own = np.flatnonzero(held.classes >= 0)
    seen = held.features[own[:, None] + np.arange(-AHEAD, AHEAD + 1)].reshape(len(own), -1)
    found = np.maximum(seen @ first + weights["first_bias"], 0) @ second + weights["second_bias"]
    assert np.mean(found.argmax(axis=1) == held.classes[own]) > 0.9


def test_no_sentence_of_the_benchmark_is_fitted_to() -> None:
    assert not {text for texts in FITTED.values() for text in texts} & {
        text for texts in SENTENCES.values() for text in texts
    }
