"""The judge of echo: when it knows a path, whom it takes for the avatar, and what it never learns.

Its pitfalls are those that other open microphones met. Real voices in rooms: `python -m bench echo`.
"""

import itertools
import math

import numpy as np
import pytest

from actors.ports.sound import BANDS
from adapters.listening.echo import ONSET, EchoJudge
from adapters.listening.echohistory import EchoHistory
from tests.adapters.listening.speech import Levels, after, echo, mixed, packed, speech

LENGTH, BEGINS = 900, 100
"""Frames of a test, and when the avatar begins to speak."""
END = LENGTH - 20
"""Until then echo may be heard of what played."""
DECIDED = BEGINS + 220
"""From then on nothing is undecided."""
INTERRUPTION = 10
"""Frames in a row that count as speech."""
Judged = list[float | None]


def judge(heard: Levels, played: Levels, by: EchoJudge | None = None, step: int = 10) -> Judged:
    by = by or EchoJudge()
    microphone, reference = packed(heard), packed(played)
    starts = range(0, len(microphone), step * BANDS)
    return [
        one for start in starts for one in by.push(*(x[start : start + step * BANDS] for x in (microphone, reference)))
    ]


def interruptions(judged: Judged, start: int, end: int) -> list[int]:
    """The frames in which an interruption is complete, if every frame had a voice in it."""
    found, run = [], 0
    for frame in range(start, end):
        excess = judged[frame]
        run = run + 1 if excess is not None and excess >= ONSET else 0
        found += [frame] if run == INTERRUPTION else []
    return found


def avatar(seed: int = 1, length: int = LENGTH) -> Levels:
    return after(BEGINS, speech(seed, length - BEGINS - 150), length)


@pytest.mark.parametrize(("delay", "level"), list(itertools.product((5, 30, 80), (0.0, -12.0))))
def test_an_echo_never_interrupts_and_its_path_is_known_within_a_second(delay: int, level: float) -> None:
    played, by = avatar(delay), EchoJudge()
    heard = mixed(echo(played, delay, level))
    sure = BEGINS + delay + 100
    judged = judge(heard[:sure], played[:sure], by)
    assert by.path is not None
    assert abs(by.path[0] - 10 * delay) <= 30
    assert abs(by.path[1] - level) < 7
    judged += judge(heard[sure:], played[sure:], by)
    assert interruptions(judged, BEGINS, END) == []
    assert None not in judged[sure:]


def test_a_user_who_talks_over_the_echo_is_heard() -> None:
    kept = 0
    for seed in range(8):
        played = avatar(seed)
        heard = mixed(echo(played, 30, -6), after(500, speech(100 + seed, 150, -26), LENGTH))
        kept += any(frame <= 530 for frame in interruptions(judge(heard, played), 500, 560))
    assert kept >= 7


def test_what_a_push_is_cut_into_changes_little() -> None:
    played = avatar()
    heard = mixed(echo(played, 30, -6))
    for step in (1, 3, 9, 10, 13, 37, LENGTH):
        assert interruptions(judge(heard, played, step=step), BEGINS, END) == []


def test_the_history_is_what_came_last_however_often_it_was_moved() -> None:
    history, random = EchoHistory(), np.random.default_rng(2)
    levels = random.normal(-40, 10, (3_000, BANDS)).astype(np.float32)
    at = 0
    while at < 2_900:
        piece = levels[at : at + int(random.integers(1, 14))]
        history.add(piece, piece + 1)
        at += len(piece)
        kept = min(at, len(history.microphone))
        assert np.array_equal(history.microphone[-kept:], levels[at - kept : at])
        assert np.array_equal(history.reference[-kept:], levels[at - kept : at] + 1)
        assert not history.usable[-len(piece) :].any()
        history.usable[-1] = True
        assert int(history.usable.sum()) <= at


def test_where_nothing_plays_nothing_is_held_back() -> None:
    silence = after(0, avatar()[:0], 300)
    assert judge(mixed(speech(3, 300)), silence) == [math.inf] * 300


def test_with_headphones_nothing_is_undecided_once_the_avatar_spoke_for_two_seconds_and_a_path_is_never_told() -> None:
    played, by = avatar(), EchoJudge()
    judged = judge(mixed(after(500, speech(9, 300), LENGTH)), played, by)
    assert by.path is None
    assert judged[350:] == [math.inf] * (LENGTH - 350)


@pytest.mark.parametrize("seed", range(6))
def test_another_person_is_not_the_avatar(seed: int) -> None:
    played, by = avatar(), EchoJudge()
    judged = judge(mixed(after(BEGINS + 20, speech(50 + seed, LENGTH), LENGTH)), played, by)
    assert by.path is None
    assert None not in judged[DECIDED:]


def test_noise_that_was_there_before_the_avatar_spoke_is_not_undecided_for_long() -> None:
    by, played = EchoJudge(), avatar()
    loud = mixed(np.full((LENGTH, BANDS), -30.0), seed=4)
    judged = judge(loud, played, by)
    assert None not in judged[DECIDED:]


def test_a_delay_that_changes_between_two_answers_is_followed() -> None:
    by, played = EchoJudge(), avatar()
    for delay in (40, 46, 33, 60):
        judged = judge(mixed(echo(played, delay, -6)), played, by)
        assert by.path is not None
        assert abs(by.path[0] - 10 * delay) <= 30
    assert interruptions(judged, BEGINS, END) == []


def test_speech_that_stalls_is_no_echo_while_it_stalls() -> None:
    played, by = avatar(length=1_200), EchoJudge()
    played[500:700] = after(0, played[:0], 200)
    user = after(600, speech(77, 60, -30), 1_200)
    heard = mixed(echo(played, 30, -6), user)
    judged = judge(heard, played, by)
    assert interruptions(judged, 600, 640)
    assert interruptions(judged, 700, 1_150) == []


def test_a_client_that_begins_to_cancel_echo_ends_the_path() -> None:
    played, by = avatar(), EchoJudge()
    echoes = echo(played, 30, -6)
    judge(mixed(echoes)[:400], played[:400], by)
    found = by.path
    assert found is not None
    judged = judge(mixed(after(0, played[:0], LENGTH))[400:], played[400:], by)
    assert by.path is None
    assert judged[-1] == math.inf


def test_a_user_who_goes_on_speaking_is_not_learned() -> None:
    played, by = avatar(length=1_400), EchoJudge()
    user = after(500, speech(31, 700, -24), 1_400)
    judge(mixed(echo(played, 30, -6), user)[:500], played[:500], by)
    assert by.path is not None
    level = by.path[1]
    by.freeze(True)
    judge(mixed(echo(played, 30, -6), user)[500:1_100], played[500:1_100], by)
    assert by.path == (by.path[0], level)
    by.freeze(False)
    judge(mixed(echo(played, 30, -6), user)[1_100:], played[1_100:], by)
    assert by.path is not None
    assert abs(by.path[1] - level) < 4


@pytest.mark.parametrize("is_frozen", [False, True])
def test_a_loudspeaker_that_is_turned_up_is_learned_before_it_pauses_the_avatar(is_frozen: bool) -> None:
    played, by = avatar(), EchoJudge()
    heard = mixed(echo(played, 30, -14))
    heard[500:] = mixed(echo(played, 30, -4))[500:]
    judged = judge(heard[:500], played[:500], by)
    by.freeze(is_frozen)
    judged += judge(heard[500:], played[500:], by)
    longest = max(
        len(list(run)) for loud, run in itertools.groupby(judged[450:], lambda one: one is not None and one >= ONSET)
        if loud
    )  # fmt: skip
    assert longest < 40


def test_a_clock_that_jitters_by_30_ms_does_no_harm() -> None:
    played, by = avatar(), EchoJudge()
    heard = mixed(echo(played, 30, -6))
    at = np.arange(LENGTH) + np.rint(3 * np.sin(np.arange(LENGTH) / 25)).astype(int)
    judged = judge(heard[np.clip(at, 0, LENGTH - 1)], played, by)
    assert interruptions(judged, BEGINS, END) == []
    assert by.path is not None


def test_a_likeness_that_was_not_there_before_is_chance_and_no_path() -> None:
    played, by = avatar(), EchoJudge()
    heard = mixed(after(BEGINS + 20, speech(51, LENGTH), LENGTH))
    heard[500:560] = mixed(echo(played, 30, -6))[500:560]
    judged = judge(heard, played, by)
    assert by.path is None
    assert None not in judged[600:]


def test_a_path_is_told_once_it_was_found_twice() -> None:
    played, by = avatar(), EchoJudge()
    heard = mixed(echo(played, 30, -6))
    known = BEGINS + 30 + 80
    judge(heard[:known], played[:known], by)
    assert by.path is not None
    assert by.proven is None
    judge(heard[known : known + 120], played[known : known + 120], by)
    assert by.proven == by.path
