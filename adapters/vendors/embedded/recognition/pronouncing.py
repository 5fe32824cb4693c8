"""hama's text-to-phoneme: how a word is said that no dictionary has."""

from types import SimpleNamespace
from typing import Any

from adapters.vendors.embedded.recognition.phonemes import as_english

LETTERS = 40
"""Letters of a word at most. The model reads as many of whatever word it is given, so that fewer are quicker."""


class Pronouncing:
    """The model; it is loaded when the first word is asked for, and remembers MOST words."""

    MOST = 2_000

    def __init__(self) -> None:
        self._model: Any = None
        self._said: dict[str, tuple[str, ...]] = {}

    def of(self, word: str) -> tuple[str, ...]:
        """The phonemes of `word` in small letters, some 10 ms of work; () where no English ones were found."""
        if word not in self._said:
            if len(self._said) >= self.MOST:
                self._said.clear()
            self._said[word] = as_english(self.ipa(word))
        return self._said[word]

    def ipa(self, word: str) -> str:
        """What the model writes."""
        import hama

        if self._model is None:
            self._model = hama.G2PModel(max_input_len=LETTERS)
            # The package makes this table anew for each letter, which is nine tenths of its work.
            table = dict(self._model.vocab.encoder_token_to_id)
            self._model.tokenizer.vocab = SimpleNamespace(encoder_token_to_id=table)
        return str(self._model.predict(word[:LETTERS]).ipa)
