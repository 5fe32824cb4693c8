"""What who watches the server is told of a turn: its stages as they come, and its record at its end."""

from typing import TypeVar

import pytest

from actors.deciding.events import Failed, Recognised
from actors.ports.watching import (
    MOST,
    Chosen,
    DeadlinePassed,
    FalseStart,
    Judgement,
    Moment,
    Outcome,
    PartRecord,
    SpeechJudged,
    StageReached,
    TurnRecord,
)
from protocol.errors import ErrorId
from protocol.states import State
from tests.actors.deciding.test_contesting import awaiting
from tests.actors.deciding.test_listening import speaking, work
from tests.playbook import (
    Cue,
    Later,
    Playbook,
    answered,
    append,
    cancel,
    commit,
    failed,
    later,
    recognised,
    silent,
    spoken,
    text,
    update,
    written,
)
from tests.speech import happen, hear, listening, pass_time

W = TypeVar("W")


def of(kind: type[W], pb: Playbook) -> list[W]:
    """What was told of this kind."""
    return [each for each in pb.skip().observations if isinstance(each, kind)]


def record(pb: Playbook) -> TurnRecord:
    """The record of the one turn that is over."""
    [made] = of(TurnRecord, pb)
    return made


def stages(pb: Playbook) -> dict[str, float]:
    """The stages that were reached, none of them twice."""
    reached = of(StageReached, pb)
    assert len({each.stage for each in reached}) == len(reached)
    return {each.stage: round(each.seconds, 3) for each in reached}


def play(pb: Playbook, *script: object) -> Playbook:
    """All of this happens, a second apart where a number says so."""
    for event in script:
        pb.skip() >> (Later(event) if isinstance(event, float) else event)  # type: ignore[operator]
    return pb.skip()


def test_each_stage_is_told_when_it_is_reached_and_all_of_them_at_the_end() -> None:
    pb = Playbook().at(State.HANDSHAKEN)
    play(pb, append(), 2.0, commit(), 0.3, recognised("How are you?"), 0.5, written("Fine and "), 0.1)
    assert stages(pb) == {"stt_final": 0.3, "llm_first": 0.5}
    play(pb, written("well."), answered(), 0.2, spoken(3.0))
    assert stages(pb) == {"stt_final": 0.3, "llm_first": 0.5, "tts_first": 0.2, "first_sound": 1.1}
    assert of(TurnRecord, pb) == []
    play(pb, 3.0)
    assert stages(pb)["total"] == 4.1
    made, begun = record(pb), 1000.0
    assert (made.session, made.turn, made.outcome, made.source, made.detection) == (
        "s", 1, "completed", "utterance", "none",
    )  # fmt: skip
    assert (made.begun, made.committed, made.speech_ended) == (begun, begun + 2, begun + 2)
    times = (made.transcript, made.first_token, made.text_done, made.first_part, made.first_audio, made.last_audio)
    assert [round(time - begun, 3) for time in times if time] == [2.3, 2.8, 2.9, 2.9, 3.1, 3.1]
    assert (made.over, made.said, made.answered) == (begun + 6.1, 12, 14)
    assert (made.stt, made.error_id, made.moments) == (Chosen("openai", "whisper-1"), None, ())


def test_a_typed_turn_has_no_recognition() -> None:
    pb = Playbook().at(State.HANDSHAKEN)
    play(pb, text("Hello"), 0.5, written("Fine."), answered(), 0.5, spoken(1.0), 1.0)
    assert stages(pb) == {"llm_first": 0.5, "tts_first": 0.5, "first_sound": 1.0, "total": 2.0}
    assert (record(pb).source, record(pb).stt, record(pb).outcome) == ("text", None, "completed")


@pytest.mark.parametrize(
    ("where", "event", "outcome", "error_id"),
    [
        (State.TRANSCRIBING, recognised(""), "empty", None),
        (State.RESPONDING, failed(), "failed", ErrorId.MODEL_FAILED),
        (State.RESPONDING, later(1000.0), "failed", ErrorId.DEADLINE),
        (State.RESPONDING, answered(), "completed", None),
        (State.SPEAKING, cancel(), "cancelled", None),
        (State.SPEAKING, append(), "interrupted", None),
        (State.SPEAKING, text("Wait"), "interrupted", None),
    ],
)
def test_how_a_turn_ended(where: State, event: Cue, outcome: Outcome, error_id: ErrorId | None) -> None:
    pb = Playbook().at(where)
    pb >> event
    assert (record(pb).outcome, record(pb).error_id) == (outcome, error_id)


def test_an_utterance_without_a_commit_is_no_turn() -> None:
    pb = Playbook().at(State.RECEIVING)
    pb >> later(1000.0)
    assert of(TurnRecord, pb) == []
    assert of(DeadlinePassed, pb) == [DeadlinePassed("receiving")]


def test_deadlines_have_the_names_of_their_settings() -> None:
    pb = Playbook().at(State.RESPONDING)
    pb >> Failed(1, "LLM", ErrorId.DEADLINE, "too late", "llm_silence")
    pb.skip().at(State.TRANSCRIBING) >> later(1000.0)
    assert of(DeadlinePassed, pb) == [DeadlinePassed("llm_silence"), DeadlinePassed("transcribing")]


def test_a_turn_that_cuts_another_says_which() -> None:
    pb = Playbook().at(State.SPEAKING)
    play(pb, text("Wait"), cancel(), text("Again"), cancel())
    assert [(made.turn, made.interrupts) for made in of(TurnRecord, pb)] == [(1, 0), (2, 1), (3, 0)]
    assert of(SpeechJudged, pb) == [SpeechJudged("true")]


def test_parts_say_when_they_were_begun_made_and_sent() -> None:
    pb = Playbook()
    play(pb, update(LLM={"stream": True}, TTS={"stream": True, "responseType": "multiple"}), append(), commit())
    play(pb, recognised("Hi."), written("One is said. Two follows it, and more."), answered(), 0.1)
    play(pb, spoken(1.0, last=False), 0.2, silent(), 0.3, spoken(1.0, part=1), 9.0)
    first, second = record(pb).parts
    sounded, made = first.begun + 0.1, first.begun + 0.1 + 0.2
    assert first == PartRecord(0, 12, first.begun, sounded, made, sounded, made)
    assert (second.id, second.first_sent, second.sent) == (1, second.made, second.made)


def test_of_a_turn_with_very_many_parts_the_first_are_told() -> None:
    pb = Playbook()
    play(pb, update(TTS={"responseType": "multiple"}), text("Hi."), written("This is said now. " * 100), answered())
    for part in range(100):
        play(pb, spoken(0.1, part=part))
    play(pb, 100.0)
    assert [part.id for part in record(pb).parts] == [*range(MOST)]


# ---- hands-free


def test_the_end_of_speech_is_before_the_commit_of_an_open_microphone() -> None:
    pb = speaking(listening(), 2.0)
    made = record(pb)
    assert (made.source, made.detection) == ("speech", "server_vad")
    assert made.committed - made.speech_ended == pytest.approx(0.5, abs=0.05)
    assert stages(pb)["endpoint"] == round(made.committed - made.speech_ended, 3)
    assert stages(pb)["first_sound"] > stages(pb)["endpoint"]


def test_speech_that_cuts_an_answer_is_an_interruption_with_its_length() -> None:
    pb = speaking(listening(holds=True))
    hear(pb, (1.0, 60))
    [judged] = of(SpeechJudged, pb)
    assert judged.judgement == "true"
    assert judged.seconds == pytest.approx(1.2, abs=0.1)
    assert [moment.kind for moment in record(pb).moments] == ["onset", "held", "held", "cut"]
    assert record(pb).moments[-1] == Moment("cut", record(pb).over)


@pytest.mark.parametrize(
    ("said", "knows_echo", "judgement"),
    [("Mhm.", False, "backchannel"), ("", False, "false"), ("", True, "echo")],
)
def test_speech_that_was_not_meant_for_the_answer(said: str, knows_echo: bool, judgement: Judgement) -> None:
    pb = speaking(listening(holds=True))
    pb.conversation.memory.echo_told = knows_echo
    happen(pb, Recognised(awaiting(pb), said))
    assert of(SpeechJudged, pb) == [SpeechJudged(judgement)]
    happen(pb, cancel())
    assert [moment.kind for moment in record(pb).moments] == ["onset", "held", "held", "resumed", "cut"]


@pytest.mark.parametrize("heard", [0.0, 1.0])
def test_an_answer_that_was_begun_too_early_counts_where_it_was_heard(heard: float) -> None:
    pb = listening()
    hear(pb, (1.0, 20), (0.0, 20))
    if heard:
        happen(pb, recognised("How are", turn=work(pb))(pb))
        happen(pb, written("Fine and well, thanks.", turn=work(pb))(pb))
        happen(pb, answered(work(pb))(pb))
        happen(pb, spoken(9.0, turn=work(pb))(pb))
    hear(pb, (1.0, 45))
    assert record(pb).outcome == "reopened"
    assert len(of(FalseStart, pb)) == bool(heard)
    pass_time(pb, 1.0)
    hear(pb, (0.0, 20))
    happen(pb, cancel())
    assert of(TurnRecord, pb)[-1].interrupts == 1
