"""The runs in which a voice model speaks a text."""

import pytest

from adapters.voices.clauses import FIRST, LONGEST, Clause, runs

TEN = "The museum opens at nine, and the tour starts soon after."


def texts(text: str, speed: float = 1.0) -> list[str]:
    return [" ".join(clause.text for clause in run) for run in runs(text, "en-US", speed)]


def test_the_first_run_is_a_clause_and_the_others_are_up_to_a_sentence() -> None:
    assert texts(f"{TEN} {TEN} Yes.") == [*texts(TEN), TEN, "Yes."]
    assert texts(TEN) == ["The museum opens at nine,", "and the tour starts soon after."]


def test_marks_stay_with_their_clauses_and_dots_that_end_nothing_are_none() -> None:
    assert runs("Well, yes: 3.5 at 10:30; Mr. Smith said no! Why?", "en-US") == [
        (Clause("Well,", ","), Clause("yes:", ":"), Clause("3.5 at 10:30;", ";")),
        (Clause("Mr. Smith said no!", "!"),),
        (Clause("Why?", "?"),),
    ]
    assert [run[-1].mark for run in runs("你好。真的吗？好的！", "zh-CN")] == [".", "?", "!"]
    assert runs("no mark", "en-US") == [(Clause("no mark", ""),)]
    assert runs('He said "no."', "en-US")[0][0].mark == "."


@pytest.mark.parametrize("text", ["", " \n", "...", "😀", '"?!"', "—"])
def test_what_cannot_be_said_is_no_run(text: str) -> None:
    assert runs(text, "en-US") == []


@pytest.mark.parametrize("text", ["a" * 5_000, "word " * 2_000, "a, " * 3_000, "x; y " * 1_000, "好" * 2_000])
@pytest.mark.parametrize("speed", [0.25, 1.0, 4.0])
def test_every_run_is_bounded_the_first_and_the_slow_ones_more(text: str, speed: float) -> None:
    lengths = [len(run) for run in texts(text, speed)]
    assert max(lengths) <= (LONGEST if speed >= 1 else LONGEST / 4) + 1
    assert lengths[0] <= FIRST
    spoken = "".join(texts(text, speed)).replace(" ", "")
    assert spoken == text.replace(" ", "")


def test_ten_words_without_a_mark_are_one_run() -> None:
    assert len(texts("My favourite colour in the whole world is certainly green.")) == 1
