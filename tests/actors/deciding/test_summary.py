"""The summary of a session: its turns by how they ended, the median latency, and a bound on what is kept."""

from actors.deciding.summary import SessionSummary
from actors.ports.watching import Outcome, TurnRecord


def turn(outcome: Outcome = "completed", first_sound: float | None = None) -> TurnRecord:
    first = None if first_sound is None else 10.0 + first_sound
    return TurnRecord("s", 1, outcome, "text", "none", 9.0, 10.0, 10.0, 20.0, first_audio=first)


def test_turns_are_counted_by_how_they_ended_and_the_median_is_told() -> None:
    summary = SessionSummary()
    for record in (turn("failed"), turn(first_sound=0.2), turn("interrupted", 0.9), turn(first_sound=0.4)):
        summary.add(record)
    ended = summary.close("it was over", 61.26)
    assert (ended.turns, ended.outcomes) == (4, {"completed": 2, "failed": 1, "interrupted": 1})
    assert ended.first_sound_seconds == 0.4
    assert str(ended) == (
        "the session ended after 61.3 s: it was over; 4 turns (2 completed, 1 failed, 1 interrupted), "
        "first sound after 0.40 s"
    )


def test_a_session_without_turns_says_so() -> None:
    assert str(SessionSummary().close("nobody came", 0.0)) == "the session ended after 0.0 s: nobody came; no turns"


def test_one_turn_is_told_as_one() -> None:
    summary = SessionSummary()
    summary.add(turn("empty"))
    assert str(summary.close("nobody came", 0.0)).endswith("nobody came; 1 turn (1 empty)")


def test_what_is_kept_is_bounded_and_the_latest_counts() -> None:
    summary = SessionSummary()
    for _ in range(10_000):
        summary.add(turn(first_sound=9.0))
    for _ in range(200):
        summary.add(turn(first_sound=1.0))
    assert summary._first_sounds is not None
    assert len(summary._first_sounds) < 1_000
    ended = summary.close("", 1.0)
    assert (ended.turns, ended.first_sound_seconds) == (10_200, 1.0)
