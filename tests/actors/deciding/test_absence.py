"""Receivers whose connection is lost: the turn goes on for them, and they come back to where they were, or do not."""

import pytest
from msgspec.structs import replace

from actors.deciding.effects import DropQueued, End, Release, Resend, Speak
from actors.deciding.events import Joined, Lost, ShutDown
from actors.deciding.limits import Limits
from protocol.handshake import Encoding
from protocol.messages import AudioDelta, Metrics, ResponseCancelled, SessionJoined, TextDone
from protocol.resuming import ResumePoint
from protocol.states import State
from tests.playbook import (
    ME,
    Playbook,
    answered,
    append,
    by,
    cancel,
    commit,
    joined,
    later,
    left,
    spoken,
    state,
    text,
    to,
    written,
)

POINT = ResumePoint(1, 0, 1)
ANSWERING = (State.RESPONDING, State.SPEAKING)


def back(member: int = ME, *replaces: int) -> Joined:
    """A member that was absent is there again."""
    return replace(joined(member), resumed=POINT, replaces=replaces)


@pytest.fixture
def apart() -> Playbook:
    """A Sender, ME, and a Receiver, 2."""
    pb = Playbook(Limits(grace=60), role="sender")
    pb >> joined(2, "receiver")
    return pb.skip()


def test_a_turn_goes_on_for_the_only_socket_which_has_lost_its_connection() -> None:
    pb = Playbook(Limits(grace=60)).at(State.RESPONDING)
    pb >> Lost(ME) >> written("Well.") >> answered() << to(ME, TextDone) << Speak
    pb >> spoken(1.0) << to(ME, state("speaking")) << to(ME, AudioDelta) << to(ME, Metrics)
    pb >> later(1.0) << Release << to(ME, state("handshaken"))
    assert not pb.conversation.ended
    pb >> back() << to(ME, SessionJoined("s", "both", "handshaken", resumed=POINT)) << Resend(ME)
    pb >> later(1e6)
    assert not pb.conversation.ended


def test_a_receiver_that_is_back_gets_the_rest_beside_the_others(apart: Playbook) -> None:
    apart.at(State.RESPONDING) >> Lost(2) >> written("Well.") >> answered() << to(2, TextDone) << Speak
    apart >> replace(back(2), role="receiver") << to(2, SessionJoined) << Resend(2)
    apart >> spoken(1.0) << to((ME, 2), state("speaking")) << to(2, AudioDelta)
    apart.skip()


def test_what_a_receiver_has_shown_of_itself_outlasts_its_connection() -> None:
    pb = Playbook(encoding=Encoding(holds=True))
    [before] = pb.conversation.participants.values()
    pb.conversation.participants[ME] = before._replace(knows_names=True)
    pb.at(State.HANDSHAKEN) >> Lost(ME) >> back() << SessionJoined << Resend
    [after] = pb.conversation.participants.values()
    assert after == before._replace(knows_names=True)


@pytest.mark.parametrize("where", ANSWERING)
def test_an_answer_that_is_cut_meanwhile_is_closed_for_it_too(apart: Playbook, where: State) -> None:
    apart.at(where) >> Lost(2) >> cancel() << DropQueued << to((ME, 2), ResponseCancelled("cancelled"))
    apart.skip()


@pytest.mark.parametrize("where", [where for where in State if where is not State.IDLE])
def test_a_session_whose_members_are_all_absent_ends_after_the_grace_period(where: State) -> None:
    pb = Playbook(Limits(grace=60, speaking=100, receiving=100, transcribing=100, responding=100)).at(where)
    pb >> Lost(ME) >> later(59.9)
    assert not pb.conversation.ended
    pb.skip()
    pb >> later(0.1)
    assert pb.skip_all()[-1] == End()


def test_the_grace_period_begins_with_the_last_loss(apart: Playbook) -> None:
    apart.at(State.HANDSHAKEN) >> Lost(2) >> later(50) >> left(ME) >> later(59)
    assert not apart.conversation.ended
    apart >> left(2)
    assert apart.conversation.clock.ends_at == apart.now + 60
    apart >> later(60) << Release << End


def test_the_place_of_an_absent_receiver_is_given_up_without_a_word(apart: Playbook) -> None:
    apart.at(State.SPEAKING) >> Lost(2) >> left(2) >> later(3.0) << Release << to(ME, state("handshaken"))
    assert list(apart.conversation.participants) == [ME]
    apart >> later(1e6)
    assert not apart.conversation.ended


def test_the_last_member_that_leaves_takes_the_work_with_it_and_an_absent_one_does_not() -> None:
    pb = Playbook(Limits(grace=60)).at(State.RESPONDING)
    pb >> joined(2, "receiver") << SessionJoined
    pb >> Lost(2) >> left(ME)
    pb >> later(1)
    pb >> left(2)
    assert Release(1) in pb.skip_all()
    assert pb.conversation.state is State.HANDSHAKEN


def test_another_one_takes_the_place_of_an_absent_sender_and_the_turn_goes_on() -> None:
    pb = Playbook().at(State.RESPONDING)
    pb >> Lost(ME) >> replace(joined(2), replaces=(ME,)) << to(2, SessionJoined("s", "both", "responding"))
    assert list(pb.conversation.participants) == [2]
    pb >> by(2, text("Hello"))
    assert pb.conversation.turn.number == 2
    pb.skip()


def test_an_utterance_waits_for_its_sender_which_is_absent() -> None:
    pb = Playbook(Limits(grace=60, receiving=10)).at(State.RECEIVING)
    pb >> Lost(ME) >> later(40) >> back() << SessionJoined("s", "both", "receiving", resumed=POINT) << Resend
    pb >> append(b" and more")
    pb >> commit()
    pb.skip()
    assert pb.conversation.turn.clip is not None
    assert pb.conversation.turn.clip.data == b"sound and more"


def test_a_server_that_goes_down_ends_a_session_of_absent_members() -> None:
    pb = Playbook().at(State.SPEAKING)
    pb >> Lost(ME) >> ShutDown()
    assert pb.skip_all()[-1] == End()


def test_a_loss_of_somebody_who_is_gone_means_nothing(apart: Playbook) -> None:
    apart >> left(2) >> Lost(2) >> later(1e6)
    assert not apart.conversation.ended
