"""The mouth of a part whose synthesiser tells its times: phonemes as they are, words with espeak-ng's phonemes in them.

What is told may come late, in part, or not at all. The mouth then keeps a shape for LATE at most, and closes.
"""

import bisect

import trio

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark, MouthMade
from adapters.mouth.drawing import MouthDrawing
from adapters.mouth.spelling import PhonemeSource, fitted, spelt
from adapters.mouth.timeline import span

LATE = 120.0
"""ms of the sound that may be without its mouth, because marks come late."""
PATIENCE = 0.07
"""Seconds that the phonemes of words are waited for, before letters serve."""


class ToldTrack:
    """Satisfies `MouthTrack` with the marks alone."""

    def __init__(self, drawing: MouthDrawing, phonemes: PhonemeSource | None, language: str) -> None:
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
        """Never: the marks say it all."""
        return False

    async def push(self, samples: bytes, marks: tuple[Mark, ...], until: float) -> MouthMade:
        """See `MouthTrack.push`. Cancelling loses the track."""
        self._take(marks)
        self._until = max(self._until, until)
        # Where phonemes come too, a word's own may be on their way.
        await self._spell(self._until + (self._drawing.ahead if self._phones_until < 0 else -LATE))
        known = max(self._drawing.known, float(self._drawing.drawn), self._until - LATE)
        return self._drawing.draw(min(self._until, known))

    async def catch_up(self, until: float) -> MouthMade:
        """See `MouthTrack.catch_up`. Cancelling loses the track."""
        await trio.lowlevel.checkpoint()
        return self._drawing.draw(min(until, self._until))

    async def finish(self) -> MouthMade:
        """See `MouthTrack.finish`. Cancelling loses the track."""
        await self._spell(self._until)
        return self._drawing.finish(self._until)

    def _take(self, marks: tuple[Mark, ...]) -> None:
        self._drawing.add(marks)
        for mark in marks:
            start, end = span(mark)
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


def _at(mark: Mark) -> float:
    return mark.at
