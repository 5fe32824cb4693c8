"""The trigrams of pocketsphinx's wheel: how probable a word is after two others."""

import math
from collections.abc import Mapping
from pathlib import Path

import pocketsphinx

FOLDER = Path(pocketsphinx.get_model_path()) / "en-us"
BEGIN, END = "<s>", "</s>"
UNKNOWN = math.log(2e-5)
"""The logarithm of the probability of a word that the trigrams do not have."""

_LOG_BASE = math.log(1.0001)
"""Of the numbers that pocketsphinx calculates with."""
_ZERO = -500_000
"""What is below is no probability: the word is not in the model."""

Past = tuple[str, ...]
"""The last words, the newest first; two are enough."""


class Trigrams:
    """Natural logarithms of probabilities. Those asked for are kept, up to MOST histories."""

    MOST = 20_000

    def __init__(self) -> None:
        path = str(FOLDER / "en-us.lm.bin")
        # LogMath and Config are kept, because the model holds bare pointers to them.
        self._log = pocketsphinx.LogMath()
        self._config = pocketsphinx.Config(lm=path)
        self._model = pocketsphinx.NGramModel(self._config, self._log, path)
        self._known: dict[Past, dict[str, float]] = {}
        self._favoured: Mapping[str, float] = {}

    def favour(self, words: Mapping[str, float]) -> None:
        """Have each of these words at least as probable as it says, after any others; replaces those of before."""
        self._favoured = words
        self._known.clear()

    def single(self, word: str) -> float | None:
        """The probability of the word alone; None where the model does not have it."""
        found = self._model.prob([word])
        return None if found <= _ZERO else found * _LOG_BASE

    def after(self, past: Past) -> dict[str, float]:
        """The probabilities of words after `past` that were asked for before; to be used with `fill`."""
        known = self._known.get(past)
        if known is None:
            if len(self._known) >= self.MOST:
                self._known.clear()
            known = self._known[past] = {}
        return known

    def fill(self, known: dict[str, float], past: Past, word: str) -> float:
        """The probability of `word` after `past`, which is added to what `after(past)` gave."""
        found = self._model.prob([word, *past])
        score = UNKNOWN if found <= _ZERO else found * _LOG_BASE
        known[word] = score = max(score, self._favoured.get(word, score))
        return score
