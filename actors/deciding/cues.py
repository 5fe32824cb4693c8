"""The cues of an answer: read out of its text, given to its parts, and sent before the sound of their moment.

A cue is placed by the times of the words of its part, where they are known; else by its share of the letters in the
sound, or in an estimate of it while more of the sound comes.

Terms: docs/glossary.md.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from actors.deciding.account import Charge, nobodys
from actors.deciding.timeline import LETTERS_PER_SECOND
from actors.ports.mouth import Mark
from actors.words.cues import CueReader, PlacedCue, with_tags
from actors.words.cuetags import Cue, CueTags
from actors.words.spoken import speakable
from protocol.configuration import Configuration
from protocol.mouth import ResponseCue

COST = 700
"""Bytes that a cue takes at most besides the characters of its tag, for which the text has paid."""


class PartCue(NamedTuple):
    """A cue in a part, before the character `char` of what is said of it; `placed`: where it stands in its text."""

    char: int
    placed: PlacedCue


@lru_cache(64)
def _tags_of(faces: tuple[str, ...], gestures: tuple[str, ...]) -> CueTags:
    return CueTags(faces, gestures)


class AnswerCues:
    """The cues of one answer, from its text to its parts; `charge` pays for them.

    Where there is no room for one it is lost, and its tag is in no text all the same.
    """

    def __init__(self, configuration: Configuration, charge: Charge | None = None) -> None:
        self._charge = charge or nobodys()
        self._language = configuration.tts.language_code
        self._reader = CueReader(_tags_of(configuration.llm.faces, configuration.llm.gestures))
        self._chars = 0
        self._given = 0
        self._left: list[PlacedCue] = []
        self.placed: list[PlacedCue] = []
        """All until now, by the characters of the answer's text."""

    def read(self, text: str) -> str:
        """The text without its tags, as far as it is certain."""
        return self._keep(self._reader.push(text))

    def rest(self) -> str:
        """The text that was held back, now that no more comes; changes nothing."""
        return "".join(item for item in self._reader.copied().finish() if isinstance(item, str))

    def finish(self) -> str:
        """The text that was held back: no more comes."""
        return self._keep(self._reader.finish())

    def _keep(self, items: Sequence[str | tuple[Cue, str]]) -> str:
        words = []
        for item in items:
            if isinstance(item, str):
                words.append(item)
                self._chars += len(item)
            elif self._charge.take(COST):
                self._left.append(PlacedCue(self._chars, *item))
                self.placed.append(self._left[-1])
        return "".join(words)

    def forget(self) -> None:
        """The text is taken back, and the room for its cues is given back."""
        self._charge.give_back(COST * len(self.placed))
        self.placed.clear()

    def give(self, text: str, speech: str | None) -> tuple[PartCue, ...]:
        """The cues in the next part, of which `speech` is said; what stands at its end belongs to what follows."""
        begin, end = self._given, self._given + len(text)
        self._given = end
        count = sum(placed.place < end for placed in self._left)
        given, self._left = self._left[:count], self._left[count:]
        return tuple(
            _in_part(
                [placed._replace(place=placed.place - begin) for placed in given], text, speech or "", self._language
            )
        )

    def give_last(self) -> tuple[PlacedCue, ...]:
        """The cues behind the end of the last part."""
        left, self._left = tuple(self._left), []
        return left


def _in_part(cues: Sequence[PlacedCue], text: str, speech: str, language: str) -> Iterator[PartCue]:
    """Where each stands in what is said of `text`: as far as what is said of the text before it goes."""
    said, begin = 0, 0
    lengths: list[int] = []
    for placed in cues:
        said += _length(text[begin : placed.place], language)
        begin = placed.place
        lengths.append(said)
    whole = max(said + _length(text[begin:], language) - 1, 1) if said else 1
    for placed, length in zip(cues, lengths, strict=True):
        yield PartCue(round(len(speech) * length / whole), placed)


def _length(text: str, language: str) -> int:
    spoken = speakable(text, language)
    return len(spoken) + 1 if spoken else 0


class PartCues:
    """The cues of one part; those that were not sent wait for the sound of their moment."""

    def __init__(self, cues: Sequence[PartCue]) -> None:
        self._waiting = list(cues)
        self._placed = [cue.placed for cue in cues]
        self._words: list[Mark] = []
        self._last_at = 0

    def add(self, cues: Sequence[PartCue]) -> None:
        """More cues, behind the others."""
        self._waiting += cues
        self._placed += [cue.placed for cue in cues]

    def forget(self) -> None:
        """The text of the part is taken back."""
        self._waiting.clear()
        self._placed.clear()

    def heard(self, text: str, heard: str) -> str:
        """What was heard of the part's `text`, with the tags that were passed."""
        lead = len(text) - len(text.lstrip())
        until = len(text) if heard == text.strip() else lead + len(heard)
        passed = [placed for placed in self._placed if placed.place <= until]
        return with_tags(heard, [placed._replace(place=max(placed.place - lead, 0)) for placed in passed])

    def take(
        self, speech: str, words: Sequence[Mark], until: int, speed: float, *, is_whole: bool
    ) -> Iterator[tuple[int, Cue]]:
        """The cues before `until` ms of the sound and their times; with `is_whole`, where no more of it comes, all.

        `words`: of which the times became known. `speed`: of the voice, 1 being its own.
        """
        self._words += words
        while self._waiting:
            at = self._moment(self._waiting[0].char, speech, until, speed, is_whole)
            if at is None or (at >= until and not is_whole):
                return
            cue = self._waiting.pop(0).placed.cue
            self._last_at = max(self._last_at, min(at, until))
            yield self._last_at, cue

    def _moment(self, char: int, speech: str, until: int, speed: float, is_whole: bool) -> int | None:
        """The ms at which a character of the speech sounds; None where words before it still have no time."""
        if char <= 0:
            return 0
        if char >= len(speech):
            return until if is_whole else None
        known = self._words
        if known and all(word.char >= 0 for word in known):
            word = next((word for word in known if word.char >= char - 1), None)
        else:
            number = len(speech[:char].split())
            word = known[number] if number < len(known) else None
        if word is not None:
            return round(word.at)
        if is_whole:
            return round(until * char / len(speech))
        return None if known else round(1000 * char / (LETTERS_PER_SECOND * speed))


def cue_message(turn: int, part: int, at: int, cue: Cue) -> ResponseCue:
    """The cue as Receivers get it."""
    return ResponseCue(turn, part, at, cue.kind, cue.name, cue.seconds)
