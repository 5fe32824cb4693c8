"""The mouth of a part whose synthesiser tells its times: phonemes as they are, words with espeak-ng's phonemes in them.

What is told may come late, in part, or not at all. The mouth then keeps a shape for LATE at most, and closes. Where it
stops while somebody still speaks, the sound alone moves the mouth, until marks go on.
"""

import bisect
import math

import trio
from msgspec.structs import replace

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark, MouthMade
from adapters.mouth.drawing import MouthDrawing
from adapters.mouth.loudness import LoudnessReader
from adapters.mouth.spelling import PhonemeSource, fitted, spelt
from adapters.mouth.timeline import UNKNOWN, span

LATE = 120.0
"""ms of the sound that may be without its mouth, because marks come late."""
PATIENCE = 0.07
"""Seconds that the phonemes of words are waited for, before letters serve."""


class ToldTrack:
    """Satisfies `MouthTrack` with the marks; `hears`: and with the sound, where they stop."""

    def __init__(
        self, drawing: MouthDrawing, phonemes: PhonemeSource | None, language: str, *, hears: bool = True
    ) -> None:
        self._reader = LoudnessReader() if hears else None
        self._rough: list[Mark] = []
        """What the sound alone says from what is marked on, without pauses."""
        self._is_filling = False
        self._marked = 0.0
        """ms up to which it is marked what is said."""
        self._drawing = drawing
        self._phonemes = phonemes
        self._language = language
        self._bare: list[Mark] = []
        """Words whose phonemes are not known, by time."""
        self._phones_until = -1.0
        """ms up to which phonemes were told: words before it need none."""
        self._until = 0.0

    @property
    def needs_samples(self) -> bool:
        """Whether marks may stop."""
        return self._reader is not None

    async def push(self, samples: bytes, marks: tuple[Mark, ...], until: float) -> MouthMade:
        """See `MouthTrack.push`. Cancelling loses the track."""
        self._take(marks)
        self._until = max(self._until, until)
        if self._reader is not None:
            self._rough += (mark for mark in self._reader.push(samples) if mark.text)
        # Where phonemes come too, a word's own may be on their way.
        await self._spell(self._until + (self._drawing.ahead if self._phones_until < 0 else -LATE))
        self._fill(self._until - LATE)
        known = max(self._drawing.known, float(self._drawing.drawn), self._until - LATE)
        return self._drawing.draw(min(self._until, known))

    async def catch_up(self, until: float) -> MouthMade:
        """See `MouthTrack.catch_up`. Cancelling loses the track."""
        await trio.lowlevel.checkpoint()
        self._hurry()
        self._fill(until)
        return self._drawing.draw(min(until, self._until))

    async def finish(self) -> MouthMade:
        """See `MouthTrack.finish`. Cancelling loses the track."""
        await self._spell(self._until)
        self._hurry()
        self._fill(self._until)
        return self._drawing.finish(self._until)

    def _hurry(self) -> None:
        if self._reader is not None:
            self._rough += (mark for mark in self._reader.hurry() if mark.text)

    def _fill(self, until: float) -> None:
        """Draw what the sound alone says up to `until` ms, where it goes on without marks for longer than LATE."""
        since = max(self._marked, self._drawing.drawn)
        self._rough = [_between(mark, since, math.inf) for mark in self._rough if mark.at + mark.ms > since]
        heard = [_between(mark, since, until) for mark in self._rough if mark.at < until]
        self._is_filling = self._is_filling or sum(mark.ms for mark in heard) > LATE
        if self._is_filling and heard:
            self._drawing.add(heard)
            self._marked = heard[-1].at + heard[-1].ms

    def _take(self, marks: tuple[Mark, ...]) -> None:
        self._drawing.add(marks)
        self._is_filling = self._is_filling and not marks
        for mark in marks:
            start, end = span(mark)
            self._marked = max(self._marked, end, start + UNKNOWN if end == start else 0.0)
            if mark.kind == "phone":
                self._phones_until = max(self._phones_until, end)
            elif end >= start:
                bisect.insort_right(self._bare, mark, key=_at)

    async def _spell(self, until: float) -> None:
        """Find the phonemes of the words that begin before `until`, where none were told."""
        count = bisect.bisect_left(self._bare, until, key=_at)
        words = [word for word in self._bare[:count] if word.at >= self._phones_until]
        self._bare = self._bare[count:]
        if words:
            texts = [word.text for word in words]
            found = await self._asked(texts)
            for word, phones in zip(words, found, strict=True):
                self._drawing.add(fitted(phones or spelt(word.text), word))

    async def _asked(self, words: list[str]) -> list[tuple[Mark, ...]]:
        source = self._phonemes
        if source is None:
            return [()] * len(words)
        with trio.move_on_after(PATIENCE):
            try:
                found = [tuple(phones) for phones in await source.phonemes(words, self._language)]
            except EngineFailed:
                found = []
            if len(found) == len(words):
                return found
        return [()] * len(words)


def _between(mark: Mark, start: float, end: float) -> Mark:
    """The mark without what is before `start` and after `end`."""
    at = max(mark.at, start)
    return replace(mark, at=at, ms=min(mark.at + mark.ms, end) - at)


def _at(mark: Mark) -> float:
    return mark.at
