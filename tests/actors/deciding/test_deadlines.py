"""Every state but two ends by itself: when, in which words, and what puts the end off."""

import pytest

from actors.deciding.conversation import Conversation
from actors.deciding.effects import Release
from actors.deciding.events import Tick
from actors.deciding.limits import Limits
from actors.deciding.machine import step
from protocol.errors import ErrorId
from protocol.messages import AudioDelta, CustomError, Metrics, SessionUpdated, TextDone
from protocol.states import State
from tests.playbook import (
    Playbook,
    accept,
    answered,
    append,
    clear,
    commit,
    cut,
    joined,
    later,
    left,
    recognised,
    spoken,
    state,
    text,
    update,
    words,
    written,
)
from tests.scripted import ScriptedAnalyst

LIMITS = Limits(receiving=10, transcribing=11, responding=12, speaking=13, grace=60)


@pytest.fixture
def timed() -> Playbook:
    """A session whose deadlines differ."""
    return Playbook(LIMITS)


def deadlines(pb: Playbook) -> list[CustomError]:
    """The errors that are due."""
    return [message for effect in pb.due if isinstance(message := getattr(effect, "message", None), CustomError)]


@pytest.mark.parametrize("where", [State.IDLE, State.HANDSHAKEN])
def test_the_quiet_states_wait_for_ever_while_somebody_is_there(timed: Playbook, where: State) -> None:
    timed.at(where) >> later(1e9)
    timed.finish()


@pytest.mark.parametrize(
    ("where", "seconds"), [(State.RECEIVING, 10), (State.TRANSCRIBING, 11), (State.RESPONDING, 12)]
)
def test_a_state_ends_by_its_deadline_which_the_error_names(timed: Playbook, where: State, seconds: float) -> None:
    timed.at(where) >> later(seconds - 0.01) >> later(0.01)
    [error] = deadlines(timed)
    assert error.error_id == ErrorId.DEADLINE
    assert f"'{where.value}'" in error.message
    assert f"{seconds} s" in error.message
    assert timed.conversation.state is State.HANDSHAKEN


def test_an_utterance_that_goes_quiet_is_thrown_away(timed: Playbook) -> None:
    timed.at(State.RECEIVING) >> later(10) << ErrorId.DEADLINE << state("handshaken")
    timed >> commit() << ErrorId.NOTHING_SAID
    timed.finish()


def test_recognition_that_takes_too_long_ends_the_turn(timed: Playbook) -> None:
    timed.at(State.TRANSCRIBING) >> later(11) << ErrorId.DEADLINE << Metrics << Release(1) << state("handshaken")
    timed.finish()


def test_an_answer_that_takes_too_long_fails(timed: Playbook) -> None:
    timed.at(State.RESPONDING) >> later(12) << ErrorId.DEADLINE << cut("failed") << state("handshaken")
    timed.finish()


def test_each_chunk_puts_the_deadline_of_receiving_off(timed: Playbook) -> None:
    timed.at(State.RECEIVING)
    for _ in range(5):
        timed >> later(9.9) >> append()
    timed >> later(10) << Release << ErrorId.DEADLINE << state("handshaken")
    timed.finish()


def test_a_chunk_that_is_dropped_puts_the_deadline_off_as_well() -> None:
    pb = Playbook(Limits(receiving=10, utterance_bytes=4)).at(State.HANDSHAKEN)
    pb >> append(b"12345")
    pb.skip() >> later(9) >> append() >> later(9) >> commit() << state("handshaken")
    pb.finish()


def test_neither_an_update_nor_a_refused_text_puts_it_off(timed: Playbook) -> None:
    timed.at(State.RECEIVING) >> later(9) >> update() << SessionUpdated
    timed >> text("Hello") << ErrorId.WRONG_STATE
    timed >> later(1) << ErrorId.DEADLINE << state("handshaken")
    timed.finish()


def test_words_do_not_put_the_deadline_of_transcribing_off(timed: Playbook) -> None:
    timed.at(State.TRANSCRIBING) >> later(10) >> words("so far")
    timed.skip() >> later(1) << ErrorId.DEADLINE
    timed.skip()
    assert timed.conversation.state is State.HANDSHAKEN


def test_text_does_not_put_the_deadline_of_responding_off(timed: Playbook) -> None:
    timed.at(State.RESPONDING) >> later(10) >> written("Fine") >> later(1) >> answered()
    timed.skip() >> later(1) << ErrorId.DEADLINE
    timed.skip()
    assert timed.conversation.state is State.HANDSHAKEN


def test_the_deadline_of_one_state_is_not_that_of_the_next(timed: Playbook) -> None:
    timed.at(State.RECEIVING) >> later(9) >> commit()
    timed.skip() >> later(10) >> recognised("Hello")
    timed.skip() >> later(11) >> written("Well.") >> answered() << TextDone
    timed.skip() >> spoken(20.0) << state("speaking") << AudioDelta << Metrics
    timed >> later(20) << Release << state("handshaken")
    timed.finish()


# ---- sockets


def test_an_utterance_whose_sender_is_gone_waits_for_the_grace_period_while_receivers_stay() -> None:
    pb = Playbook(LIMITS, role="sender")
    pb >> joined(2, "receiver")
    pb.skip().at(State.RECEIVING) >> later(5) >> left() >> later(59.9) >> later(0.1) << state("handshaken")
    pb.finish()


def test_a_sender_that_comes_back_goes_on_with_its_utterance() -> None:
    pb = Playbook(LIMITS).at(State.RECEIVING)
    pb >> left() >> later(59) >> joined(2)
    pb.skip() >> later(9.9)
    assert pb.conversation.state is State.RECEIVING
    pb >> later(0.1) << ErrorId.DEADLINE << state("handshaken")
    pb.finish()


def test_receivers_that_come_and_go_do_not_put_the_deadline_of_an_utterance_off(timed: Playbook) -> None:
    timed.at(State.RECEIVING) >> later(6) >> joined(2, "receiver")
    timed.skip() >> later(3) >> left(2) >> later(1) << ErrorId.DEADLINE << state("handshaken")
    timed.finish()


def test_receivers_that_come_and_go_do_not_put_off_the_end_of_a_suspended_utterance() -> None:
    pb = Playbook(LIMITS, role="sender")
    pb >> joined(2, "receiver")
    pb.skip().at(State.RECEIVING) >> left() >> later(40) >> joined(3, "receiver")
    pb.skip() >> left(2) >> later(20) << state("handshaken")
    pb.finish()


def test_a_session_that_nobody_joins_ends_after_the_grace_period() -> None:
    session = Conversation("s", LIMITS, accept, ScriptedAnalyst(), now=5.0)
    step(session, Tick(), 64.9)
    assert not session.ended
    assert session.clock.deadline == 65.0
    step(session, Tick(), 65.0)
    assert session.ended


def test_a_clear_ends_the_deadline_of_receiving(timed: Playbook) -> None:
    timed.at(State.RECEIVING) >> clear() << state("handshaken")
    timed >> later(1e6)
    timed.finish()


def test_the_trace_tells_the_deadline_of_every_state_it_entered(timed: Playbook) -> None:
    timed.at(State.SPEAKING)
    told = [round(line.deadline - line.at, 3) for line in timed.conversation.trace if line.dest is not State.HANDSHAKEN]
    assert told == [10, 11, 12, 3]
