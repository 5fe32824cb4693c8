"""The members of a session: roles, coming and going, acks, the end, and the inspection of a session."""

import pytest

from actors.deciding.effects import DropQueued, End, Release, Speak
from actors.deciding.events import Said, ShutDown
from actors.deciding.limits import Limits
from actors.ports.answering import Exchange
from protocol.errors import ErrorId
from protocol.messages import (
    AudioDelta,
    BufferInitialized,
    Metrics,
    ResponseCancelled,
    SessionJoined,
    SessionUpdated,
    TextDone,
    TranscribeDone,
)
from protocol.states import State
from tests.playbook import (
    ME,
    Playbook,
    acknowledged,
    answered,
    append,
    asking,
    by,
    cancel,
    clear,
    commit,
    error_commit,
    joined,
    later,
    left,
    recognised,
    spoken,
    state,
    text,
    to,
    update,
    written,
)

TURN = (State.TRANSCRIBING, State.RESPONDING, State.SPEAKING)
ANSWERING = (State.RESPONDING, State.SPEAKING)
OF_SENDERS = (update(), append(), commit(), error_commit(), clear(), text("Hello"))


@pytest.fixture
def apart() -> Playbook:
    """A Sender, ME, and a Receiver, 2."""
    pb = Playbook(Limits(grace=60), role="sender")
    pb >> joined(2, "receiver")
    return pb.skip()


# ---- roles


@pytest.mark.parametrize("where", State)
@pytest.mark.parametrize("event", OF_SENDERS, ids=repr)
def test_only_the_sender_may_say_what_a_sender_says(apart: Playbook, where: State, event: Said) -> None:
    apart.at(where) >> asking(1, by(2, event)) << to(2, ErrorId.WRONG_ROLE)
    assert apart.refusals() == [1]
    apart.finish()
    assert apart.conversation.state is where


@pytest.mark.parametrize("member", [ME, 2])
def test_sender_and_receiver_may_cancel(apart: Playbook, member: int) -> None:
    apart.at(State.RESPONDING) >> asking(1, by(member, cancel())) << DropQueued
    assert apart.refusals() == []
    apart.skip()
    assert apart.conversation.state is State.HANDSHAKEN


def test_what_is_for_the_sender_is_not_told_to_receivers_and_the_other_way_round(apart: Playbook) -> None:
    apart >> update() << to(ME, SessionUpdated) << to((ME, 2), state("handshaken"))
    apart >> append() << to((ME, 2), state("receiving")) << to(ME, BufferInitialized)
    apart >> commit() << to((ME, 2), state("transcribing"))
    apart.skip() >> recognised("Hello") << to(ME, TranscribeDone) << to((ME, 2), state("responding"))
    told = [effect for effect in apart.due if getattr(effect, "to", None)]
    assert [getattr(effect, "to", None) for effect in told] == [(2,)]
    apart.skip() >> cancel() << DropQueued << to((ME, 2), ResponseCancelled) << to(ME, Metrics)
    apart.skip()


def test_what_comes_of_a_socket_that_is_gone_is_not_heard(pb: Playbook) -> None:
    pb >> joined(2, "receiver")
    pb.skip() >> left() >> update() >> left()


@pytest.mark.parametrize("where", State)
def test_whoever_joins_is_told_where_the_session_is(pb: Playbook, where: State) -> None:
    pb.at(where) >> joined(2, "receiver") << to(2, SessionJoined("s", "receiver", where.value))


# ---- acks


def test_every_event_that_asks_for_an_ack_gets_one_after_its_messages(pb: Playbook) -> None:
    pb >> asking(1, update()) << SessionUpdated << state("handshaken") << acknowledged(1)
    pb >> asking(2, append()) << state("receiving") << BufferInitialized << acknowledged(2)
    pb >> asking(3, append()) << acknowledged(3)
    pb >> asking(4, append(b"")) << acknowledged(4)
    pb >> asking(5, clear()) << state("handshaken") << acknowledged(5)
    pb >> asking(6, cancel()) << acknowledged(6)
    pb >> asking(7, commit()) << ErrorId.NOTHING_SAID
    assert pb.refusals() == [7]


def test_an_ack_tells_what_the_error_told(pb: Playbook) -> None:
    pb >> asking(0, commit())
    [told, ack] = pb.skip_all()
    assert getattr(ack, "error", None) == getattr(told, "message", "")


def test_the_ack_of_a_refused_configuration_says_so(pb: Playbook) -> None:
    pb >> asking(1, update(LLM={"provider": "nobody"})) << ErrorId.UNKNOWN_PROVIDER << SessionUpdated
    assert pb.refusals() == [1]


# ---- coming and going


def test_a_sender_that_leaves_has_its_turn_finished_for_the_receivers(apart: Playbook) -> None:
    apart.at(State.RESPONDING) >> left() >> written("Well.") >> answered() << to(2, TextDone) << Speak
    apart >> spoken(1.0) << to(2, state("speaking")) << to(2, AudioDelta)
    apart >> later(1.0) << Release << to(2, state("handshaken"))
    apart.finish()


def test_a_turn_whose_receivers_leave_is_finished_for_nobody(apart: Playbook) -> None:
    apart.at(State.SPEAKING) >> left(2) >> later(3.0) << Release << to(ME, state("handshaken"))
    apart.finish()


@pytest.mark.parametrize("where", TURN)
def test_the_last_socket_takes_the_running_work_with_it(pb: Playbook, where: State) -> None:
    pb.at(where) >> left()
    assert Release(1) in pb.skip_all()
    assert pb.conversation.state is State.HANDSHAKEN
    assert not pb.conversation.ended


def test_a_session_keeps_configuration_and_history_for_the_grace_period() -> None:
    pb = Playbook(Limits(grace=60)).at(State.SPEAKING)
    pb >> later(3)
    pb.skip() >> left() >> later(59) >> joined(2) << SessionJoined("s", "both", "handshaken")
    pb >> later(1e6)
    assert list(pb.conversation.memory.history) == [Exchange("How are you?", "Fine and well, thanks.")]
    pb.finish()


@pytest.mark.parametrize("where", [where for where in State if where is not State.IDLE])
def test_a_session_ends_after_the_grace_period(where: State) -> None:
    pb = Playbook(Limits(grace=60)).at(where)
    pb >> left()
    pb.skip() >> later(59.9)
    assert not pb.conversation.ended
    pb.skip() >> later(0.1) << Release(pb.turn) << End
    pb.finish()


def test_an_idle_session_ends_with_its_last_socket(pb: Playbook) -> None:
    pb >> left() >> later(0) << Release << End


def test_an_idle_session_goes_on_where_somebody_joins_before_it_has_ended(pb: Playbook) -> None:
    pb >> left() >> joined(2) << SessionJoined
    pb >> later(1e6)
    assert not pb.conversation.ended


def test_an_utterance_outlives_its_sender(pb: Playbook) -> None:
    pb.at(State.RECEIVING) >> left() >> later(5) >> joined(2) << SessionJoined("s", "both", "receiving")
    pb >> by(2, append(b" and more"))
    pb >> by(2, commit())
    pb.skip()
    assert pb.conversation.turn.clip is not None
    assert pb.conversation.turn.clip.data == b"sound and more"


# ---- the end


@pytest.mark.parametrize("where", [State.IDLE, State.HANDSHAKEN, State.RECEIVING, State.TRANSCRIBING])
def test_a_server_that_goes_down_ends_a_session_that_does_not_answer(pb: Playbook, where: State) -> None:
    pb.at(where) >> ShutDown()
    effects = pb.skip_all()
    assert effects[-2:] == (Release(pb.turn), End())
    assert not any(isinstance(getattr(effect, "message", None), ResponseCancelled) for effect in effects)


@pytest.mark.parametrize("where", ANSWERING)
def test_a_server_that_goes_down_cuts_the_answer_first(apart: Playbook, where: State) -> None:
    apart.at(where) >> ShutDown() << DropQueued << to((ME, 2), ResponseCancelled("cancelled"))
    assert apart.skip_all()[-1] == End()


# ---- what it tells of itself


def test_the_trace_tells_every_transition(pb: Playbook) -> None:
    pb.at(State.RECEIVING)
    told = [(line.source.value, line.event, line.dest.value) for line in pb.conversation.trace]
    assert told == [("idle", "update", "handshaken"), ("handshaken", "append", "receiving")]
    assert {line.at for line in pb.conversation.trace} == {pb.now}


def test_the_trace_is_bounded() -> None:
    pb = Playbook(Limits(trace=4)).at(State.HANDSHAKEN)
    for _ in range(10):
        pb >> append()
        pb.skip() >> clear() << state("handshaken")
    assert [line.event for line in pb.conversation.trace] == ["append", "clear", "append", "clear"]


def test_its_repr_reads_like_a_sentence_and_repeats_no_words(apart: Playbook) -> None:
    apart.at(State.RESPONDING)
    apart.conversation.id = "s" * 36
    assert repr(apart.conversation) == "<Session ssssssss responding in turn 1 with 1 sender(s) and 1 receiver(s)>"
