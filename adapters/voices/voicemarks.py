"""The marks of a voice model's sound: its phonemes as IPA alone, and the words that their groups belong to."""

import itertools
from collections.abc import Callable, Iterator, Sequence

import msgspec
import regex  # type: ignore[import-untyped]

from actors.ports.mouth import Mark
from adapters.voices.clauses import Run

STRESS = frozenset("ˈˌ")
"""Symbols that have a time of their own, which is of the phoneme after them."""
SHORTEST_PAUSE = 100.0
"""ms between two words from which on it is a pause; a voice model has some between any two, and before a `p` more."""
_WORD = regex.compile(r"\S*[\p{L}\p{N}]\S*")
_EDGES = regex.compile(r"^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$")
_LETTER = regex.compile(r"[\p{Ll}\p{Lo}]")


class PhonemeSpan(msgspec.Struct, frozen=True, array_like=True):
    """A phoneme in IPA, or "" for a pause, and the number of samples for which it sounds."""

    symbol: str
    samples: int


class TextWord(msgspec.Struct, frozen=True):
    """A word of a text, without marks around it, and the index of its first character."""

    text: str
    char: int


class _Group(msgspec.Struct, frozen=True):
    """Phonemes without a pause between them: when, and how many."""

    start: float
    end: float
    size: int


def tokens_of(text: str) -> list[TextWord]:
    """The words between spaces, without marks around them."""
    return [_bare(word[0], word.start()) for word in _WORD.finditer(text)]


def _bare(word: str, char: int) -> TextWord:
    bare = _EDGES.sub("", word)
    return TextWord(bare, char + word.index(bare))


def words_of(run: Run, text: str, start: int) -> tuple[list[TextWord], int]:
    """The words of a run of `text`, which begins at the index `start` or later; and the index at which it ends."""
    words: list[TextWord] = []
    for clause in run:
        found = text.find(clause.text, start)
        start = found if found >= 0 else start
        words += [TextWord(word.text, start + word.char) for word in tokens_of(clause.text)]
        start += len(clause.text)
    return words, start


def phone_marks(spans: Sequence[PhonemeSpan], at: float, rate: int) -> list[Mark]:
    """The phonemes of a sound that begins at `at` ms; a mark of stress is of the phoneme after it."""
    marks: list[Mark] = []
    held = 0.0
    for span in spans:
        ms = span.samples * 1000 / rate
        if span.symbol in STRESS:
            held += ms
        elif span.symbol:
            marks.append(Mark("phone", span.symbol, at - held, ms + held))
            held = 0.0
        elif ms >= SHORTEST_PAUSE or not marks:
            marks.append(Mark("phone", "", at, ms))
        else:  # too short to close the mouth
            last = marks[-1]
            marks[-1] = Mark("phone", last.text, last.at, last.ms + ms)
        at += ms
    return marks


def word_marks(
    words: Sequence[TextWord], spans: Sequence[PhonemeSpan], at: float, rate: int, size_of: Callable[[str], int]
) -> list[Mark]:
    """The words of a sound that begins at `at` ms.

    espeak-ng says some words as one ("of the") and one as several ("42"). Where there are not as many groups of
    phonemes as words, `size_of`, the number of phonemes of a word alone, says how far into them each word begins.
    """
    groups = list(_groups(spans, at, rate))
    if not words or not groups:
        return []
    if len(words) == len(groups):
        starts = [group.start for group in groups]
    else:
        starts = _starts(groups, [max(1, size_of(word.text)) for word in words])
    ends = [*starts[1:], groups[-1].end]
    closed = [min(end, _end_before(groups, end)) for end in ends]
    return [
        Mark("word", word.text, start, max(0.0, end - start), word.char)
        for word, start, end in zip(words, starts, closed, strict=True)
    ]


def phonemes_in(ipa: str) -> int:
    """About how many phonemes an IPA text has."""
    return len(_LETTER.findall(ipa))


def _groups(spans: Sequence[PhonemeSpan], at: float, rate: int) -> Iterator[_Group]:
    for is_sound, each in itertools.groupby(spans, key=lambda span: bool(span.symbol)):
        several = list(each)
        end = at + sum(span.samples for span in several) * 1000 / rate
        if is_sound:
            yield _Group(at, end, max(1, phonemes_in("".join(span.symbol for span in several))))
        at = end


def _starts(groups: list[_Group], sizes: list[int]) -> list[float]:
    """When each of the words begins whose phonemes are `sizes`; near the begin of a group, with it."""
    edges = [0, *itertools.accumulate(group.size for group in groups)]
    scale = edges[-1] / sum(sizes)
    starts: list[float] = []
    for place, size in zip(itertools.accumulate(sizes, initial=0), sizes, strict=False):
        number = place * scale
        nearest = min(range(len(groups)), key=lambda each: abs(edges[each] - number))
        if abs(edges[nearest] - number) <= min(size, groups[nearest].size) / 2:
            starts.append(groups[nearest].start)
            continue
        at = next(each for each in range(len(groups)) if number < edges[each + 1] or each == len(groups) - 1)
        part = (number - edges[at]) / groups[at].size
        starts.append(groups[at].start + part * (groups[at].end - groups[at].start))
    return list(itertools.accumulate(starts, max))


def _end_before(groups: list[_Group], until: float) -> float:
    """The end of the last group that begins before `until`."""
    return next((group.end for group in reversed(groups) if group.start < until), until)
