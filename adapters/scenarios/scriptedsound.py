"""The sound of the scripted synthesiser: a letter is a phoneme, computed, with the times of phonemes and words.

It is no speech that a person would understand, but it is as long, as loud and as uneven as speech, and the same text is
the same samples on every machine. Each phoneme sounds by itself, so that a mouth can be held against it.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from actors.ports.mouth import Mark

RATE: Final = 24_000
"""Samples per second."""
_VOWELS: Final = dict(zip("aeiouy", "aɛioui", strict=True))
_PHONES: Final = {"c": "k", "h": "h", "j": "j", "q": "k", "r": "ɹ", "x": "s", "g": "ɡ"}
_STOPS: Final = frozenset("pbtdkɡ")
_VOWEL_MS, _CONSONANT_MS, _WORD_MS, _CLAUSE_MS, _SENTENCE_MS = 90, 65, 50, 180, 320
_HARMONICS: Final = (1, 2, 3, 5)
_PITCH: Final = 125.0


class _LetterSound(NamedTuple):
    """A phoneme, "" for a pause, and for how many ms it sounds."""

    symbol: str
    ms: int


class ScriptedSound(NamedTuple):
    """Samples, mono s16le at RATE, and what is said in them."""

    samples: bytes
    marks: tuple[Mark, ...]

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.samples) / 2 / RATE


def speak_text(text: str, speed: float = 1.0) -> ScriptedSound:
    """The sound of a text, `speed` times as fast as usual."""
    marks: list[Mark] = []
    sound: list[NDArray[np.float64]] = []
    made = 0
    char = 0
    for word in text.split():
        char = text.index(word, char)
        begin, word_at = _ms(made), len(marks)
        for phone in _phones(word):
            at, count = _ms(made), round(phone.ms / speed * RATE / 1000)
            made += count
            sound.append(_sound(phone.symbol, count))
            marks.append(Mark("phone", phone.symbol, at, _ms(made) - at))
        ends = next((mark.at for mark in reversed(marks[word_at:]) if not mark.text), _ms(made))
        marks.insert(word_at, Mark("word", word.strip(".,;:!?…\"'()"), begin, ends - begin, char))
        char += len(word)
    samples = np.concatenate(sound) if sound else np.zeros(0)
    return ScriptedSound(np.rint(samples * 32_767).astype("<i2").tobytes(), tuple(marks))


def _ms(samples: int) -> float:
    return samples * 1000 / RATE


def _phones(word: str) -> Iterator[_LetterSound]:
    """The phonemes of a word, and the pause behind it."""
    for letter in unicodedata.normalize("NFD", word.lower()):
        if letter in _VOWELS:
            yield _LetterSound(_VOWELS[letter], _VOWEL_MS)
        elif "a" <= letter <= "z":
            yield _LetterSound(_PHONES.get(letter, letter), _CONSONANT_MS)
        elif letter.isalnum():
            yield _LetterSound("ə", _VOWEL_MS)
    last = word[-1]
    yield _LetterSound("", _SENTENCE_MS if last in ".!?…" else _CLAUSE_MS if last in ",;:" else _WORD_MS)


def _sound(symbol: str, count: int) -> NDArray[np.float64]:
    """A phoneme: a vowel hums, a stop is silent and then bursts, any other consonant is a quieter hum."""
    if not symbol or not count:
        return np.zeros(count)
    at = np.arange(count) / RATE
    hum = sum(np.sin(2 * np.pi * _PITCH * harmonic * at) / harmonic for harmonic in _HARMONICS)
    level = 0.22 if symbol in _VOWELS.values() else 0.07
    shape = np.minimum(1.0, np.minimum(np.arange(count), np.arange(count)[::-1]) / (RATE * 0.008))
    if symbol in _STOPS:
        shape[: count * 2 // 3] = 0.0
    return np.asarray(level * hum * shape)
