"""Cues of an answer in a session: their tags are in no text, each is sent before its sound, and they are remembered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.deciding.account import Account
from actors.deciding.cues import COST, AnswerCues, PartCues
from actors.deciding.effects import Answer, Send, Speak
from actors.deciding.turn import Turn
from actors.ports.answering import Exchange, Question
from actors.ports.mouth import Mark
from protocol.configuration import Configuration, merge, read_update
from protocol.handshake import Encoding
from protocol.messages import AudioDelta, ResponseCancelled, TextDelta, TextDone
from protocol.mouth import MouthWish, ResponseCue
from protocol.states import State
from tests.playbook import (
    ME,
    Playbook,
    answered,
    append,
    cancel,
    joined,
    later,
    recognised,
    retracted,
    spoken,
    text,
    update,
    written,
)
from tests.speech import happen, hear, listening, told

SHOWS = Encoding(mouth=MouthWish(words=True))
"""A Receiver that is told of words, and so of cues."""
WORDS = "Hello there. And that is all."
TAGGED = "[face:happy] Hello there. And [anim:wave] that is all. [face:neutral]"


def asking(*, multiple: bool = False, llm_stream: bool = False, **tts: object) -> Playbook:
    """A session with cues, of one that is told of them; a typed turn waits for its answer."""
    pb = Playbook(encoding=SHOWS)
    tts["responseType"] = "multiple" if multiple else "single"
    pb >> update(LLM={"cues": "tags", "stream": llm_stream}, TTS=tts)
    pb.skip() >> text("Hi")
    return pb.skip()


def sent(pb: Playbook, *types: type) -> list[object]:
    """The messages that are due, of these types."""
    return [
        effect.message for effect in pb.skip_all() if isinstance(effect, Send) and isinstance(effect.message, types)
    ]


def cue(at: int, kind: str, name: str, part: int = 0, seconds: float = 0.0) -> ResponseCue:
    return ResponseCue(1, part, at, kind, name, seconds)  # type: ignore[arg-type]


def speeches(pb: Playbook) -> list[str]:
    return [job.speech.text for job in pb.jobs if isinstance(job, Speak)]


def history(pb: Playbook) -> list[Exchange]:
    return pb.conversation.memory.history


# ---- the text


def test_a_tag_is_in_no_text_and_is_not_spoken_and_is_remembered() -> None:
    pb = asking()
    pb >> written(TAGGED) >> answered() << TextDone(WORDS) << Speak
    assert speeches(pb) == [WORDS]
    pb >> spoken(3.0)
    assert all("[" not in piece.text for piece in sent(pb, AudioDelta))  # type: ignore[attr-defined]
    pb >> later(4.0)
    pb.skip()
    assert history(pb) == [Exchange("Hi", TAGGED, WORDS)]


def test_without_cues_tags_are_text() -> None:
    pb = Playbook(encoding=SHOWS).at(State.RESPONDING)
    pb >> written(TAGGED) >> answered() << TextDone(TAGGED) << Speak
    pb >> spoken(3.0)
    assert sent(pb, ResponseCue) == []


def test_a_tag_that_comes_in_pieces_delays_no_words() -> None:
    pb = asking(llm_stream=True)
    pb >> written("[fa") >> written("ce:happy]") >> written(" Hello") << TextDelta("Hello")
    pb >> written(" [") >> written("not one] ") << TextDelta(" [not one]")
    pb >> written("so [an") << TextDelta(" so")
    pb >> answered() << TextDelta(" [an") << TextDone("Hello [not one] so [an") << Speak


@given(st.lists(st.integers(1, 12), min_size=1, max_size=30), st.booleans(), st.booleans())
def test_the_pieces_joined_are_the_text_whatever_they_are(sizes: list[int], multiple: bool, llm_stream: bool) -> None:
    pb, at, rest = asking(multiple=multiple, llm_stream=llm_stream), 0, TAGGED + " [see [joy"
    for size in sizes:
        pb >> written(rest[at : at + size])
        at += size
        pb.skip()
    turn = pb.conversation.turn
    turn.write(rest[at:])
    turn.finish_text(turn.remainder())
    parts = [turn.parts[number] for number in range(len(turn.parts))]
    assert "".join(part.text for part in parts) == turn.text == f"{WORDS} [see [joy"


FORMS = "[face:x] Hi. <face name='joy'/> [happy] So [see 1] [anim: wave, 2s]it is【face:sad】. [nod]"


@pytest.mark.parametrize("multiple", [True, False])
@pytest.mark.parametrize("at", range(len(FORMS) + 1))
def test_wherever_a_text_is_cut_no_tag_is_on_the_wire(at: int, multiple: bool) -> None:
    pb = asking(multiple=multiple, llm_stream=True, isOrdered=True)
    messages: list[object] = []
    spoken_parts = (spoken(1.0, part=number) for number in range(2 if multiple else 1))
    for event in (written(FORMS[:at]), written(FORMS[at:]), answered(), *spoken_parts):
        pb >> event
        messages += sent(pb, TextDelta, TextDone, AudioDelta)
    for of in (TextDelta, TextDone, AudioDelta):
        assert "".join(message.text for message in messages if isinstance(message, of)) == "Hi. So [see 1] it is."
    assert "".join(speeches(pb)).replace(" ", "") == "Hi.So[see1]itis."


def test_parts_have_their_own_cues_and_none_is_empty() -> None:
    pb = asking(multiple=True, isOrdered=True)
    pb >> written("[face:happy] Hello there you all. [face:sad] [anim:nod] I must leave you now. [anim:wave]")
    pb.skip() >> answered()
    pb.skip() >> spoken(2.0)
    cues = sent(pb, ResponseCue)
    pb >> spoken(2.0, part=1)
    cues += sent(pb, ResponseCue)
    assert cues[:3] == [cue(0, "face", "happy"), cue(0, "face", "sad", 1), cue(0, "gesture", "nod", 1)]
    assert cues[3:] == [cue(2000, "gesture", "wave", 1)]
    assert len(pb.conversation.turn.parts) == 2


@pytest.mark.parametrize("multiple", [True, False])
def test_an_answer_of_tags_alone_has_no_sound_and_its_cues_come_at_once(multiple: bool) -> None:
    pb = asking(multiple=multiple)
    pb >> written("[face:happy]\n[anim:wave]") >> answered()
    pb << cue(0, "face", "happy") << cue(0, "gesture", "wave") << TextDone("")
    pb.skip()
    assert pb.conversation.state is State.HANDSHAKEN
    assert history(pb) == [Exchange("Hi", "[face:happy][anim:wave]", "")]


# ---- the time


def test_a_cue_goes_before_its_sound_by_its_share_of_the_letters() -> None:
    pb = asking()
    pb >> written("[face:happy] Hello there. [anim:wave] Well, bye then. [pause:1.5]") >> answered()
    pb.skip() >> spoken(2.8)
    messages = sent(pb, ResponseCue, AudioDelta)
    assert [type(one) for one in messages] == [ResponseCue, ResponseCue, ResponseCue, AudioDelta]
    assert [(one.at, one.kind, one.seconds) for one in messages[:3]] == [  # type: ignore[attr-defined]
        (0, "face", 0.0),
        (pytest.approx(1300, abs=100), "gesture", 0.0),
        (2800, "pause", 1.5),
    ]


def marks(*words: tuple[str, int, int]) -> tuple[Mark, ...]:
    return tuple(Mark("word", word, at, 200, char) for word, at, char in words)


@pytest.mark.parametrize("known", [True, False])
def test_where_the_times_of_words_are_known_it_has_the_time_of_its_word(known: bool) -> None:
    pb = asking()
    pb >> written("Well **then**, [anim:wave] bye now.") >> answered()
    places = (0, 5, 11, 15) if known else (-1, -1, -1, -1)
    words = marks(*zip(("Well", "then", "bye", "now"), (100, 500, 1900, 2300), places, strict=True))
    pb.skip() >> spoken(3.0, words=words)
    assert sent(pb, ResponseCue) == [cue(1900, "gesture", "wave")]


def test_of_sound_that_streams_a_cue_waits_for_its_own() -> None:
    pb = asking(stream=True)
    pb >> written("Well then. [anim:wave] Bye now, and good luck. [face:sad]") >> answered()
    pb.skip() >> spoken(0.6, last=False, words=marks(("Well", 100, 0), ("then", 400, 5)))
    assert sent(pb, ResponseCue, AudioDelta)[0].text == "Well then. Bye now, and good luck."  # type: ignore[attr-defined]
    pb >> spoken(0.4, last=False, words=marks(("Bye", 1040, 11)))
    assert sent(pb, ResponseCue) == []
    pb >> spoken(0.4, last=False)
    assert sent(pb, ResponseCue, AudioDelta)[0] == cue(1040, "gesture", "wave")
    pb >> spoken(0.6)
    assert sent(pb, ResponseCue, AudioDelta)[0] == cue(2000, "face", "sad")


def test_of_sound_that_streams_without_times_it_is_estimated() -> None:
    pb = asking(stream=True)
    pb >> written("Hello there you. [anim:wave] Well, bye.") >> answered()
    pb.skip() >> spoken(1.0, last=False)
    assert sent(pb, ResponseCue) == []
    pb >> spoken(1.0, last=False)
    assert sent(pb, ResponseCue, AudioDelta)[0] == cue(1133, "gesture", "wave")


def test_cues_are_for_those_alone_who_want_a_mouth() -> None:
    pb = asking()
    pb >> joined(2, "receiver")
    pb.skip() >> written("[face:happy] Hello.") >> answered()
    pb.skip() >> spoken(1.0)
    to = {effect.to for effect in pb.due if isinstance(effect, Send) and isinstance(effect.message, ResponseCue)}
    assert to == {(ME,)}
    pb.skip()


def test_the_moments_of_a_part_rise_and_lie_in_its_sound() -> None:
    read = AnswerCues(merge(Configuration(), read_update({"LLM": {"cues": "tags"}})))
    words = read.read("One [joy] two [face:a] three [face:b] [face:c] four. [face:d]") + read.finish()
    cues = PartCues([*read.give(words, "One two three four.")])
    cues.add([])
    ats = [at for at, _ in cues.take("One two three four.", (), 2000, 1.0, is_whole=True)]
    assert ats == sorted(ats)
    assert 0 < ats[0] < ats[-1] < 2000


# ---- the end


def test_a_cut_drops_the_cues_that_were_not_reached_and_the_heard_part_keeps_its_tags() -> None:
    pb = asking(multiple=True, stream=True, isOrdered=True)
    pb >> written("[face:happy] Hello there you all. [face:sad] I must [anim:wave] leave you now. [face:relaxed] Bye.")
    pb >> answered()
    pb.skip() >> spoken(2.0)
    assert sent(pb, ResponseCue) == [cue(0, "face", "happy")]
    pb >> spoken(1.0, part=1, last=False)
    assert sent(pb, ResponseCue) == [cue(0, "face", "sad", 1), cue(467, "gesture", "wave", 1)]
    pb >> later(2.4)
    pb.skip() >> append()
    assert [message.reason for message in sent(pb, ResponseCue, ResponseCancelled)] == ["interrupted"]  # type: ignore[attr-defined]
    assert history(pb) == [Exchange("Hi", "[face:happy] Hello there you all. [face:sad] I", "Hello there you all. I")]


def test_what_is_taken_back_loses_its_cues() -> None:
    pb = asking(multiple=True, llm_stream=True, stream=True)
    pb >> written("[face:happy] Hello there you all. [face:sad] I must leave")
    pb.skip() >> spoken(1.0, last=False)
    assert sent(pb, ResponseCue) == [cue(0, "face", "happy")]
    pb >> retracted()
    pb.skip() >> written("[face:angry] No. [anim:nod]")
    pb.skip() >> answered()
    pb.skip() >> spoken(1.0, part=1)
    assert sent(pb, ResponseCue) == [cue(0, "face", "angry", 1), cue(1000, "gesture", "nod", 1)]
    pb >> later(5.0)
    pb.skip()
    assert history(pb) == [Exchange("Hi", "[face:angry] No. [anim:nod]", "No.")]


def test_an_answer_that_is_cancelled_before_its_sound_has_no_cues() -> None:
    pb = asking()
    pb >> written(TAGGED) >> cancel()
    assert sent(pb, ResponseCue) == []
    assert pb.conversation.state is State.HANDSHAKEN


# ---- what the model is told


def prompts(pb: Playbook) -> list[Question]:
    return [job.question for job in pb.jobs if isinstance(job, Answer)]


def test_the_prompt_teaches_the_names() -> None:
    pb = Playbook()
    pb >> update(LLM={"prompt": "Be brief", "cues": "tags", "faces": ["joy", "anger"], "gestures": []})
    pb.skip() >> text("Hi")
    pb.skip()
    told = prompts(pb)[0].prompt
    assert told.startswith("Be brief\n\n")
    assert "[face:NAME] with NAME one of: joy, anger\n" in told
    assert "[anim:" not in told


def test_a_pause_is_not_taught_and_where_there_is_no_name_nothing_is() -> None:
    for names, teaches in ((["joy"], True), ([], False)):
        pb = Playbook()
        pb >> update(LLM={"prompt": "Be brief", "cues": "tags", "faces": names, "gestures": []})
        pb.skip() >> text("Hi")
        pb.skip()
        [question] = prompts(pb)
        assert ("[face:NAME]" in question.prompt) == teaches == (question.prompt != "Be brief")
        assert "pause" not in question.prompt


@pytest.mark.parametrize("is_cut", [False, True])
def test_a_model_that_is_to_write_no_tags_is_reminded_of_none(is_cut: bool) -> None:
    pb = asking(stream=True)
    pb >> written(TAGGED) >> answered()
    pb.skip() >> spoken(3.0)
    pb.skip() >> (later(1.5) if is_cut else later(4.0))
    if is_cut:
        pb.skip() >> cancel()
    [exchange] = history(pb)
    assert exchange.answered.startswith("[face:happy] Hello")
    for cues, reminded in (("none", WORDS[: 11 if is_cut else None]), ("tags", exchange.answered)):
        pb.skip() >> update(LLM={"cues": cues})
        pb.skip() >> text("And?")
        pb.skip()
        assert prompts(pb)[-1].history[0].answered.startswith(reminded)
        assert ("[" in prompts(pb)[-1].history[0].answered) == (cues == "tags")
        pb >> cancel()
    pb.skip()


def test_without_cues_the_prompt_is_the_clients_own() -> None:
    pb = Playbook()
    pb >> update(LLM={"prompt": "Be brief", "faces": ["joy"]})
    pb.skip() >> text("Hi")
    pb.skip()
    assert prompts(pb)[0].prompt == "Be brief"


def test_a_turn_keeps_nothing_of_tags_that_it_does_not_need() -> None:
    made = Turn(1, merge(Configuration(), read_update({"LLM": {"cues": "tags"}})))
    for _ in range(1_000):
        made.write("[face:happy] so ")
    assert made._cues is not None
    assert len(made._cues.placed) == 100
    assert made.text == "so " * 999 + "so"


def test_cues_are_paid_for_and_lost_where_there_is_no_room() -> None:
    configuration = merge(Configuration(), read_update({"LLM": {"cues": "tags"}}))
    charge = Account(2 * COST + 100).open()
    read = AnswerCues(configuration, charge)
    assert read.read("[joy] One [face:sad] two [anim:wave] three" + " [nod]") + read.finish() == "[joy] One two three"
    assert [placed.cue.name for placed in read.placed] == ["sad", "wave"]
    assert charge.size == 2 * COST
    read.forget()
    assert charge.size == 0


def test_an_answer_that_is_taken_back_gives_back_the_room_for_its_cues() -> None:
    pb = asking()
    before = pb.conversation.turn.charge.size
    pb >> written(TAGGED)
    assert pb.conversation.turn.charge.size == before + 2 * COST  # the third may still have words behind it
    pb >> retracted()
    assert pb.conversation.turn.charge.size == before
    pb >> cancel()
    pb.skip()


def test_nobody_is_told_of_a_cue_before_the_commit() -> None:
    pb = listening(silenceDurationMs=960)
    pb >> joined(2, "receiver", SHOWS)
    pb.skip() >> update(LLM={"cues": "tags"})
    pb.skip()
    hear(pb, (1.0, 20), (0.0, 10))
    work = pb.conversation.turn.work
    for event in (recognised("Hi.", turn=work), written(TAGGED, turn=work), answered(work), spoken(3.0, turn=work)):
        happen(pb, event(pb))
        assert told(pb) == []
    messages = hear(pb, (0.0, 20))
    cues = [message.name for message in messages if isinstance(message, ResponseCue)]
    assert cues == ["happy", "wave", "neutral"]
    places = [type(message) for message in messages if isinstance(message, ResponseCue | AudioDelta)]
    assert places == [ResponseCue] * 3 + [AudioDelta]
