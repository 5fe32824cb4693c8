"""Marks as tests write and draw them: phonemes one after the other, and what a synthesiser may do to them."""

import itertools
from collections.abc import Sequence

from hypothesis import strategies as st

from actors.ports.mouth import Mark, MouthMade, Shapes
from adapters.mouth.drawing import MouthDrawing
from protocol.mouth import SHAPES, MouthSet

NAMED: tuple[MouthSet, ...] = ("ovr", "vrm", "azure", "polly", "rhubarb")
ALL: tuple[MouthSet, ...] = (*NAMED, "arkit")

SYMBOLS = (
    "p",
    "b",
    "m",
    "f",
    "v",
    "t",
    "s",
    "k",
    "l",
    "h",
    "ʃ",
    "ɹ",
    "w",
    "a",
    "ɪ",
    "aɪ",
    "oʊ",
    "ə",
    "u",
    "",
    "ŋ",
    "(en)",
)
timed = st.lists(st.tuples(st.sampled_from(SYMBOLS), st.integers(8, 300)), max_size=25)
"""Phonemes and how long they last."""


def spoken(phonemes: Sequence[tuple[str, float]], start: float = 0.0) -> tuple[Mark, ...]:
    """Phonemes one after the other."""
    times = itertools.accumulate((ms for _, ms in phonemes), initial=start)
    return tuple(Mark("phone", symbol, at, ms) for at, (symbol, ms) in zip(times, phonemes, strict=False))


def end_of(marks: Sequence[Mark]) -> float:
    return max((mark.at + mark.ms for mark in marks), default=0.0)


def drawn(
    drawing: MouthDrawing, marks: Sequence[Mark], cuts: Sequence[float], end: float | None = None
) -> list[MouthMade]:
    """What is drawn of all marks up to each of the cuts, and at last."""
    drawing.add(marks)
    made = [drawing.draw(cut) for cut in cuts]
    return [*made, drawing.finish(end_of(marks) if end is None else end)]


def of(made: Sequence[MouthMade], name: MouthSet) -> list[Shapes]:
    return [shapes for each in made for shapes in each.shapes.get(name, ())]


def keys(made: Sequence[MouthMade], name: MouthSet) -> list[tuple[int, str, float]]:
    """The key frames with the names of the shapes."""
    return [
        (time, SHAPES[name][shape], weight)
        for shapes in of(made, name)
        for time, shape, weight in zip(shapes.times, shapes.shapes, shapes.weights, strict=True)
    ]
