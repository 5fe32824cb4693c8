"""What is said when, put in order: marks that come late, twice, overlapping or without an end become a row of sounds.

The row has no gap and no overlap. It is given out from its beginning, and what was given out does not change: of a mark
that comes too late, only what is after that time is taken.
"""

import bisect
import math
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from actors.ports.mouth import Mark
from adapters.mouth.phones import NEUTRAL, PhonePart, is_pause, parts_of
from adapters.mouth.sounds import SOUNDS, SpeechSound
from protocol.mouth import MouthSource

SHORTEST_PAUSE = 60.0
"""ms between two phonemes from which on the mouth closes; less belongs to the first of them."""
UNKNOWN = 160.0
"""ms that a phoneme is taken to last whose end is not told and after which nothing is known."""
BREATH = 0.8
"""How much of the next vowel's shape breath has."""
MOST_MARKS = 4_000
"""Phonemes that are kept and not given out yet: five minutes of speech."""
LATEST = 86_400_000.0
"""ms: what is said to be later than a day is not heeded."""


class SpokenSound(msgspec.Struct, frozen=True):
    """A sound in [`start`, `end`) ms, of which `scale` is shown. `glides`: see `PhonePart`."""

    sound: SpeechSound
    start: float
    end: float
    source: MouthSource
    glides: tuple[int, str] | None = None
    scale: float = 1.0


class _Phone(msgspec.Struct, frozen=True):
    start: float
    end: float
    parts: tuple[PhonePart, ...]
    source: MouthSource


def _start(phone: _Phone) -> float:
    return phone.start


class SoundTimeline:
    """The sounds of one part."""

    def __init__(self) -> None:
        self._phones: list[_Phone] = []
        self._given = 0.0
        self._closed = False
        """Whether the mouth is closed from `_given` on, as long as nothing else is known."""

    @property
    def known(self) -> float:
        """ms up to which it is known what is said."""
        return max((phone.end for phone in self._phones), default=self._given)

    def add(self, marks: Iterable[Mark]) -> None:
        """Take phonemes; of two that begin together the later one told counts. What makes no sense is left out."""
        for mark in marks:
            if mark.kind != "phone" or len(self._phones) >= MOST_MARKS:
                continue
            start, end = span(mark)
            parts = parts_of(mark.text)
            if end < max(start, self._given):
                continue
            if not parts and not is_pause(mark.text):
                self._prolong(start, end)
                continue
            if not parts and 0 < end - start < SHORTEST_PAUSE:
                continue
            phone = _Phone(max(start, self._given), end, parts, mark.source)
            at = bisect.bisect_left(self._phones, phone.start, key=_start)
            same = at < len(self._phones) and self._phones[at].start == phone.start
            self._phones[at : at + same] = [phone]

    def _prolong(self, start: float, end: float) -> None:
        """Let the phoneme before a mark of length or tone alone go on to the mark's end."""
        at = bisect.bisect_right(self._phones, start, key=_start) - 1
        if at >= 0 and self._phones[at].end >= start - SHORTEST_PAUSE:
            before = self._phones[at]
            self._phones[at] = replace(before, end=max(before.end, end))

    def take(self, until: float, drawn: float, *, is_complete: bool = False) -> list[SpokenSound]:
        """The next sounds, all that begin before `until`; with `is_complete` nothing follows and the row ends there.

        Where nothing is known up to `drawn`, the mouth closes.
        """
        taken: list[SpokenSound] = []
        while self._phones and self._phones[0].start < until:
            if not is_complete and self._is_open(drawn):
                return taken
            taken += self._pause(self._phones[0].start)
            taken += self._sounds(self._phones.pop(0), until if is_complete else math.inf)
        if not self._phones and drawn > self._given:
            taken += self._pause(drawn)
        return taken

    def _is_open(self, drawn: float) -> bool:
        """Whether the next phoneme is the last that is known, and its end may still be told before it is drawn."""
        only = self._phones[0]
        return len(self._phones) == 1 and only.end <= only.start and drawn < only.start + UNKNOWN

    def upcoming(self, count: int) -> Iterator[SpokenSound]:
        """The sounds of the next phonemes, as far as they are known, without giving them out."""
        for phone in self._phones[:count]:
            yield from _divided(phone, phone.start, max(phone.end, phone.start + 1))

    def _pause(self, until: float) -> list[SpokenSound]:
        """The pause up to `until`, where there is one that was not given out; a short one was the phoneme before it."""
        start, self._given = self._given, max(self._given, until)
        if self._closed or until <= start:
            return []
        self._closed = True
        return [SpokenSound(SOUNDS[""], start, until, "phonemes")]

    def _sounds(self, phone: _Phone, most: float) -> list[SpokenSound]:
        following = self._phones[0].start if self._phones else math.inf
        start = max(phone.start, self._given)
        end = phone.end if phone.end > phone.start else phone.start + UNKNOWN
        if following < end + SHORTEST_PAUSE or (phone.end <= phone.start and following < start + 3 * UNKNOWN):
            end = following
        end = min(end, most)
        if end <= start:
            return []
        self._given, self._closed = end, not phone.parts
        return list(_divided(phone, start, end))


def _divided(phone: _Phone, start: float, end: float) -> Iterator[SpokenSound]:
    if not phone.parts:
        yield SpokenSound(SOUNDS[""], start, end, phone.source)
    for part in phone.parts:
        stop = start + part.share * (end - phone.start) if part is not phone.parts[-1] else end
        yield SpokenSound(part.sound, start, stop, phone.source, part.glides)
        start = stop


def span(mark: Mark) -> tuple[float, float]:
    """Begin and end of a mark in ms, within what can be; the end is before the begin where the mark makes no sense."""
    start, length = mark.at, mark.ms
    if not math.isfinite(start) or start > LATEST:
        return 0.0, -1.0
    length = min(max(length, 0.0), LATEST) if math.isfinite(length) else 0.0
    return max(start, 0.0), max(start, 0.0) + max(0.0, length + min(start, 0.0))


def visible(spoken: SpokenSound, following: Sequence[SpokenSound]) -> SpokenSound:
    """The sound as it looks: breath has the shape of the vowel that comes after it."""
    if spoken.sound.manner != "breath":
        return spoken
    coming = next((later.sound for later in following if later.sound.manner not in ("breath", "tongue")), NEUTRAL)
    return replace(spoken, sound=coming if coming.manner == "vowel" else NEUTRAL, scale=BREATH)
