"""The Sender's messages in a session: configuration, the utterance, its recognition, the typed turn."""

import pytest

from actors.deciding.effects import Answer, Listen, Release, Start, Transcribe
from actors.deciding.events import Said
from actors.deciding.limits import Limits
from actors.ports.sound import Clip
from protocol.audioformat import AudioFormat
from protocol.errors import ErrorId
from protocol.messages import (
    BufferInitialized,
    Metrics,
    ResponseStarted,
    SessionUpdated,
    TranscribeDelta,
    TranscribeDone,
)
from protocol.states import State
from tests.actors.deciding.test_parts import play
from tests.playbook import (
    ME,
    MP3,
    NOBODY,
    Playbook,
    append,
    asking,
    by,
    cancel,
    clear,
    commit,
    error_commit,
    failed,
    joined,
    later,
    recognised,
    spoken,
    state,
    text,
    to,
    update,
    words,
    written,
)

BUSY = (State.TRANSCRIBING, State.RESPONDING, State.SPEAKING)
ANSWERING = (State.RESPONDING, State.SPEAKING)
CLUSTER = b"\x1f\x43\xb6\x75"
WEBM = b"\x1a\x45\xdf\xa3 the head" + CLUSTER + b" the first cluster"


def started(pb: Playbook) -> tuple[object, ...]:
    """A new turn goes to the model."""
    return (ResponseStarted(pb.turn), Answer)


# ---- configuration


def test_a_configuration_leads_out_of_idle(pb: Playbook) -> None:
    pb >> update() << to(ME, SessionUpdated("s", True)) << state("handshaken")


@pytest.mark.parametrize("where", [where for where in State if where is not State.IDLE])
def test_a_later_configuration_is_answered_at_once_and_changes_no_state(pb: Playbook, where: State) -> None:
    pb.at(where) >> update(LLM={"temperature": 0}) << SessionUpdated("s", True)
    assert pb.conversation.state is where
    assert pb.conversation.configuration.in_force.llm.temperature == 0


@pytest.mark.parametrize("where", State)
def test_a_refused_configuration_changes_nothing(pb: Playbook, where: State) -> None:
    before = pb.at(where).conversation.configuration.in_force
    pb >> update(LLM={"provider": NOBODY}) << ErrorId.UNKNOWN_PROVIDER << SessionUpdated("s", False)
    assert pb.conversation.state is where
    assert pb.conversation.configuration.in_force == before


def test_an_update_is_merged_into_what_is_in_force(pb: Playbook) -> None:
    pb >> update(LLM={"model": "m", "temperature": 0.5}) << SessionUpdated << state("handshaken")
    pb >> update(LLM={"temperature": None}, TTS={"voice": "v"}) << SessionUpdated
    configuration = pb.conversation.configuration.in_force
    assert (configuration.llm.model, configuration.llm.temperature, configuration.tts.voice) == ("m", 1, "v")


def test_what_a_refused_update_said_is_not_merged_later(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> update(LLM={"provider": NOBODY, "temperature": 0})
    pb.skip() >> update(LLM={"name": "Ada"}) << SessionUpdated("s", True)
    assert pb.conversation.configuration.in_force.llm.temperature == 1


def test_warnings_are_told_with_the_configuration(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> update(LLM={"temprature": 0})
    [told] = pb.due
    pb << SessionUpdated
    assert "temperature" in str(told)


def test_a_turn_uses_what_was_in_force_at_its_first_chunk(pb: Playbook) -> None:
    pb.at(State.RECEIVING) >> update(STT={"model": "later"}) << SessionUpdated
    pb >> commit() << state("transcribing") << Transcribe
    assert [job.stt.model for job in pb.jobs if isinstance(job, Transcribe)] == ["whisper-1"]


# ---- idle


@pytest.mark.parametrize("event", [append(), commit(), text("Hello"), text(""), text("x" * 10_001)], ids=repr)
def test_nothing_can_be_said_before_there_is_a_configuration(pb: Playbook, event: Said) -> None:
    pb >> asking(5, event) << ErrorId.WRONG_STATE
    assert pb.refusals() == [5]


def test_chunks_before_the_configuration_are_refused_once_a_second_at_most(pb: Playbook) -> None:
    pb >> append() << ErrorId.WRONG_STATE
    pb >> append() >> later(0.99) >> append() >> later(0.01) >> append() << ErrorId.WRONG_STATE


def test_the_ack_of_every_refused_chunk_says_so(pb: Playbook) -> None:
    pb >> asking(1, append()) << ErrorId.WRONG_STATE
    assert pb.refusals() == [1]
    pb >> asking(2, append())
    assert pb.refusals() == [2]


@pytest.mark.parametrize("where", [State.IDLE, State.HANDSHAKEN])
@pytest.mark.parametrize("event", [clear(), cancel(), error_commit()], ids=repr)
def test_there_is_nothing_to_stop_where_nothing_runs(pb: Playbook, where: State, event: Said) -> None:
    pb.at(where) >> asking(1, event)
    assert pb.refusals() == []
    assert pb.conversation.state is where


@pytest.mark.parametrize("where", State)
def test_an_empty_chunk_does_nothing(pb: Playbook, where: State) -> None:
    pb.at(where) >> append(b"")
    assert pb.conversation.state is where


# ---- the utterance


def test_the_first_chunk_begins_an_utterance(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> append() << state("receiving") << to(ME, BufferInitialized("s"))


def test_a_commit_without_audio_is_refused(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> commit() << ErrorId.NOTHING_SAID


def test_a_commit_has_all_chunks_recognised_in_their_order(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> append(b"one ") << state("receiving") << BufferInitialized
    pb >> append(b"two ") >> append(b"three")
    job = Transcribe(pb.turn, Clip(b"one two three", MP3), pb.conversation.configuration.in_force.stt)
    pb >> commit() << state("transcribing") << Start(job, admit=("STT", "LLM", "TTS"))


@pytest.mark.parametrize("event", [error_commit(), clear()], ids=repr)
def test_an_utterance_that_is_thrown_away_leaves_nothing(pb: Playbook, event: Said) -> None:
    pb.at(State.RECEIVING) >> event << state("handshaken")
    pb >> commit() << ErrorId.NOTHING_SAID
    pb >> append(b"anew") << state("receiving") << BufferInitialized
    pb >> commit() << state("transcribing") << Transcribe
    assert [job.clip.data for job in pb.jobs if isinstance(job, Transcribe)] == [b"anew"]


def test_text_and_cancel_leave_an_utterance_alone(pb: Playbook) -> None:
    pb.at(State.RECEIVING) >> text("Hello") << ErrorId.WRONG_STATE
    pb >> text(" ") << ErrorId.WRONG_STATE
    pb >> text("x" * 10_001) << ErrorId.WRONG_STATE
    pb >> cancel() >> commit() << state("transcribing") << Transcribe


@pytest.mark.parametrize("where", BUSY)
def test_a_commit_without_a_new_utterance_lets_the_turn_go_on(pb: Playbook, where: State) -> None:
    pb.at(where) >> commit() << ErrorId.NOTHING_SAID
    pb >> clear() >> error_commit()
    assert pb.conversation.state is where


def test_a_stream_that_goes_on_over_two_utterances_gets_its_head_again(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> update(STT={"mediaFormat": "webm"}) << SessionUpdated
    for chunk in (WEBM, CLUSTER + b" the next one"):
        pb >> append(chunk) << state("receiving") << BufferInitialized
        pb >> commit() << state("transcribing") << Transcribe
        pb >> recognised("") << TranscribeDone << Metrics << Release << state("handshaken")
    first, second = [job.clip.data for job in pb.jobs if isinstance(job, Transcribe)]
    assert first == WEBM
    assert second == b"\x1a\x45\xdf\xa3 the head" + CLUSTER + b" the next one"


# ---- too long


@pytest.fixture
def short() -> Playbook:
    """A session whose utterances have room for ten bytes."""
    return Playbook(Limits(utterance_bytes=10)).at(State.HANDSHAKEN)


def test_an_utterance_that_is_too_long_is_refused_once_and_ends_with_its_commit(short: Playbook) -> None:
    short >> append(b"12345678") << state("receiving") << BufferInitialized
    short >> append(b"9ab") << ErrorId.TOO_LONG
    short >> append(b"c") >> commit() << state("handshaken")
    short >> append(b"1234567890") << state("receiving") << BufferInitialized
    short >> commit() << state("transcribing") << Transcribe
    short.finish()


def test_a_first_chunk_that_is_too_long_is_refused_as_well(short: Playbook) -> None:
    short >> append(b"123456789ab") << state("receiving") << BufferInitialized << ErrorId.TOO_LONG
    short >> append(b"c") >> commit() << state("handshaken")
    short.finish()


@pytest.mark.parametrize("event", [error_commit(), clear()], ids=repr)
def test_an_overlong_utterance_can_be_thrown_away(short: Playbook, event: Said) -> None:
    short >> append(b"123456789ab") << state("receiving") << BufferInitialized << ErrorId.TOO_LONG
    short >> event << state("handshaken")
    short.finish()


def test_nothing_of_an_overlong_utterance_is_kept(short: Playbook) -> None:
    short >> append(b"12345678") << state("receiving") << BufferInitialized
    short >> append(b"9ab") << ErrorId.TOO_LONG
    assert short.conversation.utterance.audio == b""


def test_an_utterance_that_plays_too_long_is_refused_once_and_ends_with_its_commit(short: Playbook) -> None:
    short >> append(b"1234") << state("receiving") << BufferInitialized
    short >> failed("STT", ErrorId.TOO_LONG) << ErrorId.TOO_LONG
    assert short.conversation.utterance.audio == b""
    short >> failed("STT", ErrorId.TOO_LONG) >> append(b"56") >> append(b"7")
    assert short.refusals() == []
    short >> asking(3, append())
    assert short.refusals() == [3]
    short >> commit() << state("handshaken")
    short.finish()


def test_an_utterance_that_plays_too_long_at_its_commit_ends_the_turn(short: Playbook) -> None:
    short >> append(b"1234") << state("receiving") << BufferInitialized
    short >> commit() << state("transcribing") << Transcribe
    short >> failed("STT", ErrorId.TOO_LONG) << ErrorId.TOO_LONG << Metrics << Release(1) << state("handshaken")


def test_another_failure_while_it_is_spoken_changes_nothing(short: Playbook) -> None:
    short >> append(b"1234") << state("receiving") << BufferInitialized
    short >> failed("STT", ErrorId.RECOGNITION_FAILED)
    assert short.conversation.utterance.audio == b"1234"
    short.finish()


def test_the_ack_of_a_chunk_that_is_dropped_says_so(short: Playbook) -> None:
    short >> append(b"123456789ab") << state("receiving") << BufferInitialized << ErrorId.TOO_LONG
    short >> asking(3, append())
    assert short.refusals() == [3]


# ---- several files


def heard(pb: Playbook, *chunks: bytes) -> Transcribe:
    """What is recognised of an utterance of these chunks, after which the turn is cancelled."""
    for event in (*map(append, chunks), commit(), cancel()):
        (pb >> event).skip()
    return [job for job in pb.jobs if isinstance(job, Transcribe)][-1]


def test_chunks_that_are_each_a_file_are_recognised_as_several_files(pb: Playbook) -> None:
    job = heard(pb.at(State.HANDSHAKEN), WEBM, b" more", WEBM)
    assert (job.clip.data, job.is_joined) == (WEBM + b" more" + WEBM, True)
    assert not heard(pb, WEBM, b" more").is_joined


@pytest.mark.parametrize("chunk", [b"OggS\0\0 the next page", b"ID3 a tag", b"\xff\xfb", CLUSTER])
def test_what_goes_on_with_a_file_is_no_other_file(pb: Playbook, chunk: bytes) -> None:
    assert not heard(pb.at(State.HANDSHAKEN), WEBM, chunk).is_joined


def test_what_goes_on_in_the_next_utterance_is_the_last_file_of_this_one(pb: Playbook) -> None:
    (pb.at(State.HANDSHAKEN) >> update(STT={"mediaFormat": "webm"})).skip()
    heard(pb, WEBM, WEBM.replace(b"the head", b"new head"))
    job = heard(pb, CLUSTER + b"rest")
    assert job.clip.data == b"\x1a\x45\xdf\xa3 new head" + CLUSTER + b"rest"
    assert not job.is_joined


# ---- stragglers


def test_a_chunk_that_comes_right_after_its_commit_is_dropped(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> append() << ErrorId.WRONG_STATE
    pb >> later(0.5) >> append() << ErrorId.WRONG_STATE
    assert pb.conversation.state is State.TRANSCRIBING


def test_a_chunk_half_a_second_after_the_commit_is_barge_in(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> later(0.51) >> append()
    pb << Metrics << Release(1) << state("receiving") << BufferInitialized


def test_a_chunk_that_begins_a_new_file_is_no_straggler(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> append(WEBM) << Metrics << Release(1) << state("receiving") << BufferInitialized


def test_there_are_no_stragglers_once_the_words_are_known(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> append()
    pb.skip()
    assert pb.conversation.state is State.RECEIVING


# ---- recognition


def test_words_are_told_to_the_sender_as_they_come(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> words("How") << to(ME, TranscribeDelta("How"))


def test_a_transcript_ends_recognition_and_begins_the_answer(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> recognised(" Hello! ", "en") << to(ME, TranscribeDone("Hello!", "", "en"))
    pb << state("responding") << started(pb)
    [question] = [job.question for job in pb.jobs if isinstance(job, Answer)]
    assert (question.text, question.language, question.history) == ("Hello!", "en", ())


@pytest.mark.parametrize("silence", ["", " \n"])
def test_a_transcript_without_words_ends_the_turn(pb: Playbook, silence: str) -> None:
    pb.at(State.TRANSCRIBING) >> recognised(silence) << TranscribeDone("", "", "") << Metrics << Release(1)
    pb << state("handshaken")
    assert not pb.conversation.memory.history


def test_the_model_is_told_the_language_that_was_asked_for_where_none_was_heard(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> update(STT={"languageCode": "de-DE"}) << SessionUpdated
    pb >> append() << state("receiving") << BufferInitialized
    pb >> commit() << state("transcribing") << Transcribe
    pb >> recognised("Hallo") << TranscribeDone << state("responding") << started(pb)
    assert [job.question.language for job in pb.jobs if isinstance(job, Answer)] == ["de-DE"]


# ---- the typed turn


def test_a_typed_turn_goes_straight_to_the_model(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> text(" Hello ") << to(ME, TranscribeDone("Hello", "", "")) << state("responding")
    pb << started(pb)


def test_a_typed_turn_is_admitted_when_it_goes_to_the_model(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> text("Hello") << TranscribeDone << state("responding") << ResponseStarted
    [start] = pb.due
    pb << Answer
    assert isinstance(start, Start)
    assert start.admit


def test_the_answer_of_a_spoken_turn_is_not_admitted_again(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> recognised("Hello") << TranscribeDone << state("responding") << ResponseStarted
    [start] = pb.due
    pb << Answer
    assert isinstance(start, Start)
    assert not start.admit


@pytest.mark.parametrize("where", [State.HANDSHAKEN, *BUSY])
@pytest.mark.parametrize(
    ("typed", "error"), [("", ErrorId.NOTHING_SAID), (" \n", ErrorId.NOTHING_SAID), ("x" * 10_001, ErrorId.TOO_LONG)]
)
def test_text_that_cannot_be_answered_is_refused_and_interrupts_nothing(
    pb: Playbook, where: State, typed: str, error: ErrorId
) -> None:
    pb.at(where) >> text(typed) << error
    assert pb.conversation.state is where


# ---- old results


@pytest.mark.parametrize("where", State)
def test_results_of_an_earlier_turn_are_dropped(pb: Playbook, where: State) -> None:
    pb.at(where)
    old = pb.turn + 100  # a number that is not that of the turn in the air
    pb >> words("x", old) >> recognised("x", turn=old) >> written("x", old)
    assert pb.conversation.state is where


@pytest.mark.parametrize("where", ANSWERING)
def test_results_of_a_turn_that_was_cancelled_are_dropped(pb: Playbook, where: State) -> None:
    pb.at(where) >> cancel()
    pb.skip() >> written("late") >> spoken(1.0) >> recognised("late")
    assert pb.conversation.state is State.HANDSHAKEN


def test_a_second_receiver_hears_of_the_states_as_well(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> joined(2, "receiver")
    pb.skip() >> append() << to((ME, 2), state("receiving")) << to(ME, BufferInitialized)
    pb >> by(2, append()) << to(2, ErrorId.WRONG_ROLE)


# ---- sound without a head

MP3_FRAME = b"\xff\xfb\x90\x64" + bytes(413)


def test_frames_are_awaited_before_a_recogniser_begins_to_listen(pb: Playbook) -> None:
    play(pb.at(State.HANDSHAKEN), update(STT={"mediaFormat": "pcm16"}), *map(append, (MP3_FRAME, MP3_FRAME[:100])))
    assert pb.listening == []
    play(pb, append(MP3_FRAME[100:]), append(MP3_FRAME[:7]))
    [listen] = pb.listening
    assert isinstance(listen, Listen)
    assert listen.job.clip == Clip(2 * MP3_FRAME + MP3_FRAME[:7], MP3)


@pytest.mark.parametrize("rest", [bytes(413), b"\xff" * 413])
def test_samples_that_begin_like_a_frame_are_awaited_no_longer_than_it_takes(pb: Playbook, rest: bytes) -> None:
    play(pb.at(State.HANDSHAKEN), update(STT={"mediaFormat": "pcm16"}), append(MP3_FRAME[:4] + rest[:400]))
    assert pb.listening == []
    play(pb, append(rest[400:] + bytes(7)))
    [listen] = pb.listening
    assert isinstance(listen, Listen)
    assert listen.job.clip.format == AudioFormat("pcm16", 16_000)


def test_two_frames_are_enough_where_there_are_no_more(pb: Playbook) -> None:
    play(pb.at(State.HANDSHAKEN), update(STT={"mediaFormat": "wav"}), append(2 * MP3_FRAME), commit())
    assert pb.conversation.turn.clip == Clip(2 * MP3_FRAME, MP3)
