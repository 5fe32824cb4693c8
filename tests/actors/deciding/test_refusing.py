"""Turns that may not begin, by whichever way they would have: who is told, what is kept, and that no work is begun."""

import pytest

from actors.deciding.effects import Start
from actors.deciding.events import Believed, Drain
from protocol.errors import ErrorId
from protocol.messages import CustomError, ResponseCancelled, SessionDraining
from protocol.states import State
from tests.playbook import (
    ME,
    Playbook,
    acknowledged,
    append,
    asking,
    by,
    commit,
    joined,
    later,
    state,
    text,
    to,
)
from tests.speech import happen, hear, listening, told

REFUSED = CustomError("the server is going down and begins no new turn; connect again", ErrorId.WRONG_STATE)
TURN = (State.TRANSCRIBING, State.RESPONDING, State.SPEAKING)


def draining(pb: Playbook) -> Playbook:
    """The same conversation, on a server that goes down in half a minute."""
    pb >> Drain(30)
    pb.skip_all()
    return pb


@pytest.mark.parametrize("where", list(State))
def test_every_socket_is_told_and_nothing_ends(where: State) -> None:
    pb = Playbook().at(where)
    pb >> joined(2, "receiver")
    pb.skip_all()
    pb >> Drain(30) << to((ME, 2), SessionDraining(30))
    pb.finish()
    assert pb.conversation.state is where


def test_a_commit_is_refused_and_its_utterance_thrown_away() -> None:
    pb = draining(Playbook().at(State.RECEIVING))
    pb >> asking(5, commit())
    effects = pb.skip_all()
    assert not any(isinstance(effect, Start) for effect in effects)
    assert [effect.message for effect in effects if hasattr(effect, "message")] == [REFUSED, state("handshaken")]
    assert [effect.error for effect in effects if isinstance(effect, type(acknowledged(5)))] == [REFUSED]
    assert pb.conversation.account.used == 0
    pb >> commit() << ErrorId.NOTHING_SAID


@pytest.mark.parametrize("where", [State.HANDSHAKEN, *TURN])
def test_text_is_refused_and_what_runs_goes_on(where: State) -> None:
    pb = draining(Playbook().at(where))
    turn = pb.turn
    pb >> text("Hello") << REFUSED
    pb.finish()
    assert (pb.conversation.state, pb.turn) == (where, turn)


@pytest.mark.parametrize("where", [State.IDLE, State.RECEIVING])
def test_text_that_is_wrong_anyhow_is_told_what_is_wrong(where: State) -> None:
    before, after = Playbook().at(where), draining(Playbook().at(where))
    before >> text("Hello")
    after >> text("Hello")
    assert before.skip_all() == after.skip_all()


def test_what_a_receiver_may_not_say_is_refused_as_ever() -> None:
    pb = Playbook().at(State.HANDSHAKEN)
    pb >> joined(2, "receiver")
    pb.skip_all()
    draining(pb) >> by(2, text("Hello")) << ErrorId.WRONG_ROLE


@pytest.mark.parametrize("where", TURN)
def test_speech_over_an_answer_still_cuts_it(where: State) -> None:
    pb = draining(Playbook().at(where))
    pb >> later(1.0) >> append()
    pb.skip_all()
    assert pb.conversation.state is State.RECEIVING
    pb >> commit() << REFUSED << state("handshaken")


# ---- with an open microphone


@pytest.mark.parametrize("speculate", [True, False])
def test_the_end_of_speech_is_refused_once(speculate: bool) -> None:
    pb = draining(listening(speculate=speculate))
    messages = hear(pb, (1.0, 20), (0.0, 60))
    assert messages.count(REFUSED) == 1
    assert pb.conversation.state is State.HANDSHAKEN
    assert pb.conversation.speculation.begun == 0
    assert pb.conversation.account.used == 0
    assert hear(pb, (1.0, 20), (0.0, 60)).count(REFUSED) == 1, "the next utterance is heard, and refused likewise"


def test_the_model_of_the_end_of_a_turn_begins_none() -> None:
    pb = draining(listening(type="semantic_vad", speculate=False))
    hear(pb, (1.0, 20), (0.0, 14))
    happen(pb, Believed(1, 29, 0.9))
    assert told(pb) == [REFUSED, state("handshaken")]
    assert pb.conversation.utterance.audio == b""


def test_a_draft_that_was_begun_before_is_given_up() -> None:
    pb = listening(speculate=True)
    hear(pb, (1.0, 20), (0.0, 8))
    assert pb.conversation.speculation.begun == 1
    draining(pb)
    assert REFUSED in hear(pb, (0.0, 20))
    assert pb.conversation.shadow is None
    assert (pb.conversation.speculation.kept, pb.conversation.account.used) == (0, 0)


def test_a_typed_turn_over_speech_is_refused_and_the_speech_kept() -> None:
    pb = draining(listening(speculate=False))
    hear(pb, (1.0, 20))
    spoken = pb.conversation.utterance.audio
    pb >> text("Hello") << REFUSED
    assert (pb.conversation.state, pb.conversation.utterance.audio) == (State.RECEIVING, spoken)


def test_an_answer_goes_on_beside_a_refused_turn() -> None:
    pb = draining(Playbook().at(State.SPEAKING))
    pb >> asking(3, text("Hello"))
    messages = [getattr(effect, "message", None) for effect in pb.skip_all()]
    assert not any(isinstance(message, ResponseCancelled) for message in messages)
