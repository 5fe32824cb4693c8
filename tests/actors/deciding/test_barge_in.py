"""A turn is cut by speech, by text or by cancel: the messages then, and how a response is closed."""

import msgspec
import pytest

from actors.deciding.effects import Answer, Closing, DropQueued, LeftSound, Release, Send
from actors.deciding.events import Said
from protocol.handshake import Encoding
from protocol.messages import (
    AudioDelta,
    BufferInitialized,
    Metrics,
    ResponseCancelled,
    ResponseStarted,
    TranscribeDone,
)
from protocol.states import State
from tests.playbook import (
    ME,
    Playbook,
    answered,
    append,
    asking,
    cancel,
    commit,
    cut,
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

ANSWERING = (State.RESPONDING, State.SPEAKING)
PAST_STRAGGLERS = 0.6


def closing(*to: int, audio: str | bytes = "") -> Closing:
    """`done` for those out of whose outbox the one piece of the answer was taken."""
    message = AudioDelta(0, "", audio, isinstance(audio, str), done=True, stream_part_done=True, total_number=1)
    return Closing(to, message, only_if_dropped=True)


# ---- by speech


def test_speech_during_recognition_begins_a_new_turn_without_a_word_of_the_old(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> later(PAST_STRAGGLERS) >> append() << Metrics << Release(1)
    pb << state("receiving") << BufferInitialized
    assert pb.turn == 2


def test_speech_while_the_answer_is_made_cuts_it(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> append() << DropQueued(1) << ResponseCancelled("interrupted") << Metrics << Release(1)
    pb << state("receiving") << BufferInitialized


def test_speech_while_the_avatar_speaks_cuts_it(pb: Playbook) -> None:
    pb.at(State.SPEAKING) >> later(1.0) >> append() << DropQueued(1, (closing(ME),))
    pb << to(ME, ResponseCancelled("interrupted")) << Release(1) << state("receiving") << BufferInitialized


def test_the_chunk_that_interrupts_is_the_first_of_the_new_utterance(pb: Playbook) -> None:
    pb.at(State.SPEAKING) >> append(b"wait")
    pb.skip() >> append(b" a moment") >> commit()
    pb.skip()
    assert pb.conversation.turn.clip is not None
    assert pb.conversation.turn.clip.data == b"wait a moment"


# ---- by text


def test_text_during_recognition_begins_a_new_turn_at_once(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> text("Wait") << Metrics << Release(1) << TranscribeDone << state("responding")
    pb << ResponseStarted(2)
    pb.skip()


def test_text_while_the_answer_is_made_starts_anew_without_a_change_of_state(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> text("Wait") << cut("interrupted") << TranscribeDone << ResponseStarted(2)
    pb.skip()
    assert pb.conversation.state is State.RESPONDING


def test_text_while_the_avatar_speaks_cuts_it(pb: Playbook) -> None:
    pb.at(State.SPEAKING) >> text("Wait") << DropQueued << ResponseCancelled("interrupted") << Release(1)
    pb << TranscribeDone << state("responding") << ResponseStarted(2)
    pb.skip()


def test_the_new_answer_has_the_whole_time_of_its_deadline(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> later(59.0) >> text("Wait")
    pb.skip() >> later(59.0)
    assert pb.conversation.state is State.RESPONDING


# ---- by cancel


def test_cancel_during_recognition_ends_the_turn_without_a_word(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> cancel() << Metrics << Release(1) << state("handshaken")


def test_cancel_while_the_answer_is_made_closes_the_response(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> cancel() << cut("cancelled") << state("handshaken")


def test_cancel_while_the_avatar_speaks_closes_the_response(pb: Playbook) -> None:
    pb.at(State.SPEAKING) >> cancel() << DropQueued(1, (closing(ME),)) << ResponseCancelled("cancelled") << Release(1)
    pb << state("handshaken")


@pytest.mark.parametrize("where", ANSWERING)
def test_a_second_cancel_does_nothing(pb: Playbook, where: State) -> None:
    pb.at(where) >> cancel()
    pb.skip() >> asking(1, cancel())
    assert pb.refusals() == []


@pytest.mark.parametrize("where", ANSWERING)
@pytest.mark.parametrize("event", [append(), text("Wait"), cancel()], ids=repr)
def test_sender_and_receivers_hear_that_the_response_is_cut(where: State, event: Said) -> None:
    pb = Playbook(role="sender")
    pb >> joined(2, "receiver")
    pb.skip().at(where) >> event << DropQueued << to((ME, 2), ResponseCancelled)
    pb.skip()


# ---- the closing message


def test_a_message_that_closes_is_for_those_whose_outbox_still_held_the_last_piece() -> None:
    last, earlier = closing(1, 2), msgspec.structs.replace(closing(3, 4, audio=b""), only_if_dropped=False)
    drop = DropQueued(1, (last, earlier))
    silent = LeftSound(is_cut=False)
    cut = LeftSound(is_cut=True, part=0, parts=1)
    assert drop.closing_sends({2: cut, 3: cut}) == (
        Send((2,), last.message),
        Send((4,), earlier.message),
        Send((3,), earlier.message),
    )
    assert drop.closing_sends({}) == (Send((3, 4), earlier.message),)
    assert drop.closing_sends({1: silent, 3: silent}) == (Send((3, 4), earlier.message),)


def test_a_message_that_closes_names_the_last_part_that_left() -> None:
    whole = msgspec.structs.replace(closing(1, 2, 3, 4), only_if_dropped=False)
    message = msgspec.structs.replace(whole.message, id=5, total_number=6)
    drop = DropQueued(1, (msgspec.structs.replace(whole, message=message),))
    taken = {2: LeftSound(True, 3, 4), 3: LeftSound(True), 4: LeftSound(True, 3, 4)}
    first, nothing, last = drop.closing_sends(taken)
    assert first == Send((1,), message)
    assert nothing == Send((3,), msgspec.structs.replace(message, id=0, total_number=1))
    assert last == Send((2, 4), msgspec.structs.replace(message, id=3, total_number=4))


def test_a_response_of_which_no_part_was_sent_is_not_closed(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> written("Fine") >> cancel() << DropQueued(1)
    pb.skip()


def test_each_encoding_has_its_closing_message() -> None:
    pb = Playbook(role="sender")
    for member, is_base64 in ((2, True), (3, False), (4, False)):
        pb.skip() >> joined(member, "receiver", Encoding(None, is_base64))
    pb.skip().at(State.SPEAKING) >> cancel() << DropQueued(1, (closing(2), closing(3, 4, audio=b"")))
    pb.skip()


def test_who_was_sent_nothing_is_sent_no_closing_message(pb: Playbook) -> None:
    pb >> joined(2, "receiver")
    pb.skip().at(State.SPEAKING) >> joined(3, "receiver")
    pb.skip() >> left(2) >> cancel() << DropQueued(1, (closing(ME),)) << to((ME, 3), ResponseCancelled("cancelled"))
    pb.skip()


# ---- after it


def test_the_speech_of_a_cut_turn_is_let_go(pb: Playbook) -> None:
    pb.at(State.SPEAKING)
    assert pb.conversation.turn.clip is not None
    pb >> cancel()
    pb.skip()
    assert pb.conversation.turn.clip is None


@pytest.mark.parametrize("where", [State.TRANSCRIBING, *ANSWERING])
def test_a_turn_that_was_cut_is_followed_by_one_that_works(pb: Playbook, where: State) -> None:
    pb.at(where) >> cancel()
    pb.skip() >> text("Again")
    pb.skip() >> written("Well.") >> answered()
    pb.skip() >> spoken(1.0) << state("speaking") << AudioDelta << Metrics
    pb >> later(1.0) << Release(2) << state("handshaken")


def test_an_old_answer_is_never_spoken_in_a_new_turn(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> text("Wait")
    pb.skip() >> written("old", 1) >> spoken(1.0, turn=1) >> recognised("old", turn=1)
    assert pb.conversation.turn.text == ""


def test_an_update_during_an_answer_is_for_the_next(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> update(LLM={"model": "m"})
    pb.skip() >> text("Wait")
    pb.skip()
    assert [job.question.model for job in pb.jobs if isinstance(job, Answer)] == ["gpt-4o", "m"]
