"""The record of a turn that is over, for who watches the server."""

from actors.deciding.step import Step
from actors.deciding.turn import Turn
from actors.ports.watching import Chosen, Outcome, StageReached, TurnRecord, TurnSource, TurnWords
from protocol.errors import ErrorId


def record(step: Step, outcome: Outcome, error_id: ErrorId | None) -> None:
    """Have who watches told of the turn, whose input was complete; to be called before anything of it is dropped."""
    turn = step.conversation.turn
    made = turn_record(step.conversation.id, turn, outcome, error_id, step.now)
    if made is not None:
        step.conversation.summary.add(made)
        step.note(StageReached("total", step.now - made.speech_ended))
        if step.conversation.tells_words:
            step.note(TurnWords(turn.number, turn.said, turn.text))
        step.note(made)


def turn_record(session: str, turn: Turn, outcome: Outcome, error_id: ErrorId | None, now: float) -> TurnRecord | None:
    """The record of `turn`, which is over `now`; None where it was never committed."""
    ledger, configuration = turn.ledger, turn.configuration
    if ledger.committed is None or ledger.speech_ended is None:
        return None
    stt, llm, tts = configuration.stt, configuration.llm, configuration.tts
    return TurnRecord(
        session=session,
        turn=turn.number,
        outcome=outcome,
        source=_source(turn),
        detection=configuration.turn_detection.type,
        begun=ledger.begun,
        speech_ended=ledger.speech_ended,
        committed=ledger.committed,
        over=now,
        transcript=ledger.at("transcript"),
        first_token=ledger.at("first_token"),
        text_done=ledger.at("text_done"),
        first_part=ledger.at("first_part"),
        first_audio=ledger.at("first_audio"),
        last_audio=ledger.last_audio,
        stt=None if ledger.is_typed else Chosen(stt.provider.name, stt.model),
        llm=Chosen(llm.provider.name, llm.model),
        tts=Chosen(tts.provider.name, tts.model),
        interrupts=ledger.interrupts,
        said=len(turn.said),
        answered=turn.answer_chars,
        parts=ledger.parts,
        moments=ledger.moments,
        error_id=error_id,
    )


def _source(turn: Turn) -> TurnSource:
    if turn.ledger.is_typed:
        return "text"
    return "speech" if turn.is_heard else "utterance"
