"""The marks of one sound on their way to the session: in the order of time, each with its duration.

Providers tell phonemes by their beginnings alone, in any order, and words that the sound has not in it. What is wrong
with marks is left out here; it never costs the sound.
"""

import math
from itertools import zip_longest

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
        self._phones: list[tuple[float, str]] = []
        self._phones_told = -1.0
        self._has_phones = False
        self._left = MOST
        self.has_come = False
        """Whether anything was told."""

    def add_word(self, text: str, at: float, ms: float, char: int | None = None) -> None:
        """A word sounds; words come in the order of the text. `char` None: it is looked for in the text."""
        word = shown(text)
        if not word or not self._is_taken(at):
            return
        place = self._places.place(text) if char is None else char
        length = ms if ms > 0 and math.isfinite(ms) else 0.0
        self._words.append(Mark("word", word, max(at, 0.0), length, place, "provider"))

    def add_phone(self, text: str, at: float) -> None:
        """A phoneme begins, and lasts until the next one; "" is a pause. One that is too late is left out."""
        if at > self._phones_told and self._is_taken(at):
            self._phones.append((max(at, 0.0), text))
            self._has_phones = True

    def goes_on_with(self, word: str) -> bool:
        """Whether the text goes on with this word, whole."""
        return self._places.begins(word)

    def release(self, sound: float) -> tuple[Mark, ...]:
        """The marks that are known by now; the `sound` that leaves now ends at this time, inf where it is not known."""
        until = sound + AHEAD
        here = sound if math.isfinite(sound) else 0.0
        last_phone = max((at for at, _ in self._phones), default=0.0)
        marks = self._release_phones(here, until)
        # Where phonemes are told, a word waits for its own: whoever gets it without them makes some up.
        most = min(until, max(here, last_phone)) if self._has_phones else until
        marks += [word for word in self._words if word.at < most]
        self._words = [word for word in self._words if word.at >= most]
        return _ordered(marks)

    def finish(self, end: float) -> tuple[Mark, ...]:
        """The last marks of a sound that ends at this time, inf where it is not known; what is later is left out."""
        phones = sorted(self._phones)
        marks = []
        for (at, text), following in zip_longest(phones, phones[1:]):
            then = following[0] if following else end if math.isfinite(end) else at
            marks.append(_phone(text, at, max(min(then, end) - at, 0.0)))
        marks += [replace(word, ms=min(word.ms, end - word.at)) for word in self._words]
        self._phones, self._words = [], []
        return _ordered([mark for mark in marks if mark.at < end])

    def _release_phones(self, sound: float, until: float) -> list[Mark]:
        """Phonemes whose end is known, and one whose sound leaves although its end is not."""
        phones = sorted(self._phones)
        told = []
        while phones and phones[0][0] < until and (len(phones) > 1 or phones[0][0] < sound):
            at, text = phones.pop(0)
            told.append(_phone(text, at, phones[0][0] - at if phones else 0.0))
            self._phones_told = at
        self._phones = phones
        return told

    def _is_taken(self, at: float) -> bool:
        self.has_come = True
        self._left -= 1
        return self._left >= 0 and math.isfinite(at)


def _phone(text: str, at: float, ms: float) -> Mark:
    return Mark("phone", text, at, ms, source="provider")


def _ordered(marks: list[Mark]) -> tuple[Mark, ...]:
    return tuple(sorted(marks, key=lambda mark: (mark.at, mark.kind == "phone")))
