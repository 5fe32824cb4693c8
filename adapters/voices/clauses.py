"""A text as the runs in which a voice model speaks it: clauses with their marks, a short run first.

A model speaks a run whole before any of it can be heard, and its memory grows with the run. So the first run is about
a clause, which is soon made; the others are up to a sentence, because a model that hears a whole sentence has the
better melody, and by then there is sound to play meanwhile.
"""

from collections.abc import Iterator

import msgspec
import regex  # type: ignore[import-untyped]

from actors.words.sentences import Cutter

LONGEST = 120
"""Characters that a run has at most: some twenty words, 7 s of sound, for which a model takes 300 MB."""
FIRST = 64
"""Characters that the first run has at most: some eleven words."""
JOINED = 30
"""Characters up to which the first run takes in a second clause."""
SHORTEST = 8
"""However slowly it is spoken, a run may have this many characters."""

_PIECE = regex.compile(r"(?s).+?(?:[,;:–—](?=\s)\s*|[、，；：،؛]\s*|\Z)")
_VOICED = regex.compile(r"[\p{L}\p{N}]")
_LAST = regex.compile(r"[.!?;:,。！？；：，、،؛؟…–—।](?=[^\p{L}\p{N}]*\Z)")
_MARKS = {"。": ".", "！": "!", "？": "?", "；": ";", "：": ":", "，": ",", "、": ",", "،": ",", "؛": ";", "؟": "?"}
_MARKS |= {"…": ".", "–": ",", "—": ",", "।": "."}


class Clause(msgspec.Struct, frozen=True):
    """The words of a clause, and the mark after it as models know it: one of `. ! ? ; : ,`, or "" for none."""

    text: str
    mark: str


Run = tuple[Clause, ...]


def runs(text: str, language: str, speed: float = 1.0, longest: int = LONGEST) -> list[Run]:
    """The runs of `text`, each with something in it that can be said; `language` is BCP 47.

    The slower it is spoken, the shorter a run is, so that the sound of one is bounded.
    """
    found: list[Run] = []
    longest = max(SHORTEST, round(longest * min(speed, 1.0)))
    for sentence in _cut(text, language, longest):
        pieces = [piece[0] for piece in _PIECE.finditer(sentence)]
        while pieces:
            if not found and len(pieces[0]) > FIRST:
                pieces[:1] = _cut(pieces[0], language, FIRST)
            taken = [pieces.pop(0)]
            most = longest if found else JOINED
            while pieces and sum(map(len, taken)) + len(pieces[0]) <= most:
                taken.append(pieces.pop(0))
            if run := tuple(_clauses(taken)):
                found.append(run)
    return found


def _cut(text: str, language: str, longest: int) -> list[str]:
    cutter = Cutter(language, longest)
    return cutter.push(text) + cutter.finish()


def _clauses(pieces: list[str]) -> Iterator[Clause]:
    for piece in pieces:
        if _VOICED.search(piece):
            mark = _LAST.search(piece)
            yield Clause(piece.strip(), _MARKS.get(mark[0], mark[0]) if mark else "")
