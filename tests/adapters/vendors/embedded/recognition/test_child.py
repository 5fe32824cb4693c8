"""The worker process of hama: which frames of a piece are searched."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from adapters.processes.frames import PieceFrame, PieceWordsFrame
from adapters.vendors.embedded.recognition import child
from adapters.vendors.embedded.recognition.acoustics import FRAME, RATE, Posteriors, Samples
from adapters.vendors.embedded.recognition.search import FoundWords


class LoudnessModel:
    """Hears in each frame how loud it is."""

    ids: tuple[str, ...] = ()
    blank = bound = 0

    def hear(self, samples: Samples) -> Posteriors:
        frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
        return np.asarray(np.abs(frames).max(axis=1, keepdims=True), np.float32)


class LoudFrames:
    """Finds a word for each loud frame."""

    def find(
        self, posteriors: Posteriors, before: Sequence[str], *, is_last: bool, check: Callable[[], None]
    ) -> FoundWords:
        return FoundWords(("loud",) * int((posteriors > 0.1).sum()), 0.0)


@pytest.fixture
def hama(monkeypatch: pytest.MonkeyPatch) -> child.Hama:
    """The recogniser, without its models."""
    monkeypatch.setattr(child, "AcousticModel", LoudnessModel)
    monkeypatch.setattr(child, "Trigrams", SimpleNamespace)
    lexicon = SimpleNamespace(known=frozenset(), expect=lambda words: None)
    monkeypatch.setattr(child, "Lexicon", lambda ids, language: lexicon)
    monkeypatch.setattr(child, "WordSearch", lambda *given: LoudFrames())
    return child.Hama()


def test_words_before_a_pause_are_settled_up_to_the_pause_itself(hama: child.Hama) -> None:
    pipe = SimpleNamespace(check=lambda: None)
    speech, pause = np.full(RATE, 9_000, np.int16), np.zeros(RATE // 5, np.int16)
    sound = np.concatenate([speech, pause, speech])
    request = PieceFrame(sound.tobytes(), (), (), "", is_last=False, goes_on=True)
    found = hama.serve(request, pipe)  # type: ignore[arg-type]
    assert isinstance(found, PieceWordsFrame)
    assert RATE * 2 < found.size < len(speech) * 2 + len(pause) * 2
    assert (len(found.words), len(found.rest)) == (RATE // FRAME, RATE // FRAME)
