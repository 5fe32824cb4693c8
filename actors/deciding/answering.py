"""The actions about an answer's text: it is asked for, written, taken back, and complete.

Each public function is an action that a row of `table.py` names: it says and does, and never chooses a state.
"""

from actors.deciding.cues import cue_message
from actors.deciding.effects import Answer, Start
from actors.deciding.ending import finish_turn
from actors.deciding.events import Delivered, Recognised, Retracted, Written
from actors.deciding.mouth import prepare_mouth
from actors.deciding.speaking import begin_parts
from actors.deciding.step import Step
from actors.deciding.triggers import Finished, TypedText
from actors.ports.answering import NOTE, Facts, Question
from actors.ports.calls import Kind
from actors.words.cuelesson import with_lesson
from protocol.messages import ResponseStarted, TextDelta, TextDone


def respond(step: Step, recognised: Recognised) -> None:
    """The model is asked about the words of the utterance; Receivers get `response.started`."""
    _ask(step, admit=())


def respond_to_text(step: Step, typed: TypedText) -> None:
    """The model is asked, if the pools admit the turn; Receivers get `response.started`, and the text's ack waits."""
    _ask(step, admit=("LLM", "TTS"))


def _ask(step: Step, admit: tuple[Kind, ...]) -> None:
    conversation = step.conversation
    turn, memory = conversation.turn, conversation.memory
    llm = turn.configuration.llm
    step.send(conversation.receivers, ResponseStarted(turn.number))
    has_cues = llm.cues == "tags"
    question = Question(
        text=turn.said,
        history=tuple(memory.history if has_cues else (one.without_tags() for one in memory.history)),
        model=llm.model,
        prompt=with_lesson(llm.prompt, llm),
        temperature=llm.temperature,
        stop=llm.stop,
        max_token=llm.max_token,
        name=llm.name,
        language=turn.language or turn.configuration.stt.language_code,
        stream=llm.stream,
        clip=turn.clip,
        facts=Facts(turn.number, memory.first_audio_ms, memory.cut_after, memory.stood_in, memory.note),
        faces=llm.faces if has_cues else (),
        gestures=llm.gestures if has_cues else (),
    )
    memory.cut_after = ""
    prepare_mouth(step)
    step.effects.append(Start(Answer(turn.work, llm.provider.name, question), admit))


def note_delivery(step: Step, delivered: Delivered) -> None:
    """Keep how the answer is to be spoken for its synthesis; no client is told."""
    step.conversation.turn.delivery = delivered.delivery


def retract(step: Step, retracted: Retracted) -> None:
    """The answer so far is forgotten and comes anew; parts whose sound has begun end where they are."""
    step.conversation.turn.retract()


def write(step: Step, written: Written) -> None:
    """The answer goes on; with `LLM.stream` Receivers get `response.text.delta`, and parts that are certain begin."""
    conversation = step.conversation
    turn = conversation.turn
    step.mark("first_token")
    conversation.memory.stood_in = turn.delivery.stands_in
    conversation.memory.note = turn.delivery.note[:NOTE] or conversation.memory.note
    text = turn.write(written.text)
    if turn.configuration.llm.stream and text:
        step.send(conversation.receivers, TextDelta(text), turn.number)
    begin_parts(step)


def _finish(step: Step, finished: Finished) -> None:
    """What was held back of the text, because it might have become a tag, is text."""
    turn = step.conversation.turn
    held = turn.finish_text(finished.rest)
    step.mark("text_done")
    if held and turn.configuration.llm.stream:
        step.send(step.conversation.receivers, TextDelta(held), turn.number)


def finish_text(step: Step, finished: Finished) -> None:
    """The answer is complete: Receivers get `response.text.done`, and the parts that are left begin."""
    turn = step.conversation.turn
    _finish(step, finished)
    step.send(step.conversation.receivers, TextDone(turn.text), turn.number)
    begin_parts(step)


def finish_unspoken(step: Step, finished: Finished) -> None:
    """The answer has no words that can be spoken: Receivers get `response.text.done` and no audio; the turn is over."""
    turn = step.conversation.turn
    _finish(step, finished)
    wanting = tuple(
        one.id for one in step.conversation.participants.values() if one.role != "sender" and one.encoding.mouth.is_any
    )
    for placed in turn.unspoken_cues:
        step.send(wanting, cue_message(turn.number, 0, 0, placed.cue))
    step.send(step.conversation.receivers, TextDone(turn.text))
    finish_turn(step, finished)
