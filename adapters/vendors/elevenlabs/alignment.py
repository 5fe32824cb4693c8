"""The alignment of ElevenLabs: when each character sounds, chunk by chunk, as words.

Its normalised alignment says what was spoken ("five dollars" for "$5"). Each chunk of it begins with a space that was
not spoken, also where a word goes on from the chunk before (github.com/pipecat-ai/pipecat #4344).
"""

from collections.abc import Iterator

import msgspec
import regex  # type: ignore[import-untyped]

from adapters.vendors.shared.chunkclock import ChunkClock
from adapters.vendors.shared.markqueue import MarkQueue

_LETTER = regex.compile(r"[\p{L}\p{M}\p{N}]")
_WORD_BY_ITSELF = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
"""A character of a script that has no spaces between words."""


class ElevenLabsAlignment(msgspec.Struct):
    """Characters, and when each begins and ends, in seconds; three lists of one length."""

    characters: list[str] = []
    starts: list[float] = msgspec.field(name="character_start_times_seconds", default_factory=list)
    ends: list[float] = msgspec.field(name="character_end_times_seconds", default_factory=list)


class _Spoken(msgspec.Struct, frozen=True):
    text: str
    at: float
    end: float


class SpokenWords:
    """Puts the words of one sound into `marks`, as their characters come."""

    def __init__(self, marks: MarkQueue) -> None:
        self._marks = marks
        self._clock = ChunkClock()
        self._word: list[_Spoken] = []
        self._seam = 0

    def take(self, alignment: ElevenLabsAlignment, sound: float, *, is_normalised: bool) -> None:
        """The next chunk's alignment; `sound` is the ms of sound before this chunk, inf where that is not known."""
        spoken = list(_rising(alignment))
        if not spoken:
            return
        self._marks.has_come = True
        shift = self._clock.shift(spoken[0].at, spoken[-1].end, sound)
        if is_normalised and spoken[0].text.isspace():
            del spoken[0]
            self._seam = len(self._word)
        for each in spoken:
            self._add(_Spoken(each.text, each.at + shift, each.end + shift))
        if self._word and self._marks.goes_on_with(_text(self._word)):
            self._end_word()  # it is whole, as the text shows: its sound need not leave without it

    def finish(self) -> None:
        """The last word is complete."""
        self._end_word()

    def _add(self, spoken: _Spoken) -> None:
        if spoken.text.isspace():
            self._end_word()
        elif _WORD_BY_ITSELF.match(spoken.text):
            self._end_word()
            self._tell([spoken])
        else:
            self._word.append(spoken)

    def _end_word(self) -> None:
        """Tell the word; two words where the space between two chunks was one after all, as the text shows."""
        word, seam = self._word, self._seam
        self._word, self._seam = [], 0
        if seam and self._is_two(word[:seam], word):
            self._tell(word[:seam])
            word = word[seam:]
        self._tell(word)

    def _is_two(self, first: list[_Spoken], whole: list[_Spoken]) -> bool:
        goes_on = self._marks.goes_on_with
        return not goes_on(_text(whole)) and goes_on(_text(first))

    def _tell(self, word: list[_Spoken]) -> None:
        """Tell when its letters sound: the time of a comma is a pause."""
        sounding = [each for each in word if _LETTER.search(each.text)]
        if sounding:
            self._marks.add_word(_text(word), sounding[0].at, sounding[-1].end - sounding[0].at)


def _text(word: list[_Spoken]) -> str:
    return "".join(each.text for each in word)


def _rising(alignment: ElevenLabsAlignment) -> Iterator[_Spoken]:
    """The characters in ms; a time that is before the one before it is that one."""
    end = 0.0
    for text, starts, ends in zip(alignment.characters, alignment.starts, alignment.ends, strict=False):
        if text:
            at = max(1e3 * starts, end)
            end = max(1e3 * ends, at)
            yield _Spoken(text, at, end)
