"""The phonemes of words whose sounds nobody tells: a seam to espeak-ng, and what is made of the letters without it."""

import unicodedata
from collections.abc import Sequence
from typing import Protocol

from actors.ports.mouth import Mark

LETTER_MS = 70.0
"""ms that a letter is taken to sound for."""


class PhonemeSource(Protocol):
    """Tells how words sound."""

    async def phonemes(self, words: Sequence[str], language: str) -> Sequence[tuple[Mark, ...]]:
        """The phonemes of each word, timed from the word's own beginning at normal speed; () where one is not known.

        `language` BCP 47. Raises EngineFailed. Cancelling loses nothing.
        """


def spelt(word: str) -> tuple[Mark, ...]:
    """A word's letters as if they were phonemes: far from right, but p, b and m close."""
    letters = [letter for letter in unicodedata.normalize("NFD", word.lower()) if letter.isalpha()]
    return tuple(Mark("phone", letter, number * LETTER_MS, LETTER_MS) for number, letter in enumerate(letters))


def fitted(phones: Sequence[Mark], word: Mark) -> tuple[Mark, ...]:
    """The phonemes of a word in the time that it has; of a word whose end is not told, in their own."""
    length = max((phone.at + phone.ms for phone in phones), default=0.0)
    scale = word.ms / length if word.ms > 0 and length > 0 else 1.0
    return tuple(
        Mark("phone", phone.text, word.at + phone.at * scale, phone.ms * scale, source="provider") for phone in phones
    )
