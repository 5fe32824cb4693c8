"""Packing of the mouth: shapes and words of a part as messages of a bounded length and size.

Terms: docs/glossary.md.
"""

from collections.abc import Iterable, Iterator

from actors.deciding.partmouth import ARKIT_ROW
from actors.ports.mouth import Mark, Shapes
from protocol.mouth import MOST_BYTES, MOST_MS, MouthRate, MouthSet, ResponseMouth, ResponseWords

_MOST_KEYS = MOST_BYTES // 20
"""Key frames of a message: each takes 20 bytes at most, with a time below a day."""
_MOST_ROWS = 60
"""Rows of a message: 2 s of 30 frames a second; a row takes 260 bytes at most."""
_MOST_WORD = 1_000
"""Characters of a word in one message; a longer one is told in pieces."""
_CHARACTER, _WORD = 6, 32
"""Bytes that a character of a word takes at most (a control character, as JSON), and a word besides."""


def size_of(shapes: Shapes) -> int:
    """About the bytes that the messages of `shapes` take."""
    return 200 + 20 * len(shapes.times) + 5 * len(shapes.values)


def size_of_word(word: Mark) -> int:
    """About the bytes that a word takes in a message."""
    return _WORD + 4 * len(word.text)


def pack(shapes: Shapes, of: MouthSet, turn: int, part: int, fps: MouthRate) -> Iterator[ResponseMouth]:
    """The messages of `shapes`, of which `arkit` is told at `fps`."""
    return _pack_rows(shapes, turn, part, fps) if of == "arkit" else _pack_keys(shapes, of, turn, part)


def _pack_keys(shapes: Shapes, of: MouthSet, turn: int, part: int) -> Iterator[ResponseMouth]:
    at, count = shapes.start, 0
    times = shapes.times
    while True:
        first = count
        end = min(at + MOST_MS, shapes.end)
        while count < len(times) and count - first < _MOST_KEYS and (times[count] < end or end == shapes.end):
            count += 1
        if count < len(times) and times[count] < end:
            end = max(times[count], at)
        is_last = end == shapes.end and count == len(times)
        yield ResponseMouth(
            turn=turn,
            id=part,
            set=of,
            start=at,
            end=end,
            last=shapes.last and is_last,
            source=shapes.source,
            times=times[first:count],
            shapes=shapes.shapes[first:count],
            weights=tuple(round(weight, 2) for weight in shapes.weights[first:count]),
            revised=shapes.revised and first == 0 and at == shapes.start,
        )
        if is_last:
            return
        at = end


def _pack_rows(shapes: Shapes, turn: int, part: int, fps: MouthRate) -> Iterator[ResponseMouth]:
    step = max(1, shapes.fps // fps)
    frame = -(-round(shapes.start * shapes.fps / 1000) // step)
    values = shapes.values if step == 1 else _thinned(shapes, step)
    size = _MOST_ROWS * ARKIT_ROW
    for first in range(0, max(len(values), 1), size):
        taken = values[first : first + size]
        at = frame + first // ARKIT_ROW
        yield ResponseMouth(
            turn=turn,
            id=part,
            set="arkit",
            start=round(at * 1000 / fps),
            end=round((at + len(taken) // ARKIT_ROW) * 1000 / fps),
            last=shapes.last and first + size >= len(values),
            source=shapes.source,
            fps=fps,
            values=taken,
            revised=shapes.revised and first == 0,
        )


def _thinned(shapes: Shapes, step: int) -> tuple[float, ...]:
    """Each row whose frame is a multiple of `step`, and the one that closes the mouth."""
    values, frame = shapes.values, round(shapes.start * shapes.fps / 1000)
    made: list[float] = []
    for number, at in enumerate(range(0, len(values), ARKIT_ROW), frame):
        if number % step == 0 or (shapes.last and at + ARKIT_ROW == len(values)):
            made += values[at : at + ARKIT_ROW]
    return tuple(made)


def closed_now(of: MouthSet, turn: int, part: int, at: int) -> ResponseMouth:
    """The message that closes the mouth of an answer that is cut."""
    if of == "arkit":
        values = (0,) * ARKIT_ROW
        return ResponseMouth(turn=turn, id=part, set=of, last=True, times=(at,), values=values, cut=True)
    return ResponseMouth(turn=turn, id=part, set=of, last=True, times=(at,), shapes=(0,), weights=(0,), cut=True)


def closed_from(at: int, sets: Iterable[MouthSet], fps: MouthRate) -> dict[MouthSet, tuple[Shapes, ...]]:
    """Shapes that close the mouth at `at` ms."""
    row = Shapes(at, at, "sound", values=(0.0,) * ARKIT_ROW, fps=fps)
    key = Shapes(at, at, "sound", (at,), (0,), (0.0,))
    return {of: (row if of == "arkit" else key,) for of in sets}


def pack_words(words: list[Mark], turn: int, part: int, *, last: bool) -> Iterator[ResponseWords]:
    """The messages of `words`; one at least."""
    groups: list[list[Mark]] = [[]]
    size = 0
    for word in (piece for whole in words for piece in _pieces(whole)):
        size += _WORD + _CHARACTER * len(word.text)
        group = groups[-1]
        if group and (word.at + word.ms - group[0].at > MOST_MS or size > MOST_BYTES - 1_000):
            groups.append([])
            size = _WORD + _CHARACTER * len(word.text)
        groups[-1].append(word)
    for number, group in enumerate(groups, 1):
        yield ResponseWords(
            turn,
            part,
            tuple(word.text for word in group),
            tuple(max(0, round(word.at)) for word in group),
            tuple(max(0, round(word.ms)) for word in group),
            last and number == len(groups),
        )


def _pieces(word: Mark) -> Iterator[Mark]:
    """The word, or what it is told in where it is longer than words are."""
    count = -(-len(word.text) // _MOST_WORD)
    if count <= 1:
        yield word
        return
    for number in range(count):
        text = word.text[number * _MOST_WORD : (number + 1) * _MOST_WORD]
        yield Mark("word", text, word.at + word.ms * number / count, word.ms / count)
