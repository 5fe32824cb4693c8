"""Tests of what the benchmark of hands-free conversations counts: messages with known times, and scripted ears."""

from collections.abc import Sequence

import numpy as np
import pytest

from actors.deciding import deadlines, turnending
from adapters.client.voiceclient import AudioPiece
from bench.echosounds import Samples
from bench.handsfree import as_table, in_force, read_policy
from bench.handsfreecount import (
    BARGED,
    INTERRUPTION,
    PAUSED,
    SENTENCE,
    EventCount,
    TurnCount,
    count_event,
    count_turn,
    event_rows,
    quantile,
    starts,
    turn_rows,
)
from bench.handsfreereplay import Case, Label, Line, Replay, Told, hold
from protocol.handsfree import ResponseHeld, ResponseResumed, SpeechStopped
from protocol.messages import ResponseCancelled, TranscribeDone
from tests.scripted import ScriptedTurnEnd, ScriptedVoiceActivity

PIECE = AudioPiece(0, "Well.", b"", False, True, True, 1)
HALVES = (Label(0.0, 1.0, "I would like"), Label(2.0, 3.0, "two tickets"))


def replayed(*told: tuple[float, object], said: Sequence[Label] = HALVES, event: Label | None = None) -> Replay:
    """A conversation in which that was told."""
    return Replay(PAUSED, tuple(said), event, tuple(Told(at, message) for at, message in told))


def heard(text: str) -> TranscribeDone:
    """A transcript."""
    return TranscribeDone(text, "", "en")


def test_a_turn_that_ends_after_its_end_is_whole() -> None:
    replay = replayed((3.5, SpeechStopped(3000)), (3.5, heard("I would like two tickets")), (4.0, PIECE))
    assert count_turn(replay) == TurnCount(0.5, 1.0, is_cut=False, is_heard=False, is_whole=True)


def test_a_cut_that_is_merged_is_repaired() -> None:
    replay = replayed(
        (1.5, SpeechStopped(1000)), (1.5, heard("I would like")), (2.0, PIECE), (3.0, ResponseCancelled("reopened")),
        (3.5, SpeechStopped(3000)), (3.6, heard("I would like two tickets")), (4.5, PIECE),
    )  # fmt: skip
    assert count_turn(replay) == TurnCount(0.5, 1.5, is_cut=True, is_heard=True, is_whole=True)


def test_halves_that_are_answered_apart_or_lost_are_not_repaired() -> None:
    apart = replayed(
        (1.5, SpeechStopped(1000)), (1.5, heard("I would like")),
        (3.5, SpeechStopped(3000)), (3.6, heard("two tickets")),
    )  # fmt: skip
    lost = replayed((1.5, SpeechStopped(1000)), (1.5, heard("I would like")))
    assert count_turn(apart) == TurnCount(0.5, None, is_cut=True, is_heard=False, is_whole=False)
    assert count_turn(lost) == TurnCount(None, None, is_cut=True, is_heard=False, is_whole=False)
    assert turn_rows([apart, lost])["unrepaired, per 100 turns"] == "100.0"


def test_sound_that_comes_in_a_pause_plays_when_it_is_over_or_not_at_all() -> None:
    hold_on = (1.0, ResponseHeld(1, "pause"))
    assert starts(replayed((0.5, ResponseHeld(1, "duck")), (0.6, PIECE))) == [0.6]
    assert starts(replayed(hold_on, (1.5, PIECE), (2.0, ResponseResumed(1)))) == [2.0]
    assert starts(replayed(hold_on, (1.5, PIECE), (2.0, ResponseCancelled("reopened")), (3.0, PIECE))) == [3.0]


def test_an_interruption_is_kept_where_its_words_are() -> None:
    event = Label(5.0, 6.0, "Wait a moment.")
    held, cut = (5.25, ResponseHeld(1, "duck")), (6.5, ResponseCancelled("interrupted"))
    kept = replayed(held, cut, (7.0, heard("Wait a moment.")), event=event)
    lost = replayed(held, cut, event=event)
    assert count_event(kept) == EventCount(0.25, 1.5, is_kept=True)
    assert count_event(lost) == EventCount(0.25, 1.5, is_kept=False)
    assert count_event(replayed(held, event=event)) == EventCount(0.25, None, is_kept=False)
    assert count_event(replayed()) is None
    told = event_rows([one._replace(kind=INTERRUPTION) for one in (kept, lost)] + [kept._replace(kind=BARGED)])
    assert told["true interruptions kept"] == "1 of 2"
    assert told["true interruptions kept, in echo"] == "1 of 1"
    assert told["answers cut by: cough"] == "0 of 0"


def test_a_quantile_is_of_what_is_there() -> None:
    assert quantile([None, 3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([None], 0.5) is None


def test_a_policy_is_in_force_for_its_own_time_alone() -> None:
    before = turnending.ASK_AT, turnending.FINISHED, dict(deadlines._SILENCE)
    with in_force(read_policy("0.7@0.3,1.0/2.5")):
        assert list(turnending.ASK_AT) == [300, 1000]
        assert (turnending.FINISHED, deadlines._SILENCE["auto"]) == (0.7, 2.5)
    assert before == (turnending.ASK_AT, turnending.FINISHED, deadlines._SILENCE)


@pytest.mark.parametrize("text", ["", "server_vad", "server_vad:x", "semantic_vad:now", "0.7@/2", "2@0.3/2"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no policy"):
        read_policy(text)


def test_a_table_has_a_column_for_each_policy() -> None:
    assert as_table({"a": {"x": "1"}, "b": {"x": "2"}}) == "| | a | b |\n| --- | ---: | ---: |\n| x | 1 | 2 |"


class LoudEars:
    """Hears speech in what is loud, without taking any time."""

    def voice_activity(self) -> ScriptedVoiceActivity:
        """That of one server."""
        activity = ScriptedVoiceActivity()
        activity.probability = lambda frame: float(np.abs(np.frombuffer(frame, "<i2")).max() > 1_000)
        return activity

    def turn_end(self) -> ScriptedTurnEnd:
        """That of one server: it never knows."""
        return ScriptedTurnEnd()


def buzz(seconds: float) -> Samples:
    """Something loud, no two stretches of which are alike."""
    return np.random.default_rng(3).uniform(0.1, 0.5, round(seconds * 16_000))


def test_a_pause_that_is_longer_than_the_silence_is_cut_and_merged() -> None:
    halves = (Line(buzz(0.96), "I would like"), Line(buzz(0.96), "two tickets", 0.8))
    replay = hold(Case(PAUSED, halves), {"type": "server_vad", "silenceDurationMs": 500}, LoudEars())
    turn = count_turn(replay)
    assert (turn.is_cut, turn.is_whole) == (True, True)
    assert turn.commit == pytest.approx(0.512, abs=0.04)


def test_an_interruption_is_found_in_a_replay() -> None:
    case = Case(SENTENCE, (Line(buzz(0.96), "Hello there"),), Line(buzz(0.64), "Stop that"), 2.5, buzz(8.0))
    replay = hold(case, {"type": "server_vad", "silenceDurationMs": 500}, LoudEars())
    turn, event = count_turn(replay), count_event(replay)
    assert turn.first_sound == pytest.approx(1.1, abs=0.08)  # 0.2 of silence, and the stated times
    assert event is not None
    assert event.is_kept
    assert event.held == pytest.approx(0.1, abs=0.04)
    assert event.cut == pytest.approx(0.64 + 0.2 + 0.3, abs=0.08)
