"""Cues in an answer: the tags are taken out of its text as it comes, and put back into what the model is reminded of.

What may still become a tag is held back, and nothing else; so a tag at the beginning of a sentence does not delay it.
In fences of code nothing is a tag. The white space around a tag becomes that of one place between two words.

Terms: docs/glossary.md.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import regex  # type: ignore[import-untyped]

from actors.words.cuetags import Cue, CueTags

MOST_CUES = 100
"""Cues of an answer; tags behind that are taken out of its text, and nothing else comes of them."""
_MOST_SPACE = 16
_TOKEN = regex.compile(r"\s+|`+|~+|[\[［【<]|[^\s`~\[［【<]+")
_BRACKETS = frozenset("[［【<")
_SENTENCE_ENDS = frozenset(".!?,;:…")
_CLOSING = frozenset(".,;:!?…)")
_LETTER = regex.compile(r"[\p{L}\p{N}]")


class PlacedCue(NamedTuple):
    """A cue before the character `place` of a text without tags; `written`: its tag, "" of a second one of a tag."""

    place: int
    cue: Cue
    written: str


def with_tags(text: str, cues: Iterable[PlacedCue]) -> str:
    """`text` with the tags where they stood, as its model wrote it but for white space."""
    made, begin = "", 0
    for index, together in _by_place(cues, len(text)):
        made += text[begin:index]
        if made and not made[-1].isspace() and (index == len(text) or text[index] in _CLOSING):
            made += " "
        is_apart = not made or made[-1].isspace()
        made += together
        if is_apart and index < len(text) and not text[index].isspace():
            made += " "
        begin = index
    return made + text[begin:]


def _by_place(cues: Iterable[PlacedCue], most: int) -> Iterator[tuple[int, str]]:
    """The tags that stand at one place, together."""
    tags: dict[int, str] = {}
    for index, _, written in cues:
        tags[min(index, most)] = tags.get(min(index, most), "") + written
    return iter(tags.items())


class CueReader:
    """Reads the text of an answer as it comes, and tells its tags from its words.

    What comes out depends on the text alone, and not on the pieces in which it came.
    """

    def __init__(self, tags: CueTags) -> None:
        self._tags = tags
        self._held = ""  # begins with a bracket, or is empty
        self._before = ""  # the character before it, "" behind a tag
        self._code = _CodeMarks()
        self._seen = 0
        self._out: list[str | tuple[Cue, str]] = []
        self._gap = self._after = ""  # white space before the tags that wait for the next word, and behind them
        self._waiting: tuple[tuple[Cue, str], ...] = ()
        self._is_tagged = False  # there was a tag since the last word, with a cue or not
        self._last = ""  # the last character that has come out

    def copied(self) -> "CueReader":
        """A reader that goes on by itself from here."""
        made = copy.copy(self)
        made._code, made._out = copy.copy(self._code), list(self._out)
        return made

    def push(self, text: str) -> list[str | tuple[Cue, str]]:
        """The words, and the cues with their tags, that are certain now; at most 3 * LONGEST characters are held."""
        self._read(text, is_whole=False)
        return self._taken()

    def finish(self) -> list[str | tuple[Cue, str]]:
        """The rest: no more text comes. A tag that has no end is left out."""
        self._read("", is_whole=True)
        if not self._is_tagged:
            self._out.append(self._gap)
        self._out += self._waiting
        return self._taken()

    def _taken(self) -> list[str | tuple[Cue, str]]:
        out, self._out = self._out, []
        return [item for item in out if item]

    def _read(self, text: str, *, is_whole: bool) -> None:
        text, self._held = self._held + text, ""
        at = 0
        while at < len(text):
            token = _TOKEN.match(text, at)[0]
            end = self._tag_end(text, at, is_whole) if token in _BRACKETS else at
            if end < 0:
                self._held = text[at:]
                return
            if end > at:
                self._take_tag(text[at:end])
                at, self._before = end, ""
                continue
            self._code.take(token)
            self._take_space(token) if token[0].isspace() else self._take_word(token)
            at, self._before = at + len(token), token[-1]

    def _tag_end(self, text: str, at: int, is_whole: bool) -> int:
        self._code.settle()
        if self._code.is_fenced:
            return at
        return self._tags.end(text, at, self._before, is_code=self._code.is_ticked, is_whole=is_whole)

    def _take_tag(self, tag: str) -> None:
        self._is_tagged = True
        written = tag
        for cue in self._tags.read(tag):
            if self._seen < MOST_CUES:
                self._seen += 1
                self._waiting += ((cue, written),)
                written = ""

    def _take_space(self, space: str) -> None:
        if self._is_tagged:
            self._after = (self._after + space)[:_MOST_SPACE]
            return
        self._gap += space
        if surplus := self._gap[:-_MOST_SPACE]:
            self._out.append(surplus)
            self._last = surplus[-1]
            self._gap = self._gap[-_MOST_SPACE:]

    def _take_word(self, word: str) -> None:
        self._out.append(self._between(word[0]) if self._is_tagged else self._gap)
        self._out += self._waiting
        self._out.append(word)
        self._last = word[-1]
        self._gap = self._after = ""
        self._waiting, self._is_tagged = (), False

    def _between(self, first: str) -> str:
        """The white space in the place of tags before a word that begins with `first`."""
        if not self._last:
            return ""
        if self._gap and self._after:
            return max(self._gap, self._after, key=lambda space: space.count("\n"))
        if not self._gap and not self._after:
            return " " if self._last in _SENTENCE_ENDS and _LETTER.match(first) else ""
        return "" if first in _CLOSING and not self._after else self._gap or self._after


class _CodeMarks:
    """Whether the text is in a fence of code, or between backticks on one line."""

    def __init__(self) -> None:
        self.is_ticked = False
        self._fence = ""
        self._opened_here = False
        self._at_line_start = True
        self._run = ""
        self._length = 0

    @property
    def is_fenced(self) -> bool:
        """Whether it is in a fence."""
        return bool(self._fence)

    def take(self, token: str) -> None:
        """The next of the text: white space, a run of marks, a bracket or other characters."""
        if token[0] in "`~" and token[0] == self._run:
            self._length += len(token)
            return
        self.settle()
        if token[0] in "`~":
            self._run, self._length = token[0], len(token)
        elif "\n" in token:
            self._at_line_start, self.is_ticked, self._opened_here = True, False, False
        elif not token.isspace():
            self._at_line_start = False

    def settle(self) -> None:
        """The run of marks is over: what it was."""
        if not self._run:
            return
        if self._length >= 3 and self._fence == self._run and (self._at_line_start or self._opened_here):
            self._fence = ""
        elif self._length >= 3 and not self._fence and self._at_line_start:
            self._fence, self._opened_here = self._run, True
        elif self._run == "`" and not self._fence:
            self.is_ticked = not self.is_ticked
        self._run, self._at_line_start = "", False
