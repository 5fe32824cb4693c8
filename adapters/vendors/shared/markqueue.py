"""The marks of one sound on their way to the session: in the order of time, each with its duration.

Providers tell phonemes by their beginnings alone, in any order, and words that the sound has not in it. What is wrong
with marks is left out here; it never costs the sound.
"""

import math
from bisect import bisect_left, insort

from msgspec.structs import replace

from actors.ports.mouth import Mark
from adapters.vendors.shared.wordplaces import WordPlaces, shown

AHEAD = 1_000.0
"""Ms by which marks may go before their sound; what is told of later sound waits."""
MOST = 20_000
"""Marks of one sound; more than a person says in twenty minutes."""


class MarkQueue:
    """The marks of one sound that says `text`. All times are ms from its first sample."""

    def __init__(self, text: str) -> None:
        self._places = WordPlaces(text)
        self._words: list[Mark] = []
        """By time, as the next."""
        self._phones: list[tuple[float, str]] = []
        self._phones_told = -1.0
        self._has_phones = False
        self._left = MOST
        self.has_come = False
        """Whether anything was told."""

    def add_word(self, text: str, at: float, ms: float) -> None:
        """A word sounds; words come in the order of the text, in which it is looked for."""
        word = shown(text)
        if word and self._is_taken(at):
            length = ms if ms > 0 and math.isfinite(ms) else 0.0
            mark = Mark("word", word, max(at, 0.0), length, self._places.place(text), "provider")
            insort(self._words, mark, key=_time)

    def add_phone(self, text: str, at: float) -> None:
        """A phoneme begins, and lasts until the next one; "" is a pause. One that is too late is left out."""
        if max(at, 0.0) > self._phones_told and self._is_taken(at):
            insort(self._phones, (max(at, 0.0), text))
            self._has_phones = True

    def goes_on_with(self, word: str) -> bool:
        """Whether the text goes on with this word, whole."""
        return self._places.begins(word)

    def release(self, sound: float) -> tuple[Mark, ...]:
        """The marks that are known by now; the `sound` that leaves now ends at this time, inf where it is not known."""
        until = sound + AHEAD
        here = sound if math.isfinite(sound) else 0.0
        last_phone = self._phones[-1][0] if self._phones else 0.0
        # Where phonemes are told, a word waits for its own: whoever gets it without them makes some up.
        most = min(until, max(here, last_phone)) if self._has_phones else until
        count = bisect_left(self._words, most, key=_time)
        words = self._words[:count]
        del self._words[:count]
        return _ordered(words + self._release_phones(here, until))

    def finish(self, end: float) -> tuple[Mark, ...]:
        """The last marks of a sound that ends at this time, inf where it is not known; what is later is left out."""
        marks = self._lasting(len(self._phones), end)
        marks += [replace(word, ms=min(word.ms, end - word.at)) for word in self._words]
        self._phones, self._words = [], []
        return _ordered([mark for mark in marks if mark.at < end])

    def _release_phones(self, sound: float, until: float) -> list[Mark]:
        """Phonemes whose end is known, and one whose sound leaves although its end is not."""
        count = bisect_left(self._phones, (until, ""))
        if count == len(self._phones) and count and self._phones[-1][0] >= sound:
            count -= 1
        told = self._lasting(count, math.inf)
        del self._phones[:count]
        self._phones_told = told[-1].at if told else self._phones_told
        return told

    def _lasting(self, count: int, end: float) -> list[Mark]:
        """So many phonemes, each until the next one, the last one until the `end` of the sound, if that is known."""
        marks = []
        for number, (at, text) in enumerate(self._phones[:count], 1):
            then = self._phones[number][0] if number < len(self._phones) else end
            marks.append(Mark("phone", text, at, _length(at, min(then, end)), source="provider"))
        return marks

    def _is_taken(self, at: float) -> bool:
        is_taken = self._left > 0 and math.isfinite(at)
        self._left -= is_taken
        self.has_come = self.has_come or is_taken
        return is_taken


def _length(at: float, end: float) -> float:
    """How long what begins at `at` lasts; 0 where the end is not known."""
    return max(end - at, 0.0) if math.isfinite(end) else 0.0


def _time(mark: Mark) -> float:
    return mark.at


def _ordered(marks: list[Mark]) -> tuple[Mark, ...]:
    return tuple(sorted(marks, key=lambda mark: (mark.at, mark.kind == "phone")))
