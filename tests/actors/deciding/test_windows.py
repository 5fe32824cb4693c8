"""The sliding window against a model that remembers everything, and its bound on memory."""

import math

from hypothesis import example, given
from hypothesis import strategies as st

from actors.deciding.windows import SlidingWindow, whole_seconds

STEPS = st.lists(st.tuples(st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 6.0)), st.integers(0, 9)), max_size=60)
"""How long after the one before it an amount comes, in seconds that floats have exactly; and the amount."""
SECONDS, GRAIN = 4.0, 1.0


class EveryAmount:
    """The model: every amount with its time."""

    def __init__(self) -> None:
        self.counted: list[tuple[float, int]] = []

    def total(self, now: float, seconds: float) -> int:
        return sum(amount for at, amount in self.counted if at + seconds > now)


@given(STEPS)
def test_it_counts_all_of_its_seconds_and_nothing_older_than_a_grain_more(steps: list[tuple[float, int]]) -> None:
    window, model, now = SlidingWindow(SECONDS, GRAIN), EveryAmount(), 0.0
    for pause, amount in steps:
        now += pause
        assert model.total(now, SECONDS) <= window.total(now) <= model.total(now, SECONDS + GRAIN)
        window.add(amount, now)
        model.counted.append((now, amount))
        assert len(window) <= SECONDS / GRAIN + 2


@given(STEPS, st.integers(1, 12))
def test_no_more_than_the_limit_gets_through_in_any_window(steps: list[tuple[float, int]], most: int) -> None:
    window, model, now = SlidingWindow(SECONDS, GRAIN), EveryAmount(), 0.0
    for pause, amount in steps:
        now += pause
        waits = window.wait(amount, most, now)
        if waits == 0:
            window.add(amount, now)
            model.counted.append((now, amount))
            assert model.total(now, SECONDS) <= most
        elif amount > most:
            assert waits == math.inf
        else:  # it fits when it says, and not before
            assert model.total(now, SECONDS + GRAIN) + amount > most
            assert window.wait(amount, most, now + waits - 0.125) > 0
            assert window.wait(amount, most, now + waits) == 0
            now += waits


@given(st.lists(st.sampled_from((1.0, 1.25, 2.5)), max_size=30))
def test_amounts_further_apart_than_a_grain_are_counted_exactly(pauses: list[float]) -> None:
    window, model, now = SlidingWindow(SECONDS, GRAIN), EveryAmount(), 0.0
    for pause in pauses:
        now += pause
        assert window.total(now) == model.total(now, SECONDS)
        window.add(1, now)
        model.counted.append((now, 1))


def test_a_day_of_turns_each_second_is_kept_in_few_entries() -> None:
    window = SlidingWindow(86_400.0, 300.0)
    for second in range(2 * 86_400):
        window.add(1, float(second))
    assert len(window) <= 290
    assert 86_400 <= window.total(2 * 86_400.0 - 1) <= 86_400 + 300


@given(st.floats(0.0, 1e7), st.floats(0.0, 60.0))
@example(2.4596185460527, 7.0)
def test_who_comes_back_after_the_whole_seconds_that_it_was_told_gets_through(begun: float, later: float) -> None:
    window = SlidingWindow(60.0, 1.0)
    window.add(1, begun)
    now = begun + later
    if (waits := window.wait(1, 1, now)) > 0:
        assert window.wait(1, 1, now + whole_seconds(waits)) == 0
