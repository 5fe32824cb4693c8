"""The timeline of playback: pauses, and what Receivers say of where they are."""

import pytest

from actors.deciding.timeline import MOST_LATE, Timeline
from protocol.handsfree import PlaybackPosition


def playing(seconds: float = 4.0) -> Timeline:
    """One part of so many seconds, which was sent at 100."""
    timeline = Timeline()
    timeline.play(0, "one two three four", seconds, 100.0, complete=True)
    return timeline


def at(ms: int, part: int = 0, *, plays: bool = True) -> PlaybackPosition:
    """What a Receiver says."""
    return PlaybackPosition(1, part, ms, plays)


def test_a_pause_puts_the_end_off_by_as_much() -> None:
    timeline = playing()
    timeline.pause(101.0)
    timeline.pause(101.5)
    assert timeline.plays_until == float("inf")
    assert timeline.seconds_heard(150.0) == 1.0
    timeline.go_on(103.0)
    timeline.go_on(104.0)
    assert timeline.plays_until == 106.0
    assert timeline.seconds_heard(104.0) == 2.0


def test_what_is_sent_in_a_pause_plays_after_it() -> None:
    timeline = playing(1.0)
    timeline.pause(100.5)
    timeline.play(1, "more", 2.0, 105.0, complete=True)
    timeline.go_on(110.0)
    assert timeline.plays_until == 112.5


def test_a_part_waits_for_the_message_that_closes_the_one_before_it() -> None:
    timeline = Timeline()
    timeline.play(0, "one", 2.0, 100.0, complete=False)
    timeline.play(1, "two", 2.0, 100.5, complete=True, closed=True)
    timeline.complete(0)
    assert timeline.plays_until == 102.0
    assert timeline.heard_parts(103.0) == [(0, "one")]
    timeline.play(0, "", 0.0, 105.0, complete=True, closed=True)
    assert timeline.plays_until == 107.0
    assert timeline.heard_parts(107.0) == [(0, "one"), (1, "two")]


def test_the_furthest_of_several_receivers_counts() -> None:
    timeline = playing()
    timeline.report("slow", at(500), 102.0)
    assert timeline.seconds_heard(102.0) == 0.5
    timeline.report("fast", at(1500), 102.0)
    assert timeline.seconds_heard(102.0) == 1.5
    timeline.report("slow", at(600), 102.2)
    assert timeline.seconds_heard(102.2) == pytest.approx(1.7)


def test_a_receiver_of_which_nothing_is_heard_for_a_second_does_not_hold_the_others_up() -> None:
    timeline = playing()
    timeline.report("fast", at(1900), 102.0)
    timeline.report("slow", at(1000), 103.5)
    assert timeline.seconds_heard(103.5) == 1.0


@pytest.mark.parametrize("bogus", [at(2**31 - 1), at(4000), at(1001), at(0, 7), at(500, 2**31 - 1)])
def test_nobody_has_heard_more_than_had_time_to_play(bogus: PlaybackPosition) -> None:
    timeline = playing()
    timeline.report("bogus", bogus, 101.0)
    assert timeline.seconds_heard(101.0) == 1.0
    assert timeline.plays_until == 104.0


def test_what_is_said_in_a_pause_is_ignored() -> None:
    timeline = playing()
    timeline.pause(101.0)
    timeline.report("one", at(0), 101.5)
    timeline.go_on(102.0)
    assert timeline.plays_until == 105.0


def test_a_position_that_never_moves_puts_the_end_off_for_so_long_at_most() -> None:
    timeline, now = playing(), 100.0
    for _ in range(1_000):
        now += 0.25
        timeline.report("stuck", at(0, plays=False), now)
    assert timeline.plays_until == pytest.approx(104.0 + MOST_LATE)


def test_a_position_that_goes_back_and_forth_puts_the_end_off_for_so_long_at_most() -> None:
    timeline, now = playing(), 100.0
    for number in range(2_000):
        now += 0.11
        timeline.report("mad", at(0 if number % 2 else 4000), now)
    assert timeline.plays_until <= 104.0 + MOST_LATE


def test_positions_that_come_too_often_are_ignored() -> None:
    timeline = playing()
    timeline.report("one", at(900), 101.0)
    timeline.report("one", at(100), 101.05)
    assert timeline.seconds_heard(101.05) == pytest.approx(0.95)
    timeline.report("one", at(100, plays=False), 101.05)
    assert timeline.seconds_heard(101.05) == pytest.approx(0.1)
