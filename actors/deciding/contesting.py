"""The actions about speech during a turn, of which it is not known yet whether it interrupts.

There are three steps, of which only the last is final:

    duck     at the onset: Receivers that can play on, quieter
    hold     at 400 ms: where all Receivers can, they pause
    intrude  at 1.2 s, or with words that are no backchannel: the turn is cut

Where the third does not come, the answer goes on where it was. Where it comes before much was heard of an answer to
what was heard, that answer was begun too early: both halves become one utterance (`MERGE`).

Nothing that was said is lost. Where the words are not known in time, the answer goes on and they are awaited: they cut
it later, or are the next turn. Where the turn ends first, the speech is the utterance that is open then.

Each public function is an action that a row of `table.py` names, or serves the machine; none chooses a state.
"""

from actors.deciding.deadlines import remaining_sound
from actors.deciding.detection import Detection
from actors.deciding.effects import AskTurnEnd, Release, Start, Transcribe
from actors.deciding.events import Failed, Recognised, Tick
from actors.deciding.listening import (
    HEARD_FORMAT,
    begin_heard,
    keep_frame,
    microphone_of,
    take_awaited,
    take_prefix,
)
from actors.deciding.microphone import Contest, ListeningState
from actors.deciding.speechnaming import may_try
from actors.deciding.states import ANSWER, TURN
from actors.deciding.step import Step
from actors.deciding.triggers import CountedFrame, Intrusion, Position
from actors.ports.sound import Clip
from actors.ports.watching import Judgement, SpeechJudged
from protocol.handsfree import How, ResponseHeld, ResponseResumed
from protocol.messages import CustomError

LAST_SECOND = 1.0
"""Seconds before the end of an answer in which a backchannel may be the user's answer to it."""


def duck(step: Step, frame: CountedFrame) -> None:
    """Somebody speaks during the turn: Receivers that can play on quieter; all that is said is kept."""
    conversation, microphone = step.conversation, microphone_of(step)
    before = take_awaited(step)
    frames, begins = take_prefix(microphone, frame)
    at_end = conversation.turn.is_over and remaining_sound(conversation, step.now) <= LAST_SECOND
    begins = begins if before is None else before.begins
    contest = Contest(conversation.turn.number, begins, conversation.account.open(), step.now, at_end=at_end)
    microphone.contest = contest
    conversation.turn.ledger.note_moment("onset", step.now)
    for kept in frames if before is None else [before.utterance.audio, *frames]:
        contest.utterance.add(kept)
    contest.charge.hold(contest.utterance.cost)
    hold_answer(step)
    if microphone.settings.type == "semantic_vad":
        step.effects.append(AskTurnEnd(microphone.stream, microphone.detection.position, b""))


def hold(step: Step, frame: CountedFrame) -> None:
    """Speech goes on: where all Receivers can, they pause, and the answer waits where it is."""
    keep_frame(step, frame)
    _contest(step).is_long = True
    hold_answer(step)


def hold_answer(step: Step) -> None:
    """Have Receivers hold the answer that speech is over, who have not been asked to: `response.held`.

    Called after each step too, because speech may be older than the answer, and than what is known of a Receiver.
    """
    conversation = step.conversation
    microphone = conversation.microphone
    contest = microphone.contest if microphone is not None else None
    if contest is None or conversation.state not in ANSWER:
        return
    holders = conversation.holders
    how: How = "pause" if contest.is_long and holders == conversation.receivers else "duck"
    new = tuple(member for member in holders if contest.told.get(member, "") not in (how, "pause"))
    if not new:
        return
    told = () if how in contest.told.values() else conversation.senders
    contest.senders.update(told)
    contest.told.update(dict.fromkeys(new, how))
    step.send(tuple(dict.fromkeys((*new, *told))), ResponseHeld(conversation.turn.number, how))
    conversation.turn.ledger.note_moment("held", step.now)
    if how == "pause":
        conversation.turn.timeline.pause(step.now)


def _contest(step: Step) -> Contest:
    contest = microphone_of(step).contest
    assert contest is not None
    return contest


def try_words(step: Step, frame: CountedFrame) -> None:
    """Speech pauses: it is recognised, because words decide what it is."""
    keep_frame(step, frame)
    _try(step, _contest(step))


def _try(step: Step, contest: Contest) -> None:
    conversation = step.conversation
    contest.trial = conversation.next_work()
    clip = Clip(contest.utterance.audio, HEARD_FORMAT)
    step.effects.append(Start(Transcribe(contest.trial, clip, conversation.configuration.in_force.stt)))


def speak_on(step: Step, frame: CountedFrame) -> None:
    """Speech goes on after a pause: the words of what was said before it decide nothing any more."""
    contest = _contest(step)
    _drop_trial(step, contest)
    microphone_of(step).go_on()
    keep_frame(step, frame)


def _drop_trial(step: Step, contest: Contest) -> None:
    if contest.trial:
        step.effects.append(Release(contest.trial))
        contest.trial = 0


def resume(step: Step, event: Recognised | Tick) -> None:
    """The speech was not meant for the turn: the answer goes on where it was, with `response.resumed`."""
    microphone = microphone_of(step)
    step.note(SpeechJudged(_judge(step, event)))
    if microphone.contest is not None:
        _release_answer(step, microphone.contest)
    drop_contest(step)


def _judge(step: Step, event: Recognised | Tick) -> Judgement:
    """What speech was that was not meant for the turn; where the avatar is known to be heard, it was that."""
    if isinstance(event, Recognised) and event.text.strip():
        return "backchannel"
    return "echo" if step.conversation.memory.echo_told else "false"


def _release_answer(step: Step, contest: Contest) -> None:
    conversation = step.conversation
    if contest.told:
        senders = (one for one in conversation.senders if one in contest.senders)  # not one that came meanwhile
        still = (one for one in contest.told if one in conversation.participants)
        step.send(tuple(dict.fromkeys((*still, *senders))), ResponseResumed(contest.turn))
        conversation.turn.timeline.go_on(step.now)
        conversation.turn.ledger.note_moment("resumed", step.now)
        conversation.clock.touched = step.now


def play_on(step: Step, event: object) -> None:
    """The words are not known in time: the answer goes on, with `response.resumed`, and they are awaited."""
    microphone = microphone_of(step)
    contest = _contest(step)
    if not contest.trial:  # no sound came in which speech could pause
        _try(step, contest)
    _release_answer(step, contest)
    contest.ended = microphone.detection
    microphone.awaited, microphone.contest = contest, None
    microphone.close()


def note_failure(step: Step, failed: Failed) -> None:
    """The words cannot be found; they are looked for once more, and then the Sender gets `custom.error`.

    What is being said is looked at again in its next silence.
    """
    microphone = microphone_of(step)
    contest = microphone.undecided
    assert contest is not None
    _drop_trial(step, contest)
    contest.failures += 1
    if not may_try(contest):
        step.send(step.conversation.senders, CustomError(failed.message, failed.error_id))
    if microphone.awaited is not None:
        if may_try(contest):
            _try(step, contest)
        else:
            drop_contest(step)


def drop_contest(step: Step) -> None:
    """Nothing of the speech is kept; what follows needs an onset of its own."""
    microphone = microphone_of(step)
    contest = microphone.contest
    if contest is not None:
        microphone.contest = None
        microphone.close()
        _drop_trial(step, contest)
        contest.charge.close()
    take_awaited(step)


def drop_outdated(step: Step) -> None:
    """Drop speech during a turn that another one has taken the place of: one that was typed, or asked for."""
    undecided = microphone_of(step).undecided
    is_of_another = undecided is not None and undecided.turn != step.conversation.turn.number
    if is_of_another and step.conversation.state in TURN:
        drop_contest(step)


def hear_intrusion(step: Step, intrusion: Intrusion) -> None:
    """The frame that showed what the speech is belongs to it."""
    if intrusion.frame is not None:
        keep_frame(step, intrusion.frame)


def keep_first_half(step: Step, intrusion: Intrusion) -> None:
    """The utterance that was answered too early is kept for the one that goes on with it."""
    clip = step.conversation.turn.clip
    microphone_of(step).first_half = clip.data if clip is not None else b""


def begin_intrusion(step: Step, event: object) -> None:
    """The speech is the utterance that is being received: from its onset on, and behind its first half."""
    microphone = microphone_of(step)
    contest = microphone.undecided
    assert contest is not None
    audio = contest.utterance.audio
    if microphone.awaited is not None:
        audio += b"".join(microphone.take_ring())
        microphone.detection = _gone_on(contest, microphone)
    _drop_trial(step, contest)
    contest.charge.close()
    microphone.contest = microphone.awaited = None
    begin_heard(step, audio, contest.begins, microphone.first_half)


def _gone_on(contest: Contest, microphone: ListeningState) -> Detection:
    """The count as if the speech had not been closed: all since then was silence."""
    ended, now = contest.ended, microphone.detection
    silent = ended.silent + now.position - ended.position
    return Detection(now.position, now.run, ended.voiced, silent, ended.early_ms)


def note_position(step: Step, position: Position) -> None:
    """A Receiver says where its playback is, and that it can hold; what the turn has had time to play follows it."""
    conversation = step.conversation
    member = position.member
    conversation.participants[member] = conversation.participants[member]._replace(holds=True)
    conversation.turn.timeline.report(member, position.report, step.now)
