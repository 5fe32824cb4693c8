"""The answer in a session: its messages, each Receiver's encoding, and the memory of it."""

import pytest

from actors.deciding.effects import Answer, DropQueued, Release, Speak, Start
from actors.deciding.limits import Limits
from actors.ports.answering import NOTE, Delivery, Exchange, Question
from actors.ports.sound import Clip, Target
from protocol.audioformat import AudioFormat
from protocol.errors import ErrorId
from protocol.handshake import Encoding
from protocol.messages import (
    AudioDelta,
    Metrics,
    ResponseCancelled,
    ResponseStarted,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDone,
)
from protocol.states import State
from tests.playbook import (
    ME,
    MP3,
    WAV,
    Playbook,
    answered,
    append,
    by,
    cancel,
    cut,
    delivered,
    failed,
    joined,
    later,
    left,
    recognised,
    retracted,
    spoken,
    state,
    text,
    to,
    update,
    written,
)

WORDS = "Fine and well, thanks."
PCM = AudioFormat("pcm16", 24_000)


def delta(audio: str | bytes, is_base64: bool = True) -> AudioDelta:
    """The one message that an answer of one part is."""
    return AudioDelta(0, WORDS, audio, is_base64, done=True, stream_part_done=True, total_number=1)


def answer(pb: Playbook, words: str = WORDS) -> Playbook:
    """The model answers; its speech is being made."""
    pb >> written(words)
    return pb.skip() >> answered() << TextDone(words) << Speak


def questions(pb: Playbook) -> list[Question]:
    """What the model was asked, turn for turn."""
    return [job.question for job in pb.jobs if isinstance(job, Answer)]


def say(pb: Playbook, words: str) -> Playbook:
    """A typed turn, up to where the model is asked."""
    pb >> text(words)
    return pb.skip()


# ---- the text


def test_with_stream_each_piece_of_the_text_is_told(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> update(LLM={"stream": True}) << SessionUpdated
    say(pb, "Hello") >> written("Fine ") << TextDelta("Fine ")
    pb >> written("and well.") << TextDelta("and well.")
    pb >> answered() << to(ME, TextDone("Fine and well.")) << Speak


def test_without_stream_the_text_is_told_when_it_is_whole(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> written("Fine ") >> written("and well.") >> answered()
    pb << TextDone("Fine and well.") << Speak


def test_an_answer_without_words_is_told_and_not_remembered(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> answered() << TextDone("") << Metrics << Release(1) << state("handshaken")
    assert not pb.conversation.memory.history


def test_an_answer_without_speakable_words_has_its_text_and_no_audio(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> written("... !") >> answered() << TextDone("... !") << Metrics << Release(1)
    pb << state("handshaken")


def test_what_is_spoken_leaves_out_what_cannot_be_said_and_the_text_keeps_it(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> written("It is **noon** 🕛.") >> answered() << TextDone("It is **noon** 🕛.") << Speak
    assert [job.speech.text for job in pb.jobs if isinstance(job, Speak)] == ["It is noon."]


def test_an_answer_of_a_clip_is_spoken_without_words(pb: Playbook) -> None:
    clip = Clip(b"voice", WAV)
    pb.at(State.RESPONDING) >> delivered(Delivery(clip)) >> answered() << TextDone("") << Speak
    assert [job.clip for job in pb.jobs if isinstance(job, Speak)] == [clip]


def test_an_answer_that_is_too_long_fails() -> None:
    pb = Playbook(Limits(answer_chars=10)).at(State.RESPONDING)
    pb >> written("12345") >> written("678901") << ErrorId.MODEL_FAILED << cut("failed") << state("handshaken")
    pb.finish()


def test_an_answer_that_is_taken_back_comes_anew(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> delivered(Delivery(voice="whisper")) >> written("Fine and w") >> retracted()
    pb >> written("Well.") >> answered() << TextDone("Well.") << Speak


# ---- the sound


def test_the_first_sound_leads_to_speaking(pb: Playbook) -> None:
    answer(pb.at(State.RESPONDING)) >> spoken(3.0) << state("speaking") << to(ME, delta("PG1wMz4=")) << to(ME, Metrics)


def test_sound_is_sent_as_an_attachment_where_the_configuration_says_so(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> update(TTS={"isBase64": False}) << SessionUpdated
    answer(say(pb, "Hello")) >> spoken(3.0) << state("speaking") << delta(b"<mp3>", is_base64=False) << Metrics


def test_each_receiver_gets_its_own_format_and_encoding() -> None:
    pb = Playbook(role="sender")
    pb >> joined(2, "receiver", Encoding(WAV, True))
    pb.skip() >> joined(3, "receiver", Encoding(None, False))
    pb.skip() >> joined(4, "receiver", Encoding(WAV, True))
    answer(pb.skip().at(State.RESPONDING))
    assert [job.targets for job in pb.jobs if isinstance(job, Speak)] == [{Target(WAV), Target(MP3)}]
    pb >> spoken(3.0, WAV, MP3) << state("speaking") << to((2, 4), delta("PHdhdj4=")) << to(3, delta(b"<mp3>", False))
    pb << to(ME, Metrics)
    pb.finish()


def test_the_configuration_names_the_format_of_receivers_that_name_none(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> update(TTS={"audioFormat": "pcm16"}) << SessionUpdated
    answer(say(pb, "Hello"))
    assert [job.targets for job in pb.jobs if isinstance(job, Speak)] == [{Target(PCM)}]


def test_a_format_that_fails_concerns_its_receivers_alone(pb: Playbook) -> None:
    pb >> joined(2, "receiver", Encoding(WAV))
    answer(pb.skip().at(State.RESPONDING)) >> spoken(3.0, MP3, without={WAV: "no encoder"}) << state("speaking")
    pb << to(2, ErrorId.SYNTHESIS_FAILED) << to(ME, delta("PG1wMz4=")) << to(2, delta("")) << Metrics


def test_a_receiver_that_comes_late_gets_no_part_that_has_begun(pb: Playbook) -> None:
    answer(pb.at(State.RESPONDING)) >> joined(2, "receiver", Encoding(MP3))
    pb.skip() >> spoken(3.0) << to((ME, 2), state("speaking")) << to(ME, delta("PG1wMz4=")) << Metrics


def test_a_receiver_that_comes_before_the_part_begins_gets_it(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> joined(2, "receiver")
    answer(pb.skip()) >> spoken(3.0) << state("speaking") << to((ME, 2), delta("PG1wMz4=")) << Metrics


def test_a_receiver_that_has_left_is_sent_nothing(pb: Playbook) -> None:
    pb >> joined(2, "receiver")
    answer(pb.skip().at(State.RESPONDING)) >> left(2) >> spoken(3.0) << state("speaking") << to(ME, delta("PG1wMz4="))
    pb << Metrics


def test_a_turn_without_receivers_is_finished_for_nobody() -> None:
    pb = Playbook(role="sender").at(State.RESPONDING)
    pb >> written(WORDS) >> answered() << Speak
    pb >> spoken(3.0) << state("speaking") << to(ME, Metrics) >> later(3.0) << Release << state("handshaken")
    assert list(pb.conversation.memory.history) == [Exchange("How are you?", WORDS)]
    pb.finish()


def test_a_delivery_chooses_voice_and_speed_where_the_synthesiser_is_of_the_same_provider(pb: Playbook) -> None:
    local = {"provider": {"name": "local"}}
    pb.at(State.HANDSHAKEN) >> update(LLM=local, TTS=local) << SessionUpdated
    (
        say(pb, "Hello")
        >> delivered(Delivery(voice="whisper", speed=0.5))
        >> written(WORDS)
        >> answered()
        << TextDone
        << Speak
    )
    [speech] = [job.speech for job in pb.jobs if isinstance(job, Speak)]
    assert (speech.voice, speech.speed) == ("whisper", 0.5)


@pytest.mark.parametrize(
    ("language", "spoken_in", "voice"), [("de-DE", "de-DE", ""), ("en-US", "en-GB", "mine"), ("", "en-GB", "mine")]
)
def test_an_answer_in_another_language_is_spoken_in_it_by_another_voice(
    pb: Playbook, language: str, spoken_in: str, voice: str
) -> None:
    local = {"provider": {"name": "local"}}
    tts = local | {"languageCode": "en-GB", "voice": "mine"}
    pb.at(State.HANDSHAKEN) >> update(LLM=local, TTS=tts) << SessionUpdated
    say(pb, "Hallo") >> delivered(Delivery(language=language)) >> written(WORDS) >> answered() << TextDone << Speak
    [speech] = [job.speech for job in pb.jobs if isinstance(job, Speak)]
    assert (speech.language, speech.voice) == (spoken_in, voice)


def test_the_model_is_told_whether_the_last_answer_was_of_one_that_stood_in(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN)
    for delivery in (Delivery(stands_in=True), Delivery(), Delivery(stands_in=True)):
        say(pb, "Hello") >> delivered(delivery) >> written(WORDS)
        pb.skip()
        say(pb, "Not a word is answered to this.")
    say(pb, "And now?")
    assert [question.facts.stood_in for question in questions(pb)] == [False, True, True, False, False, True, True]


def test_the_model_is_told_its_last_note_up_to_a_bound(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN)
    for note in ("Anna", "", "n" * 2 * NOTE):
        say(pb, "Hello") >> delivered(Delivery(note=note)) >> written(WORDS)
        pb.skip()
    say(pb, "And now?")
    assert [question.facts.note for question in questions(pb)] == ["", "Anna", "Anna", "n" * NOTE]


# ---- speaking lasts as long as the sound


def test_speaking_lasts_until_the_sound_has_had_time_to_play(pb: Playbook) -> None:
    pb.at(State.SPEAKING) >> later(2.9)
    assert pb.conversation.state is State.SPEAKING
    pb >> later(0.1) << Release(1) << state("handshaken")
    assert list(pb.conversation.memory.history) == [Exchange("How are you?", WORDS)]


def test_a_sound_of_no_length_is_over_at_once(pb: Playbook) -> None:
    answer(pb.at(State.RESPONDING)) >> spoken(0.0) << state("speaking") << AudioDelta << Metrics
    pb >> later(0.0) << Release << state("handshaken")


# ---- a turn that fails


def test_a_failed_recognition_ends_the_turn_without_a_response(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> failed("STT", ErrorId.RECOGNITION_FAILED) << to(ME, ErrorId.RECOGNITION_FAILED)
    pb << Metrics << Release(1) << state("handshaken")


def test_a_failed_answer_closes_the_response(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> failed() << ErrorId.MODEL_FAILED << cut("failed") << state("handshaken")


def test_a_failure_is_told_to_the_sender_and_its_end_to_all(pb: Playbook) -> None:
    pb >> joined(2, "receiver")
    pb.skip().at(State.RESPONDING) >> failed() << to(ME, ErrorId.MODEL_FAILED) << DropQueued
    pb << to((ME, 2), ResponseCancelled("failed")) << to(ME, Metrics) << Release << to((ME, 2), state("handshaken"))


def test_what_was_said_in_a_turn_that_failed_stays_known(pb: Playbook) -> None:
    pb.at(State.RESPONDING) >> failed()
    pb.skip()
    say(pb, "Are you there?")
    assert questions(pb)[-1].history == (Exchange("How are you?", ""),)


# ---- what is remembered


@pytest.mark.parametrize(
    ("seconds", "heard"), [(0.0, ""), (0.6, ""), (0.9, "Fine"), (1.6, "Fine and"), (2.9, "Fine and well,")]
)
def test_of_an_answer_that_was_cut_the_words_are_remembered_that_had_time_to_play(
    pb: Playbook, seconds: float, heard: str
) -> None:
    pb.at(State.SPEAKING) >> later(seconds) >> cancel()
    pb.skip()
    say(pb, "Go on")
    assert questions(pb)[-1].history == (Exchange("How are you?", heard),)
    assert questions(pb)[-1].facts.cut_after == heard


def test_the_model_hears_of_a_cut_once(pb: Playbook) -> None:
    pb.at(State.SPEAKING) >> later(1.6) >> text("Wait")
    pb.skip() >> text("No, go on")
    pb.skip()
    assert [question.facts.cut_after for question in questions(pb)] == ["", "Fine and", ""]


def test_a_turn_that_was_cut_before_its_words_were_known_is_not_remembered(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> cancel() << Metrics << Release << state("handshaken")
    assert not pb.conversation.memory.history


def test_the_model_is_given_the_turns_so_far_in_their_order(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN)
    for number in range(3):
        answer(say(pb, f"question {number}"), f"answer {number}") >> spoken(1.0)
        pb.skip() >> later(1.0) << Release << state("handshaken")
    assert questions(pb)[-1].history == (Exchange("question 0", "answer 0"), Exchange("question 1", "answer 1"))


@pytest.mark.parametrize(
    ("limits", "remembered"),
    [
        (Limits(history_turns=2), ["3", "4"]),
        (Limits(history_turns=1), ["4"]),
        (Limits(history_turns=0), []),
        (Limits(history_chars=6), ["2", "3", "4"]),
        (Limits(history_chars=5), ["3", "4"]),
        (Limits(history_chars=1), []),
    ],
)
def test_the_history_is_bounded_by_turns_and_by_characters(limits: Limits, remembered: list[str]) -> None:
    pb = Playbook(limits).at(State.HANDSHAKEN)
    for number in range(6):
        answer(say(pb, str(number)), str(number)) >> spoken(1.0)
        pb.skip() >> later(1.0)
        pb.skip()
    assert [exchange.said for exchange in questions(pb)[-1].history] == remembered
    assert len(pb.conversation.memory.history) <= max(1, limits.history_turns)


# ---- metrics


def test_the_metrics_of_a_turn_are_counted_from_its_commit(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> later(0.1) >> recognised("Hello")
    pb.skip() >> later(0.2) >> written(WORDS) >> later(0.3) >> answered() << TextDone << Speak
    pb >> later(0.4) >> spoken(1.0) << state("speaking") << AudioDelta << Metrics(1, 100, 300, 600, 1000, 1000)
    pb >> later(1.0) << Release << state("handshaken")


def test_the_metrics_of_a_turn_that_ends_early_say_what_did_not_happen(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> later(0.1) >> recognised("Hello")
    pb.skip() >> cancel() << DropQueued << ResponseCancelled << Metrics(1, 100) << Release << state("handshaken")


def test_the_metrics_of_an_utterance_that_was_never_committed_are_not_told(pb: Playbook) -> None:
    pb.at(State.RECEIVING) >> later(30.0) << ErrorId.DEADLINE << state("handshaken")


def test_the_model_is_told_how_long_the_last_answer_took(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> later(0.1) >> recognised("Hello")
    answer(pb.skip()) >> later(0.4) >> spoken(1.0)
    pb.skip() >> later(1.0)
    pb.skip()
    say(pb, "And now?")
    assert [question.facts.first_audio_ms for question in questions(pb)] == [-1, 500]


# ---- the order of a whole turn


def test_a_typed_turn_says_everything_in_its_order(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> text("Hello") << TranscribeDone("Hello", "", "") << state("responding")
    pb << ResponseStarted(1) << Start(pb.jobs[0], admit=("LLM", "TTS"))
    answer(pb) >> spoken(1.0) << state("speaking") << AudioDelta << Metrics
    pb >> later(1.0) << Release(1) << state("handshaken")
    pb >> text("Again") << TranscribeDone << state("responding") << ResponseStarted(2) << Answer


def test_a_receiver_may_cancel(pb: Playbook) -> None:
    pb >> joined(2, "receiver")
    pb.skip().at(State.RESPONDING) >> by(2, cancel()) << cut("cancelled") << state("handshaken")
    pb >> by(2, append()) << to(2, ErrorId.WRONG_ROLE)
