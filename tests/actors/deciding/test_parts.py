"""Parts and pieces: every way in which an answer can be cut, made, ordered and streamed, told as it is sent."""

import pytest

from actors.deciding.effects import DropQueued, Feed, Listen, Speak, Start
from actors.deciding.events import Event
from actors.deciding.limits import Limits
from actors.ports.answering import Delivery
from actors.ports.sound import Clip, Target
from protocol.audioformat import AudioFormat
from protocol.connecting import UNREAL_PIECE_BYTES
from protocol.errors import ErrorId
from protocol.handshake import PRESETS, Encoding
from protocol.messages import AudioDelta, Metrics, ResponseStarted, TextDelta, TextDone, TranscribeDelta
from protocol.states import State
from tests.playbook import (
    ME,
    MP3,
    WAV,
    Cue,
    Later,
    Playbook,
    answered,
    append,
    by,
    cancel,
    commit,
    cut,
    delivered,
    joined,
    later,
    recognised,
    retracted,
    silent,
    spoken,
    state,
    text,
    to,
    update,
    words,
    written,
)

SOUND = "PG1wMz4="
"""`<mp3>` in base64: what the playbook's parts sound like."""


def begin(
    pb: Playbook, *, llm: bool = False, multiple: bool = True, stream: bool = False, ordered: bool = False
) -> Playbook:
    """A typed turn with this configuration, up to where the model is asked."""
    response = "multiple" if multiple else "single"
    tts = {"responseType": response, "stream": stream, "isOrdered": ordered}
    pb.at(State.HANDSHAKEN) >> update(LLM={"stream": llm}, TTS=tts)
    pb.skip() >> text("Hello")
    return pb.skip()


def piece(
    part: int, words: str = "", audio: str = SOUND, *, closes: bool = True, done: bool = False, of: int = 0
) -> AudioDelta:
    return AudioDelta(part, words, audio, True, done=done, stream_part_done=closes, total_number=of)


def texts(pb: Playbook) -> list[str]:
    """What the synthesiser was given, in order."""
    return [job.speech.text for job in pb.jobs if isinstance(job, Speak)]


# ---- several parts, one message each


def test_parts_go_out_as_each_is_ready(pb: Playbook) -> None:
    begin(pb) >> written("One. Two. Three.") >> answered() << TextDone("One. Two. Three.") << Speak << Speak << Speak
    assert texts(pb) == ["One.", "Two.", "Three."]
    pb >> spoken(1.0, part=1) << state("speaking") << piece(1, "Two. ", of=3)
    pb >> spoken(1.0, part=2) << piece(2, "Three.", of=3)
    pb >> spoken(1.0, part=0) << piece(0, "One. ", of=3, done=True) << Metrics


def test_ordered_parts_wait_for_those_before_them(pb: Playbook) -> None:
    begin(pb, ordered=True) >> written("One. Two. Three.") >> answered()
    pb.skip() >> spoken(1.0, part=2)
    pb >> spoken(1.0, part=0) << state("speaking") << piece(0, "One. ", of=3)
    pb >> spoken(1.0, part=1) << piece(1, "Two. ", of=3) << piece(2, "Three.", of=3, done=True) << Metrics


def test_a_sentence_is_spoken_while_the_next_is_written(pb: Playbook) -> None:
    begin(pb, llm=True) >> written("One. ") << TextDelta("One. ")
    pb >> written("Two") << TextDelta("Two") << Speak
    pb >> written(". Three") << TextDelta(". Three") << Speak
    assert texts(pb) == ["One.", "Two."]


def test_a_finished_part_waits_until_it_is_known_whether_another_follows(pb: Playbook) -> None:
    begin(pb, llm=True) >> written("One. Two")
    pb.skip() >> spoken(1.0)
    pb >> written(". Three") << TextDelta << Speak << state("speaking") << piece(0, "One. ")
    pb >> spoken(1.0, part=1)
    pb >> answered() << TextDone << Speak << piece(1, "Two. ", of=3)
    pb >> spoken(1.0, part=2) << piece(2, "Three", of=3, done=True) << Metrics


def test_the_last_part_is_sent_when_the_text_turns_out_to_be_complete(pb: Playbook) -> None:
    begin(pb, llm=True) >> written("One. Two")
    pb.skip() >> answered() << TextDone << Speak
    pb >> spoken(1.0, part=1) << state("speaking") << piece(1, "Two", of=2)
    pb >> spoken(1.0) << piece(0, "One. ", of=2, done=True) << Metrics


def test_only_so_many_parts_are_made_before_they_are_sent() -> None:
    pb = Playbook(Limits(parts_ahead=2))
    begin(pb, ordered=True) >> written("One. Two. Three. Four.") >> answered() << TextDone << Speak << Speak
    pb >> spoken(1.0, part=1)
    (
        pb
        >> spoken(1.0, part=0)
        << state("speaking")
        << piece(0, "One. ", of=4)
        << piece(1, "Two. ", of=4)
        << Speak
        << Speak
    )
    pb.finish()


def test_what_cannot_be_said_goes_with_the_next_part(pb: Playbook) -> None:
    begin(pb) >> written("One.\n<br>\nTwo.") >> answered()
    pb.skip() >> spoken(1.0) << state("speaking") << piece(0, "One.\n", of=2)
    pb >> spoken(1.0, part=1) << piece(1, "<br>\nTwo.", of=2, done=True) << Metrics
    assert texts(pb) == ["One.", "Two."]


def test_what_cannot_be_said_at_the_end_goes_with_the_last_part_where_that_has_not_begun() -> None:
    pb = Playbook(Limits(parts_ahead=1))
    begin(pb) >> written("One.\nTwo.\n<br>") >> answered()
    pb.skip() >> spoken(1.0) << state("speaking") << piece(0, "One.\n", of=2) << Speak
    pb >> spoken(1.0, part=1) << piece(1, "Two.\n<br>", of=2, done=True) << Metrics


def test_what_cannot_be_said_at_the_end_is_a_silent_part_where_the_last_has_begun(pb: Playbook) -> None:
    begin(pb, llm=True) >> written("One.\n<br>")
    pb.skip() >> spoken(1.0)
    pb >> answered() << TextDone << state("speaking") << piece(0, "One.\n", of=2)
    pb << piece(1, "<br>", "", of=2, done=True) << Metrics
    assert texts(pb) == ["One."]


@pytest.mark.parametrize("stream", [False, True])
def test_a_part_that_is_held_is_not_in_the_way_of_the_next_even_where_it_takes_all_the_room(stream: bool) -> None:
    pb = Playbook(Limits(parts_ahead=1))
    begin(pb, llm=True, stream=stream) >> written("One. Two")
    pb.skip() >> spoken(1.0)
    pb.skip() >> written(". Three")
    pb.skip() >> spoken(1.0, part=1)
    pb.skip() >> answered()
    pb.skip() >> spoken(1.0, part=2) << piece(2, "Three", of=3, done=True) << Metrics
    assert texts(pb) == ["One.", "Two.", "Three"]
    pb.finish()


def test_a_silent_part_that_waited_for_room_goes_out_as_soon_as_there_is_some() -> None:
    pb = Playbook(Limits(parts_ahead=1))
    begin(pb, llm=True) >> written("One.\n<br>")
    pb.skip() >> spoken(1.0)
    pb >> answered() << TextDone << state("speaking") << piece(0, "One.\n", of=2)
    pb << piece(1, "<br>", "", of=2, done=True) << Metrics
    pb.finish()


def test_an_answer_that_brings_its_own_sound_is_one_part(pb: Playbook) -> None:
    clip = Clip(b"voice", WAV)
    begin(pb, llm=True) >> delivered(Delivery(clip)) >> written("One. Two. Three.") << TextDelta
    pb >> answered() << TextDone << Speak
    assert [job.clip for job in pb.jobs if isinstance(job, Speak)] == [clip]


# ---- pieces


def test_a_part_that_is_streamed_goes_out_as_it_is_made(pb: Playbook) -> None:
    begin(pb, multiple=False, stream=True) >> written("One. Two.") >> answered() << TextDone << Speak
    pb >> spoken(0.2, last=False) << state("speaking") << piece(0, "One. Two.", closes=False, of=1)
    pb >> spoken(0.2, last=False) << piece(0, closes=False, of=1)
    pb >> spoken(0.2) << piece(0, done=True, of=1) << Metrics


def test_a_part_whose_sound_has_all_gone_is_closed_by_an_empty_piece(pb: Playbook) -> None:
    begin(pb, multiple=False, stream=True) >> written("One.") >> answered() << TextDone << Speak
    pb >> spoken(0.2, last=False) << state("speaking") << piece(0, "One.", closes=False, of=1)
    pb >> silent() << piece(0, audio="", done=True, of=1) << Metrics


def test_pieces_of_unordered_parts_interleave(pb: Playbook) -> None:
    begin(pb, stream=True) >> written("One. Two.") >> answered() << TextDone << Speak << Speak
    pb >> spoken(0.2, part=1, last=False) << state("speaking") << piece(1, "Two.", closes=False, of=2)
    pb >> spoken(0.2, part=0, last=False) << piece(0, "One. ", closes=False, of=2)
    pb >> silent(1) << piece(1, audio="", of=2)
    pb >> spoken(0.2, part=0) << piece(0, of=2, done=True) << Metrics


def test_pieces_of_ordered_parts_do_not(pb: Playbook) -> None:
    begin(pb, stream=True, ordered=True) >> written("One. Two.") >> answered() << TextDone << Speak << Speak
    pb >> spoken(0.2, part=1, last=False)
    pb >> silent(1)
    pb >> spoken(0.2, part=0, last=False) << state("speaking") << piece(0, "One. ", closes=False, of=2)
    pb >> silent(0) << piece(0, audio="", of=2) << piece(1, "Two.", of=2, done=True) << Metrics


def test_sound_does_not_wait_for_what_is_known_of_the_next_part(pb: Playbook) -> None:
    begin(pb, llm=True, stream=True) >> written("One. Two")
    pb.skip() >> spoken(0.2, last=True) << state("speaking") << piece(0, "One. ", closes=False)
    pb >> answered() << TextDone << Speak << piece(0, audio="", of=2)
    pb >> spoken(0.2, part=1) << piece(1, "Two", of=2, done=True) << Metrics


def test_a_part_that_gives_nothing_yet_does_not_lead_to_speaking(pb: Playbook) -> None:
    begin(pb, multiple=False, stream=True) >> written("One.") >> answered() << TextDone << Speak
    pb >> silent(last=False)
    pb.finish()
    assert pb.conversation.state is State.RESPONDING


@pytest.mark.parametrize("preset", ["unreal", "unity"])
def test_pieces_for_a_game_engine_are_files_of_their_own_under_its_limit(preset: str) -> None:
    pb = Playbook(encoding=PRESETS[preset])
    begin(pb, stream=True) >> written("One.") >> answered() << TextDone << Speak
    [job] = [job for job in pb.jobs if isinstance(job, Speak)]
    assert job.targets == {Target(WAV, "whole", UNREAL_PIECE_BYTES)}
    assert job.speech.format == AudioFormat("pcm16", 24_000)


def test_without_stream_a_part_is_one_file_whatever_its_size() -> None:
    pb = Playbook(encoding=PRESETS["unreal"])
    begin(pb) >> written("One.") >> answered() << TextDone << Speak
    assert [job.targets for job in pb.jobs if isinstance(job, Speak)] == [{Target(WAV)}]


def test_the_synthesiser_is_told_the_format_that_all_want(pb: Playbook) -> None:
    begin(pb) >> written("One.") >> answered()
    pb.skip() >> joined(2, "receiver", Encoding(WAV))
    pb.skip() >> text("More")
    pb.skip() >> written("One.") >> answered()
    pb.skip()
    assert [job.speech.format for job in pb.jobs if isinstance(job, Speak)] == [MP3, None]


def test_a_format_that_cannot_be_made_is_told_once_an_answer(pb: Playbook) -> None:
    begin(pb) >> written("One. Two.") >> answered()
    pb.skip() >> spoken(1.0, WAV, without={MP3: "no encoder"}) << state("speaking")
    pb << ErrorId.SYNTHESIS_FAILED << piece(0, "One. ", "", of=2)
    pb >> spoken(1.0, WAV, part=1, without={MP3: "no encoder"}) << piece(1, "Two.", "", of=2, done=True) << Metrics


# ---- Receivers that come and go


def test_a_receiver_that_joins_gets_the_next_part_that_has_not_begun(pb: Playbook) -> None:
    begin(pb, llm=True, ordered=True) >> written("One. Two")
    pb.skip() >> joined(2, "receiver")
    pb.skip() >> written(". Three") << TextDelta << Speak
    pb >> spoken(1.0) << state("speaking") << to(ME, piece(0, "One. "))
    pb >> answered() << TextDone << Speak
    pb >> spoken(1.0, part=1) << to((ME, 2), piece(1, "Two. ", of=3))
    pb >> spoken(1.0, part=2) << to((ME, 2), piece(2, "Three", of=3, done=True)) << Metrics


def test_whoever_did_not_get_the_part_that_is_sent_last_is_told_done_as_well(pb: Playbook) -> None:
    begin(pb, llm=True) >> written("One. Two")
    pb.skip() >> joined(2, "receiver")
    pb.skip() >> answered() << TextDone << Speak
    pb >> spoken(1.0, part=1) << state("speaking") << to((ME, 2), piece(1, "Two", of=2))
    pb >> spoken(1.0, part=0) << to(ME, piece(0, "One. ", of=2, done=True))
    pb << to(2, piece(1, audio="", of=2, done=True)) << Metrics


def test_an_encoder_that_fails_between_pieces_is_told_to_those_who_wanted_it(pb: Playbook) -> None:
    begin(pb, multiple=False, stream=True)
    pb.skip() >> joined(2, "receiver", Encoding(WAV))
    pb.skip() >> written("One.") >> answered()
    pb.skip() >> spoken(0.2, MP3, WAV, last=False)
    pb.skip() >> spoken(0.2, last=False, without={WAV: "no encoder"})
    pb << to(2, ErrorId.SYNTHESIS_FAILED) << to(ME, piece(0, closes=False, of=1))
    pb >> spoken(0.2) << to(ME, piece(0, of=1, done=True)) << to(2, piece(0, audio="", of=1, done=True)) << Metrics


# ---- interruption


def test_a_response_that_is_cut_is_closed_with_the_parts_that_were_sent(pb: Playbook) -> None:
    begin(pb, stream=True) >> written("One. Two. Three.") >> answered()
    pb.skip() >> spoken(1.0, part=1, last=False)
    pb.skip() >> cancel()
    [dropped] = [effect for effect in pb.skip_all() if isinstance(effect, DropQueued)]
    [closing] = dropped.closings
    assert (closing.to, closing.message) == ((ME,), piece(1, audio="", of=1, done=True))
    assert not closing.only_if_dropped


def test_what_was_heard_of_a_cut_answer_is_remembered_by_its_parts(pb: Playbook) -> None:
    begin(pb, ordered=True) >> written("The first part. The second part is longer. The third.") >> answered()
    pb.skip() >> spoken(2.0)
    pb.skip() >> spoken(4.0, part=1)
    pb.skip() >> later(4.0) >> cancel() << cut("cancelled") << state("handshaken")
    [exchange] = pb.conversation.memory.history
    assert exchange.answered == "The first part. The second"


def heard(pb: Playbook) -> str:
    """What the model is told that was heard of the answer that is cut now."""
    play(pb, cancel())
    return pb.conversation.memory.history[-1].answered


def play(pb: Playbook, *events: Event | Cue | Later) -> Playbook:
    """All of these, whatever they lead to."""
    for event in events:
        pb >> event
        pb.skip_all()
    return pb


THREE = "One. Two. Three."


def unordered(pb: Playbook, **how: bool) -> Playbook:
    """An answer of three parts, all of which are being made."""
    return play(begin(pb, **how), written(THREE), answered())


@pytest.mark.parametrize("first", [1, 2])
def test_nothing_was_heard_of_a_part_while_a_lower_id_is_missing(pb: Playbook, first: int) -> None:
    play(unordered(pb), spoken(part=first, seconds=3.0), later(5.0))
    assert heard(pb) == ""


def test_parts_that_come_in_the_wrong_order_play_by_id(pb: Playbook) -> None:
    play(unordered(pb), spoken(part=2, seconds=3.0), later(1.0), spoken(part=1, seconds=3.0), later(1.0))
    play(pb, spoken(part=0, seconds=3.0), later(4.0))
    assert pb.conversation.clock.deadline == pb.now + 5.0
    assert heard(pb) == "One."


@pytest.mark.parametrize(("after", "words"), [(2.9, ""), (3.1, "One."), (6.1, "One. Two."), (8.9, "One. Two.")])
def test_what_was_heard_follows_the_ids_and_not_the_sending(pb: Playbook, after: float, words: str) -> None:
    play(unordered(pb), spoken(part=1, seconds=3.0), spoken(part=2, seconds=3.0), later(1.0))
    play(pb, spoken(part=0, seconds=3.0), later(after))
    assert heard(pb) == words


def test_a_late_barge_in_is_one_while_the_last_id_plays(pb: Playbook) -> None:
    play(unordered(pb), spoken(part=2, seconds=3.0), later(1.2), spoken(part=1, seconds=3.0))
    play(pb, spoken(part=0, seconds=3.0), later(8.9))
    assert pb.conversation.state is State.SPEAKING
    play(pb, append())
    assert pb.conversation.memory.history[-1].answered == "One. Two."


def test_speaking_ends_when_the_last_id_has_played(pb: Playbook) -> None:
    play(unordered(pb), spoken(part=2, seconds=3.0), later(1.2), spoken(part=1, seconds=3.0))
    play(pb, spoken(part=0, seconds=3.0), later(9.0))
    assert pb.conversation.state is State.HANDSHAKEN
    assert pb.conversation.memory.history[-1].answered == THREE


def test_streamed_pieces_of_a_higher_id_play_after_all_of_the_lower_one(pb: Playbook) -> None:
    play(unordered(pb, stream=True), spoken(part=1, seconds=2.0, last=True), spoken(part=0, seconds=2.0, last=False))
    play(pb, later(5.0))
    assert pb.conversation.turn.timeline.heard(pb.now).startswith("One")
    assert "Two" not in pb.conversation.turn.timeline.heard(pb.now)
    play(pb, spoken(part=0, seconds=2.0, last=True), later(2.1))
    assert pb.conversation.turn.timeline.heard(pb.now) == "One."
    play(pb, later(2.0))
    assert heard(pb) == "One. Two."


def test_what_was_heard_of_a_part_that_is_still_being_made_is_told_by_the_usual_pace(pb: Playbook) -> None:
    begin(pb, multiple=False, stream=True) >> written("One two three four five six seven eight nine ten.") >> answered()
    pb.skip() >> spoken(1.0, last=False)
    pb.skip() >> later(1.0) >> cancel() << cut("cancelled") << state("handshaken")
    [exchange] = pb.conversation.memory.history
    assert exchange.answered == "One two three"


@pytest.mark.parametrize("tail", [spoken(0.0), silent()], ids=["with sound", "empty"])
def test_a_part_that_is_made_is_heard_by_its_own_pace_though_it_is_not_closed(pb: Playbook, tail: Cue) -> None:
    begin(pb, llm=True, stream=True) >> written("One two three four five six seven eight nine ten. And")
    pb.skip() >> spoken(1.0, last=False)
    pb.skip() >> tail
    pb.skip() >> later(1.0) >> cancel() << cut("cancelled") << state("handshaken")
    [exchange] = pb.conversation.memory.history
    assert exchange.answered == "One two three four five six seven eight nine ten."


# ---- recognition while the person speaks


def test_a_recogniser_may_begin_when_the_format_is_known(pb: Playbook) -> None:
    pb.at(State.HANDSHAKEN) >> append(b"RIFF") << state("receiving")
    pb.skip() >> append(b"\x00\x00\x00\x00WAVEfmt more") >> append(b"the next")
    pb.skip()
    listen, feed = pb.listening
    assert isinstance(listen, Listen)
    assert listen.job.clip == Clip(b"RIFF\x00\x00\x00\x00WAVEfmt more", WAV)
    assert feed == Feed(1, b"the next")


def test_words_are_told_while_the_person_speaks(pb: Playbook) -> None:
    pb.at(State.RECEIVING) >> words("How are") << TranscribeDelta("How are")


def test_a_transcript_before_the_commit_means_nothing(pb: Playbook) -> None:
    pb.at(State.RECEIVING) >> recognised("How are you?")
    pb >> commit() << state("transcribing") << Start
    pb >> recognised("How are you today?")
    pb.skip()
    assert pb.conversation.turn.said == "How are you today?"


def test_a_response_is_told_to_have_started_before_its_parts(pb: Playbook) -> None:
    pb.at(State.TRANSCRIBING) >> recognised("Hello")
    assert any(isinstance(getattr(effect, "message", None), ResponseStarted) for effect in pb.skip_all())


def test_a_receiver_of_its_own_may_cancel(pb: Playbook) -> None:
    begin(pb, stream=True) >> written("One. Two.") >> answered()
    pb.skip() >> joined(2, "receiver")
    pb.skip() >> by(2, cancel()) << cut("cancelled") << state("handshaken")


# ---- what was streamed and is none of the answer


def think_aloud(pb: Playbook) -> Playbook:
    """A thought is streamed as if it were the answer; when some sound of it has been sent, it is taken back."""
    begin(pb, llm=True, stream=True) >> written("The user greets me. I greet back. And so")
    pb.skip() >> spoken(1.0, part=0, last=False) << state("speaking")
    pb << piece(0, "The user greets me. ", closes=False)
    return pb >> retracted() << piece(0, audio="")


def test_what_was_streamed_and_is_taken_back_ends_the_part_in_the_air(pb: Playbook) -> None:
    think_aloud(pb)
    assert texts(pb) == ["The user greets me.", "I greet back."]
    pb >> spoken(1.0, part=0) >> spoken(1.0, part=1) >> written("Hello there. Ho") << TextDelta("Hello there. Ho")
    pb << Speak << piece(1, audio="")
    assert texts(pb)[2:] == ["Hello there."]
    pb >> written("w?") << TextDelta("w?") >> answered() << TextDone("Hello there. How?") << Speak
    pb >> spoken(1.0, part=2) << piece(2, "Hello there. ", closes=True, of=4)
    pb >> spoken(1.0, part=3) << piece(3, "How?", done=True, of=4) << Metrics
    pb >> later(9.0)
    pb.skip()
    assert [exchange.answered for exchange in pb.conversation.memory.history] == ["Hello there. How?"]


def test_what_was_taken_back_is_not_remembered_where_the_answer_is_cut(pb: Playbook) -> None:
    think_aloud(pb) >> written("Hello there. Ho") << TextDelta << Speak << piece(1, audio="")
    pb >> spoken(1.0, part=2, last=False) << piece(2, "Hello there. ", closes=False)
    pb >> later(1.5) >> cancel()
    pb.skip()
    assert [exchange.answered for exchange in pb.conversation.memory.history] in (["Hello"], ["Hello there."])
    think_aloud(pb) >> cancel()
    pb.skip()
    assert pb.conversation.memory.history[-1].answered == ""


def test_nothing_of_a_thought_is_said_where_the_answer_is_spoken_in_one_part(pb: Playbook) -> None:
    begin(pb, llm=True, multiple=False) >> written("The user greets me.") << TextDelta
    pb >> retracted() >> written("Hello.") << TextDelta >> answered() << TextDone("Hello.") << Speak
    assert texts(pb) == ["Hello."]
