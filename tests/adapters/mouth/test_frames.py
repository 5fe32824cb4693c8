"""Frames of ARKit's shapes: smooth, contiguous at any cut, closed for p, b and m, at rest at begin and end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from actors.ports.mouth import Mark, MouthMade
from adapters.mouth.drawing import MouthDrawing
from adapters.mouth.poses import NAMES, POSES
from protocol.mouth import SHAPES, MouthRate
from tests.adapters.mouth.marks import drawn, end_of, of, spoken, timed

NAMED = {name: number for number, name in enumerate(SHAPES["arkit"])}
OPENERS = ("jawOpen", "mouthFunnel", "mouthLowerDownLeft", "mouthUpperUpLeft", "tongueOut")
CLOSED = POSES[NAMES.index("p")]


def rows(made: list[MouthMade]) -> NDArray[np.float64]:
    return np.array([value for each in of(made, "arkit") for value in each.values]).reshape(-1, 52)


def frames(
    marks: tuple[Mark, ...], fps: MouthRate = 30, lead: int = 40, cuts: list[int] | None = None
) -> NDArray[np.float64]:
    return rows(drawn(MouthDrawing(["arkit"], fps=fps, lead=lead), marks, sorted(cuts or [])))


@given(timed, st.lists(st.integers(0, 4_000), max_size=8), st.sampled_from((30, 60)), st.integers(0, 150))
def test_frames_are_contiguous_and_begin_and_end_at_rest(
    said: list[tuple[str, int]], cuts: list[int], fps: MouthRate, lead: int
) -> None:
    marks = spoken(said)
    made = drawn(MouthDrawing(["arkit"], fps=fps, lead=lead), marks, sorted(cuts))
    stretches = of(made, "arkit")
    assert [each.last for each in stretches] == [False] * (len(stretches) - 1) + [True]
    count = 0
    for each in stretches:
        assert each.start == round(count * 1000 / fps)
        assert len(each.values) % 52 == 0
        count += len(each.values) // 52
        assert each.end == round(count * 1000 / fps)
        assert each.fps == fps
    assert end_of(marks) <= count * 1000 / fps <= max(end_of(marks), *cuts, 0) + 2 * 1000 / fps + 1
    values = rows(made)
    assert not values[0].any()
    assert not values[-1].any()
    assert 0 <= values.min() <= values.max() <= 1


@given(timed, st.sampled_from((30, 60)), st.integers(0, 150), st.sampled_from([1.0, 2.0]))
def test_lips_are_closed_for_p_b_and_m(said: list[tuple[str, int]], fps: MouthRate, lead: int, speed: float) -> None:
    marks = spoken([("", 200), *((symbol, ms / speed) for symbol, ms in said), ("", 100)])
    values = frames(marks, fps, lead)
    for mark in marks:
        if mark.text in ("p", "b", "m"):
            middle = mark.at + mark.ms / 2 - lead
            if middle < 100:  # the face leaves its rest
                continue
            near = [number for number in range(len(values)) if abs(number * 1000 / fps - middle) <= 20 + 500 / fps + 1]
            assert len(near) >= 40 * fps // 1000
            for row in values[near]:
                assert all(row[NAMED[name]] <= 0.05 for name in OPENERS)
                assert (row >= 0.9 * CLOSED - 0.01).all()


@pytest.mark.parametrize("fps", [30, 60])
@pytest.mark.parametrize("lead", [0, 40, 150])
def test_lips_are_closed_at_the_begin_where_the_lead_has_no_room(fps: MouthRate, lead: int) -> None:
    values = frames(spoken([("b", 40), ("a", 30), ("p", 40), ("a", 300)]), fps, lead)
    for row in values[: 40 * fps // 1000 + 2]:
        assert all(row[NAMED[name]] <= 0.05 for name in OPENERS)


def test_frames_are_smooth() -> None:
    marks = spoken(
        [("", 100), ("m", 80), ("æ", 140), ("p", 90), ("f", 80), ("ɪ", 100), ("f", 70), ("θ", 80), ("u", 200)]
    )
    values = frames(marks, 60)
    assert np.abs(np.diff(values, axis=0)).max() <= 0.25


@pytest.mark.parametrize(
    ("vowel", "shape"), [("a", "jawOpen"), ("u", "mouthPucker"), ("i", "mouthSmileLeft"), ("o", "mouthFunnel")]
)
def test_a_vowel_comes_to_its_pose(vowel: str, shape: str) -> None:
    middle = frames(spoken([("t", 80), (vowel, 300), ("t", 80)]), lead=0)[7]
    others = {
        frames(spoken([("t", 80), (each, 300), ("t", 80)]), lead=0)[7][NAMED[shape]] for each in "aɛ" if each != vowel
    }
    assert middle[NAMED[shape]] > max(others) + 0.1


def test_lips_round_before_the_rounded_vowel() -> None:
    stew, stay = (frames(spoken([("", 100), ("s", 90), ("t", 70), (vowel, 200)]), lead=0) for vowel in ("u", "e"))
    at = 7  # in the t
    assert stew[at][NAMED["mouthPucker"]] > stay[at][NAMED["mouthPucker"]] + 0.05


@pytest.mark.parametrize("fps", [30, 60])
@pytest.mark.parametrize("cuts", [[], [400], [400, 790], [800]])
def test_the_face_is_at_rest_when_the_sound_ends(fps: MouthRate, cuts: list[int]) -> None:
    values = frames(spoken([("m", 100), ("a", 700)]), fps, cuts=cuts)
    assert not values[-1].any()
    assert values[-3].any()
    assert (len(values) - 1) * 1000 / fps < 800 + 1000 / fps + 0.01


def test_the_speed_of_frames_is_limited_where_the_future_came_late() -> None:
    drawing = MouthDrawing(["arkit"], lead=0)
    drawing.add(spoken([("p", 200)]))
    made = [drawing.draw(200)]
    drawing.add(spoken([("a", 300)], 200))
    values = rows([*made, drawing.finish(500)])
    assert np.abs(np.diff(values, axis=0)).max() <= 12 / 30 + 0.01
