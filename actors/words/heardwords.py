"""How much of a written text was heard, by the times of the words that were spoken of it.

What is spoken is not what is written: "$5" is spoken as "five dollars", and marks are not spoken at all. So the spoken
words are found in the written ones, in their order, each a few words ahead at most. What is not found counts by its
share of the words between two that were.

Terms: docs/glossary.md.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import regex  # type: ignore[import-untyped]

from actors.words.scripts import UNSPACED

_LOOK: Final = 12
"""Written words among which a spoken one is looked for."""
_TOKEN: Final = regex.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")
"""A word, or a character of a script that writes no spaces."""
_SPACED: Final = regex.compile(rf"[^\s{UNSPACED}]+(?=\s|$)")
"""A word in a script that writes spaces."""
_SILENT: Final = regex.compile(r"[^\p{L}\p{N}\p{Sc}%]+")


class TimedWord(NamedTuple):
    """A word that sounds until `end`; `char`: where it begins in the spoken text, -1 for unknown."""

    text: str
    end: float
    char: int = -1


class _FoundWord(NamedTuple):
    """A word without its marks; `at`: where its text ends, or the time until which it sounds."""

    text: str
    at: float


def heard_end(text: str, speech: str, words: Sequence[TimedWord], time: float) -> int | None:
    """The index in `text` where what was heard of it by `time` ends; None where its words were not recognised.

    `speech` is what was spoken of it. Linear in the words.
    """
    written = [_FoundWord(folded, found.end()) for found in _TOKEN.finditer(text) if (folded := _folded(found[0]))]
    spoken = [token for word in _as_written(speech, words) for token in _tokens(word)]
    anchors = list(_anchors(spoken, written))
    if len(anchors) == 0:
        return None
    count = sum(token.at <= time for token in spoken)
    before = max((anchor for anchor in anchors if anchor[0] < count), default=(-1, -1))
    after = min((anchor for anchor in anchors if anchor[0] >= count), default=(len(spoken), len(written)))
    between, unknown = after[1] - before[1] - 1, after[0] - before[0] - 1
    last = before[1] + (between * (count - before[0] - 1) // unknown if unknown else 0)
    return int(written[last].at) if last >= 0 else 0


def _folded(word: str) -> str:
    return str(_SILENT.sub("", word)).casefold()


def _as_written(speech: str, words: Sequence[TimedWord]) -> Iterator[TimedWord]:
    """The words as they stand in `speech`, where that is known; of several that stand there as one, the last."""
    held: TimedWord | None = None
    for word in (_in_speech(speech, one) for one in words):
        if held is not None and (word.char < 0 or word.char != held.char):
            yield held
        held = word
    if held is not None:
        yield held


def _in_speech(speech: str, word: TimedWord) -> TimedWord:
    if not 0 <= word.char < len(speech):
        return word
    begin = word.char
    while begin and not speech[begin - 1].isspace():
        begin -= 1
    found = _SPACED.match(speech, begin)
    return TimedWord(found[0], word.end, begin) if found is not None else word


def _tokens(word: TimedWord) -> Iterator[_FoundWord]:
    """Its tokens; where a script writes no spaces there are several in a word, which all end with it."""
    texts = [folded for found in _TOKEN.findall(word.text) if (folded := _folded(found))]
    for text in texts:
        yield _FoundWord(text, word.end)


def _anchors(spoken: Sequence[_FoundWord], written: Sequence[_FoundWord]) -> Iterator[tuple[int, int]]:
    """The pairs of the same word, spoken and written, in their order."""
    at = 0
    for number, token in enumerate(spoken):
        for place in range(at, min(at + _LOOK, len(written))):
            if written[place].text == token.text:
                yield number, place
                at = place + 1
                break
