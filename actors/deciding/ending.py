"""The actions about the end of a turn: it is over, or it is cut, by which side and for which reason.

Each public function is an action that a row of `table.py` names: it says and does, and never chooses a state.
"""

from actors.deciding.conversation import Conversation, RecalledAnswer
from actors.deciding.effects import Acknowledge, DropQueued, FindWords, Release
from actors.deciding.events import Failed, WordsFound
from actors.deciding.mouth import mouth_closings, remember_names
from actors.deciding.recording import record
from actors.deciding.speaking import closings, report, speech_of
from actors.deciding.states import ANSWER, DEADLINES
from actors.deciding.step import Step
from actors.ports.answering import Exchange
from actors.ports.watching import DeadlinePassed, FalseStart, Outcome, SpeechJudged
from protocol.errors import ErrorId
from protocol.messages import CustomError, Reason, ResponseCancelled


def finish_turn(step: Step, event: object) -> None:
    """The turn is over and remembered; the Sender gets its `metrics` where it has not; its work and seats end."""
    _finish(step, "completed" if step.conversation.turn.said else "empty")


def _finish(step: Step, outcome: Outcome, error_id: ErrorId | None = None) -> None:
    memory = step.conversation.memory
    exchange = step.conversation.turn.exchange(step.now)
    if exchange is not None:
        memory.history.append(exchange)
        memory.history = _remembered(step.conversation)
    forget_turn(step, outcome, error_id)


def forget_turn(step: Step, outcome: Outcome, error_id: ErrorId | None = None) -> None:
    """The turn is over, and what was said in it is not remembered; the rest is as in `finish_turn`."""
    conversation = step.conversation
    turn = conversation.turn
    report(step)
    record(step, outcome, error_id)
    if len(turn.timeline):
        conversation.clock.quiet_at = min(step.now, turn.timeline.plays_until)
        turn.timeline.stop(step.now)
        conversation.played = turn.timeline
    remember_names(conversation)
    turn.charge.close()
    conversation.turn = turn.remains()
    step.effects.append(Release(turn.work))


def _remembered(conversation: Conversation) -> list[Exchange]:
    """The latest turns that together stay within the bound of characters, oldest first."""
    limits = conversation.limits
    kept: list[Exchange] = []
    room = limits.history_chars
    for exchange in reversed(conversation.memory.history):
        room -= len(exchange.said) + len(exchange.answered)
        if room < 0 or len(kept) >= limits.history_turns:
            break
        kept.append(exchange)
    return kept[::-1]


def interrupt(step: Step, event: object) -> None:
    """The Sender speaks or types during a turn, which is cut; all get `response.cancelled` (interrupted)."""
    ledger = step.conversation.turn.ledger
    step.cut = step.conversation.turn.number
    step.note(SpeechJudged("true", None if ledger.onset is None else step.now - ledger.onset))
    _cut(step, "interrupted")


def cancel(step: Step, event: object) -> None:
    """A client asked for it, or the server goes down: the turn is cut; all get `response.cancelled` (cancelled)."""
    _cut(step, "cancelled")


def abandon(step: Step, event: object) -> None:
    """The last socket has left: the turn is cut, without a message."""
    _cut(step, "cancelled")


def fail(step: Step, failed: Failed) -> None:
    """A stage could not do its work: the Sender gets `custom.error`, all get `response.cancelled` (failed).

    Where the turn was not admitted, the message that began it is still without its ack, which says the same.
    """
    error = CustomError(failed.message, failed.error_id, failed.retry_after)
    begun_by = step.conversation.turn.begun_by
    if begun_by is not None and begun_by.ack is not None:
        step.effects.append(Acknowledge(begun_by.member, begun_by.ack, error))
    step.send(step.conversation.senders, error)
    if failed.deadline:
        step.note(DeadlinePassed(failed.deadline))
    _cut(step, "failed", failed.error_id)


def expire(step: Step, event: object) -> None:
    """The state's deadline has passed: the Sender gets 3003 with its name, all get `response.cancelled` (failed)."""
    conversation = step.conversation
    name = DEADLINES[conversation.state]
    limit = getattr(conversation.limits, name)
    message = f"the deadline {name!r} ({limit:g} s) passed; try again, or raise it in [limits]"
    step.send(conversation.senders, CustomError(message, ErrorId.DEADLINE))
    step.note(DeadlinePassed(name))
    _cut(step, "failed", ErrorId.DEADLINE)


def reopen(step: Step, event: object) -> None:
    """The answer was begun too early: it is cut, all get `response.cancelled` (reopened), and nothing is remembered."""
    turn = step.conversation.turn
    heard = turn.timeline.seconds_heard(step.now)
    if heard > 0:
        step.note(FalseStart(heard))
    step.cut = turn.number
    _close(step, "reopened")
    forget_turn(step, "reopened")


def _cut(step: Step, reason: Reason, error_id: ErrorId | None = None) -> None:
    """End the turn early, and remember what was heard of it."""
    conversation, turn = step.conversation, step.conversation.turn
    _close(step, reason)
    if conversation.state in ANSWER and len(turn.timeline):
        conversation.memory.cut_after = turn.timeline.heard(step.now)
        _recall(step)
    _finish(step, reason, error_id)


def _recall(step: Step) -> None:
    """Have the words of the part that is cut looked for in its sound, where their times are not known."""
    memory, turn = step.conversation.memory, step.conversation.turn
    cut, exchange = turn.timeline.cut_part(step.now), turn.exchange(step.now)
    if cut is None or exchange is None:
        return
    number, seconds, is_whole = cut
    part = turn.parts[number]
    if (clip := turn.kept.of(number)) is not None and part.speech is not None:
        memory.recalled = RecalledAnswer(turn, step.now, exchange, memory.cut_after)
        speech = speech_of(turn, part, part.speech)
        step.effects.append(FindWords(turn.work, number, speech, clip, seconds, is_whole))


def note_heard(step: Step, found: WordsFound) -> None:
    """The words of the answer that was cut are found: what the model is reminded of is exact now."""
    memory = step.conversation.memory
    recalled, memory.recalled = memory.recalled, None
    if recalled is None or not found.words:
        return
    recalled.turn.timeline.add_words(found.part, found.words)
    exact = recalled.turn.exchange(recalled.at)
    if exact is not None and recalled.exchange in memory.history:
        latest = len(memory.history) - 1 - memory.history[::-1].index(recalled.exchange)
        memory.history = [*memory.history[:latest], exact, *memory.history[latest + 1 :]]
    if memory.cut_after == recalled.cut_after:
        memory.cut_after = recalled.turn.timeline.heard(recalled.at)


def _close(step: Step, reason: Reason) -> None:
    """Nothing of the turn leaves any more but the message that closes it."""
    conversation = step.conversation
    turn = conversation.turn
    turn.ledger.note_moment("cut", step.now)
    if conversation.state in ANSWER:
        last = closings(conversation, total=len(turn.timeline))
        step.effects.append(DropQueued(turn.number, last, mouth_closings(conversation)))
        turn.told_names.clear()  # the messages that had them may have been dropped
        step.send(tuple(conversation.participants), ResponseCancelled(reason))
