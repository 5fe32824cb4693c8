"""The mouth of one part being drawn: marks go in, and shapes of every set that is wanted come out, with the words.

All sources of the mouth end here: the marks of synthesisers and providers, those of the alignment, and what is made of
sound alone.
"""

import bisect
from collections.abc import Iterable

from msgspec.structs import replace

from actors.ports.mouth import Mark, MouthMade, Shapes
from adapters.mouth.frames import ANTICIPATION, FrameWriter
from adapters.mouth.keyframes import CHANGE, KeyWriter
from adapters.mouth.timeline import SoundTimeline, span, visible
from protocol.mouth import MouthRate, MouthSet, MouthSource

BEST_FIRST: tuple[MouthSource, ...] = ("phonemes", "provider", "aligned", "sound")
MOST_WORDS = 4_000
"""Words of a part that are kept and not told yet."""
LOOKED_AT = 4
"""Sounds after one that may change how it looks."""
WORD_MS, LETTER_MS = 70.0, 55.0
"""ms that a word lasts at most whose end is not told: so much, and so much for each letter."""


class MouthDrawing:
    """The mouth of one part in the sets `sets`; `lead` ms, `arkit` at `fps`. `source`: of what it will be, at first.

    `words`: the words are wanted too. Times rise over all that it makes, and what covers a stretch is made once.
    """

    def __init__(
        self,
        sets: Iterable[MouthSet],
        *,
        lead: float = 40.0,
        fps: MouthRate = 30,
        words: bool = False,
        source: MouthSource = "phonemes",
    ) -> None:
        self._timeline = SoundTimeline()
        self._keys = {of: KeyWriter(of, lead) for of in sets if of != "arkit"}
        self._frames = FrameWriter(fps, lead) if "arkit" in sets else None
        self._fps: MouthRate = fps
        self._ahead = lead + max(ANTICIPATION, CHANGE)
        self._drawn = 0
        """ms up to which the mouth was made."""
        self._words: list[Mark] | None = [] if words else None
        self._told = -1.0
        """When the last word that was told begins."""
        self._source = source
        self._has_marks = False

    @property
    def drawn(self) -> int:
        """ms up to which the mouth was made."""
        return self._drawn

    @property
    def ahead(self) -> float:
        """ms after `until` of which the sounds should be known by then: lips move before they are heard."""
        return self._ahead

    @property
    def known(self) -> float:
        """ms up to which the phonemes are known."""
        return self._timeline.known

    def add(self, marks: Iterable[Mark]) -> None:
        """Take phonemes and words, in any order; what is wrong with them is left out."""
        marks = tuple(marks)
        if marks and not self._has_marks:
            self._source, self._has_marks = marks[0].source, True
        self._timeline.add(marks)
        if self._words is None:
            return
        for mark in marks:
            start, end = span(mark)
            if mark.kind == "word" and mark.text.strip() and end >= start and len(self._words) < MOST_WORDS:
                word = replace(mark, at=start, ms=end - start)
                bisect.insort_right(self._words, word, key=_at)

    def draw(self, until: float) -> MouthMade:
        """The mouth up to `until` ms of the sound, and the words that begin before it."""
        end = max(round(until), self._drawn)
        self._take(end + self._ahead, end, is_complete=False)
        shapes: dict[MouthSet, tuple[Shapes, ...]] = {}
        if end > self._drawn:
            for of, writer in self._keys.items():
                shapes[of] = (self._of_keys(writer, end, is_last=False),)
            if self._frames is not None and (frames := self._of_frames(self._frames, end, is_last=False)):
                shapes["arkit"] = (frames,)
        self._drawn = end
        return MouthMade(shapes, self._take_words(end), float(end))

    def finish(self, end: float) -> MouthMade:
        """The rest: the sound ends at `end` ms, and the mouth is closed then."""
        last = max(round(end), self._drawn)
        self._take(last, last, is_complete=True)
        shapes: dict[MouthSet, tuple[Shapes, ...]] = {
            of: (self._of_keys(writer, last, is_last=True),) for of, writer in self._keys.items()
        }
        if self._frames is not None and (frames := self._of_frames(self._frames, last, is_last=True)):
            shapes["arkit"] = (frames,)
        self._drawn = last
        return MouthMade(shapes, self._last_words(last), float(last), last=True)

    def _take(self, until: float, drawn: float, *, is_complete: bool) -> None:
        taken = self._timeline.take(until, drawn, is_complete=is_complete)
        if not taken:
            return
        self._source = max((sound.source for sound in taken if sound.sound.name), key=_rank, default=self._source)
        following = [*taken, *self._timeline.upcoming(LOOKED_AT)]
        for number, spoken in enumerate(taken, 1):
            later = following[number : number + LOOKED_AT]
            seen = visible(spoken, later)
            for writer in self._keys.values():
                writer.add(seen, later)
            if self._frames is not None:
                self._frames.add(seen)

    def _of_keys(self, writer: KeyWriter, end: int, *, is_last: bool) -> Shapes:
        keys = writer.finish(end) if is_last else writer.take(end)
        return Shapes(
            self._drawn,
            max(end, keys[-1].time) if is_last else end,
            self._source,
            tuple(key.time for key in keys),
            tuple(key.shape for key in keys),
            tuple(key.weight for key in keys),
            last=is_last,
        )

    def _of_frames(self, writer: FrameWriter, end: int, *, is_last: bool) -> Shapes | None:
        first = writer.made
        values = writer.finish(end) if is_last else writer.take(end)
        if not values:
            return None
        start, stop = (round(frame * 1000 / self._fps) for frame in (first, writer.made))
        return Shapes(start, stop, self._source, values=values, fps=self._fps, last=is_last)

    def _take_words(self, until: int) -> tuple[Mark, ...]:
        """The words that begin before `until`, each up to the next one at most."""
        if not self._words:
            return ()
        count = bisect.bisect_left(self._words, float(until), key=_at)
        taken: list[Mark] = []
        for number, word in enumerate(self._words[:count], 1):
            at = max(word.at, self._told)
            end = word.at + (word.ms or WORD_MS + LETTER_MS * len(word.text))
            most = self._words[number].at if number < len(self._words) else end
            taken.append(replace(word, at=at, ms=max(0.0, min(end, most) - at)))
            self._told = at
        self._words = self._words[count:]
        return tuple(taken)

    def _last_words(self, end: int) -> tuple[Mark, ...]:
        """All that are left; those that should begin after the end of the sound are said to begin there."""
        self._words = self._words and [replace(word, at=min(word.at, end)) for word in self._words]
        return tuple(replace(word, ms=min(word.ms, max(0.0, end - word.at))) for word in self._take_words(end + 1))


def _at(mark: Mark) -> float:
    return mark.at


def _rank(source: MouthSource) -> int:
    return BEST_FIRST.index(source)
