"""The tape of a microphone: all that it hears, sample for sample, and the words in it, by which they are found."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from adapters.scenarios.callersvoice import CallerLine, Samples, amplitude

FLOOR_DB: Final = -66.0
"""dB of the noise of the microphone itself. No two stretches of it are the same, so a word's place is found again."""
PROBE: Final = 48
"""Samples in the middle of a word by which it is found in what a recogniser is given."""


class _Put(NamedTuple):
    """A sound on the tape, from a sample on."""

    begin: int
    samples: Samples


class _HeardWord(NamedTuple):
    text: str
    middle: int


class MicrophoneTape:
    """What a microphone hears: its own noise, and what is put on it. The same `seed` makes the same noise."""

    def __init__(self, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self._puts: list[_Put] = []
        self._words: list[_HeardWord] = []
        self._said = bytearray()

    @property
    def position(self) -> int:
        """How many samples were heard by now."""
        return len(self._said) // 2

    def put(self, line: CallerLine, noise_db: float | None = None) -> int:
        """Have the line heard from now on, over noise where that is given; the sample behind its last one."""
        begin = self.position
        samples = line.samples
        if noise_db is not None:
            samples = samples + self._random.normal(0.0, amplitude(noise_db), len(samples))
        self._puts.append(_Put(begin, samples))
        self._words += (_HeardWord(word.text, begin + word.middle) for word in line.words)
        return begin + len(samples)

    def hear(self, count: int) -> bytes:
        """The next samples, mono s16le at RATE."""
        begin = self.position
        sound = self._random.normal(0.0, amplitude(FLOOR_DB), count)
        for put in self._puts:
            first, last = max(put.begin, begin), min(put.begin + len(put.samples), begin + count)
            if first < last:
                sound[first - begin : last - begin] += put.samples[first - put.begin : last - put.begin]
        self._puts = [put for put in self._puts if put.begin + len(put.samples) > begin + count]
        heard = np.clip(np.rint(sound * 32_767), -32_768, 32_767).astype("<i2").tobytes()
        self._said += heard
        return heard

    def words_in(self, data: bytes | bytearray) -> str:
        """The words of which the middle is in these samples, in their order."""
        return " ".join(word for _, word in sorted(self._found(data)))

    def _found(self, data: bytes | bytearray) -> Sequence[tuple[int, str]]:
        found = []
        for word in self._words:
            probe = self._said[2 * word.middle : 2 * (word.middle + PROBE)]
            if len(probe) == 2 * PROBE and (at := data.find(probe)) >= 0:
                found.append((at, word.text))
        return found
