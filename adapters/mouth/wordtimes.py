"""The times of a text's words, as its phonemes are found: words as they are written, between blanks.

espeak-ng's words are others: it joins "of the", and takes "$5" apart. A word of the text for which it has none shares
the time of the one before, by their letters.
"""

import bisect

import regex  # type: ignore[import-untyped]

from actors.ports.mouth import Mark
from actors.words.scripts import UNSPACED

_WORD = regex.compile(r"\S*[\p{L}\p{N}]\S*|\S+")
_SAID = regex.compile(r"[\p{L}\p{N}]")
_NO_BLANKS = regex.compile(f"[{UNSPACED}]")


class WordTimes:
    """The words of `text`, told one after another."""

    def __init__(self, text: str) -> None:
        self._words = [(start, word) for start, word in _words(text) if _SAID.search(word)]
        self._starts = [start for start, _ in self._words]
        self._next = 0
        self._begun: tuple[int, float, float] | None = None
        """The word that is being said, and its time so far."""

    def say(self, char: int, start: float, end: float) -> list[Mark]:
        """A phoneme of the word with the character `char` is said in [`start`, `end`) ms; the words that are over."""
        number = max(self._next, bisect.bisect_right(self._starts, char) - 1)
        marks: list[Mark] = []
        if number >= len(self._words):
            return marks
        if self._begun is not None and self._begun[0] == number:
            self._begun = (number, self._begun[1], max(end, self._begun[2]))
            return marks
        marks = self._finish(number)
        self._begun = (number, start, end)
        return marks

    def finish(self) -> list[Mark]:
        """The sound is over: the words that are left."""
        return self._finish(len(self._words))

    def _finish(self, until: int) -> list[Mark]:
        """The words before the one with the number `until`; they share the time since the last one that was told."""
        if self._begun is None:
            self._next = until if until < len(self._words) else self._next
            return []
        _, start, end = self._begun
        shared = self._words[self._next : until]
        self._next, self._begun = until, None
        a_letter = (end - start) / max(1, sum(len(word) for _, word in shared))
        marks: list[Mark] = []
        for char, word in shared:
            marks.append(Mark("word", word, start, len(word) * a_letter, char, "aligned"))
            start += len(word) * a_letter
        return marks


def _words(text: str) -> list[tuple[int, str]]:
    """The words with their characters' indexes; in writings without blanks, each letter."""
    found: list[tuple[int, str]] = []
    for match in _WORD.finditer(text):
        word = match[0]
        if _NO_BLANKS.search(word):
            found += [(match.start() + at, letter) for at, letter in enumerate(word)]
        else:
            found.append((match.start(), word))
    return found
