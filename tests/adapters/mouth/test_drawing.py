"""The mouth that is drawn of marks: what holds for key frames whatever is said, however fast, and however it comes."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.ports.mouth import Mark, Shapes
from adapters.mouth.drawing import MouthDrawing
from protocol.mouth import MouthSet
from tests.adapters.mouth.marks import ALL, NAMED, drawn, end_of, keys, of, spoken, timed

CLOSING = {"ovr": "PP", "vrm": "sil", "azure": "21", "polly": "p", "rhubarb": "A"}
odd = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-500, 5_000)
anything = st.lists(
    st.builds(Mark, st.sampled_from(("phone", "word")), st.text(max_size=4) | st.sampled_from("pbmaf"), odd, odd),
    max_size=20,
)


def closures(made: list[tuple[int, str, float]], closing: str) -> list[tuple[int, int]]:
    """From when to when the mouth is closed by 0.9 and more, whether a client blends or holds."""
    found: list[tuple[int, int]] = []
    for time, shape, weight in made:
        if shape != closing or weight < 0.9:
            found.append((time, -1))
        elif found and found[-1][1] >= 0:
            found[-1] = (found[-1][0], time)
        else:
            found.append((time, time))
    return [(start, end) for start, end in found if end >= 0]


def well_formed(shapes: list[Shapes], name: MouthSet) -> None:
    assert [each.last for each in shapes] == [False] * (len(shapes) - 1) + [True]
    assert shapes[0].start == 0
    for before, after in itertools.pairwise(shapes):
        assert before.end == after.start
    times = [time for each in shapes for time in each.times]
    assert all(0 <= first < second for first, second in itertools.pairwise(times))
    for each in shapes:
        assert len(each.times) == len(each.shapes) == len(each.weights)
        assert all(each.start <= time <= each.end for time in each.times)
        assert all(0 <= weight <= 1 and round(weight, 2) == weight for weight in each.weights)
    if name != "arkit":
        assert (shapes[-1].shapes[-1], shapes[-1].weights[-1]) == (0, 0)


@given(timed, st.lists(st.integers(0, 4_000), max_size=8), st.integers(0, 150))
def test_stretches_follow_each_other_times_rise_and_the_end_is_silence(
    said: list[tuple[str, int]], cuts: list[int], lead: int
) -> None:
    made = drawn(MouthDrawing(ALL, lead=lead), spoken(said), sorted(cuts))
    for name in NAMED:
        well_formed(of(made, name), name)


@given(anything, st.lists(st.floats(-10, 4_000), max_size=6), st.floats(0, 3_000))
def test_marks_that_make_no_sense_break_nothing(marks: list[Mark], cuts: list[float], end: float) -> None:
    made = drawn(MouthDrawing(ALL, words=True), marks, cuts, end)
    for name in NAMED:
        well_formed(of(made, name), name)
    words = [word for each in made for word in each.words]
    assert all(0 <= first.at <= second.at for first, second in itertools.pairwise(words))
    assert all(word.ms >= 0 for word in words)


@pytest.mark.parametrize("name", NAMED)
@given(said=timed, speed=st.sampled_from([1.0, 2.0, 4.0]), cuts=st.lists(st.integers(0, 3_000), max_size=5))
def test_lips_close_for_each_p_b_and_m(
    name: MouthSet, said: list[tuple[str, int]], speed: float, cuts: list[int]
) -> None:
    marks = spoken([(symbol, ms / speed) for symbol, ms in said])
    closed = closures(keys(drawn(MouthDrawing([name]), marks, sorted(cuts)), name), CLOSING[name])
    assert all(end - start >= 40 for start, end in closed)
    for mark in marks:
        if mark.text in ("p", "b", "m"):
            assert any(start < mark.at + mark.ms + 40 for start, end in closed), "there is one in time"
    labials = [mark for mark in marks if mark.text in ("p", "b", "m")]
    groups = sum(
        1
        for number, mark in enumerate(labials)
        if not number or labials[number - 1].at + labials[number - 1].ms + 250 < mark.at
    )
    assert len(closed) >= groups


@pytest.mark.parametrize("name", NAMED)
def test_a_closure_is_where_it_is_said_also_where_all_is_short(name: MouthSet) -> None:
    said = [
        ("s", 25),
        ("t", 20),
        ("ɹ", 20),
        ("ə", 25),
        ("m", 20),
        ("p", 20),
        ("s", 25),
        ("t", 20),
        ("b", 25),
        ("ɪ", 60),
    ]
    marks = spoken(said * 3)
    closed = closures(keys(drawn(MouthDrawing([name], lead=0), marks, ()), name), CLOSING[name])
    for mark in marks:
        if mark.text in ("p", "b", "m"):
            assert any(start <= mark.at + mark.ms + 40 and end >= mark.at - 40 for start, end in closed)


def test_the_lead_goes_before_the_sound_and_not_before_the_begin() -> None:
    marks = spoken([("", 100), ("p", 80), ("a", 200), ("", 300)])
    for lead in (0, 40, 150):
        made = keys(drawn(MouthDrawing(["ovr"], lead=lead), marks, ()), "ovr")
        assert next(time for time, shape, _ in made if shape == "PP") == max(0, 100 - lead)
    assert made[0][0] == 0


def test_what_is_needed_is_known_when_sound_is_cut_anywhere_and_marks_run_ahead() -> None:
    marks = spoken(
        [
            ("m", 80),
            ("æ", 140),
            ("p", 90),
            ("f", 80),
            ("ɪ", 100),
            ("f", 70),
            ("θ", 80),
            ("m", 100),
            ("u", 150),
            ("", 200),
        ]
    )
    whole = drawn(MouthDrawing(ALL), marks, ())
    cut = drawn(MouthDrawing(ALL), marks, range(0, 1_100, 37))
    for name in NAMED:
        known = keys(whole, name)
        assert keys(cut, name)[: len(known)] == known  # silence comes once more, at the end
    frames = [[value for each in of(made, "arkit") for value in each.values] for made in (whole, cut)]
    assert frames[0][: 30 * 52] == frames[1][: 30 * 52]


def test_no_key_of_a_closure_that_is_told_late_is_before_its_stretch() -> None:
    drawing = MouthDrawing(["ovr"])
    drawing.add(spoken([("m", 230)]))
    made = [drawing.draw(200)]
    drawing.add(spoken([("b", 30), ("a", 200)], 230))
    well_formed(of([*made, drawing.finish(460)], "ovr"), "ovr")


def test_breath_has_the_shape_of_the_next_vowel_and_a_long_vowel_is_held() -> None:
    made = keys(drawn(MouthDrawing(["ovr"], lead=0), spoken([("h", 60), ("u", 300), ("t", 80)]), ()), "ovr")
    assert [shape for _, shape, _ in made[:3]] == ["ou", "ou", "ou"]
    assert made[2][0] == 300


def test_a_consonant_gives_way_at_double_speed_and_a_vowel_does_not() -> None:
    fast = spoken([("s", 22), ("t", 20), ("ɹ", 22), ("ɛ", 45), ("ŋ", 20), ("k", 22), ("θ", 20), ("s", 22)])
    shapes = [shape for _, shape, _ in keys(drawn(MouthDrawing(["ovr"], lead=0), fast, ()), "ovr")]
    assert "E" in shapes
    assert len(shapes) <= 5


def test_a_pause_closes_and_stays_closed() -> None:
    marks = (*spoken([("a", 200)]), *spoken([("o", 200)], 1_000))
    made = keys(drawn(MouthDrawing(["ovr"], lead=0), marks, ()), "ovr")
    assert "sil" in [shape for time, shape, _ in made if time == 200]
    assert (940, "sil", 0.0) in made


def test_azure_and_polly_show_a_diphthong_once() -> None:
    made = drawn(MouthDrawing(["azure", "polly", "ovr"], lead=0), spoken([("aɪ", 240)]), ())
    assert {shape for _, shape, _ in keys(made, "azure")} == {"11", "0"}
    assert {shape for _, shape, _ in keys(made, "polly")} == {"a", "sil"}
    assert {shape for _, shape, _ in keys(made, "ovr")} == {"aa", "ih", "sil"}


def test_a_part_without_a_sound_is_closed_once() -> None:
    (shapes,) = of([MouthDrawing(["ovr"]).finish(0)], "ovr")
    assert (shapes.start, shapes.times, shapes.shapes, shapes.weights, shapes.last) == (0, (0,), (0,), (0.0,), True)


def test_words_are_told_once_in_order_and_end_with_the_next() -> None:
    drawing = MouthDrawing(["ovr"], words=True)
    drawing.add([Mark("word", "two", 300, 0, 4), Mark("word", "one", 0, 900, 0), Mark("word", "three", 9_000, 10, 8)])
    first = drawing.draw(250).words
    rest = drawing.finish(600).words
    assert [(word.text, word.at, word.ms) for word in (*first, *rest)] == [
        ("one", 0, 300),
        ("two", 300, 235),
        ("three", 600, 0),
    ]


def test_the_source_is_that_of_the_worst_phoneme() -> None:
    drawing = MouthDrawing(["ovr"])
    drawing.add([Mark("phone", "a", 0, 100), Mark("phone", "b", 300, 100, source="provider")])
    assert [each.source for each in of([drawing.draw(100), drawing.finish(400)], "ovr")] == ["phonemes", "provider"]


def test_end_is_the_sounds_whatever_was_told() -> None:
    for marks in (spoken([("a", 5_000)]), spoken([("a", 100)])):
        made = of(drawn(MouthDrawing(["ovr"]), marks, (), 1_000), "ovr")
        assert made[-1].end == 1_000
        assert end_of(marks) != 1_000
