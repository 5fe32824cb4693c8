"""The actions about speech during a turn, of which it is not known yet whether it interrupts.

There are three steps, of which only the last is final:

    duck     at the onset: Receivers that can play on, quieter
    hold     at 400 ms: where all Receivers can, they pause
    intrude  at 1.2 s, or with words that are no backchannel: the turn is cut

Where the third does not come, the answer goes on where it was. Where it comes before much was heard of an answer to
what was heard, that answer was begun too early: both halves become one utterance (`MERGE`).

Each public function is an action that a row of `table.py` names, or serves the machine; none chooses a state.
"""

from actors.deciding.deadlines import remaining_sound
from actors.deciding.effects import AskTurnEnd, Release, Start, Transcribe
from actors.deciding.listening import HEARD_FORMAT, begin_heard, keep_frame, microphone_of, take_prefix
from actors.deciding.microphone import Contest
from actors.deciding.states import ANSWER
from actors.deciding.step import Step
from actors.deciding.triggers import CountedFrame, Intrusion, Position
from actors.ports.sound import Clip
from protocol.handsfree import How, ResponseHeld, ResponseResumed

LAST_SECOND = 1.0
"""Seconds before the end of an answer in which a backchannel may be the user's answer to it."""


def duck(step: Step, frame: CountedFrame) -> None:
    """Somebody speaks during the turn: Receivers that can play on quieter; all that is said is kept."""
    conversation, microphone = step.conversation, microphone_of(step)
    frames, begins = take_prefix(microphone, frame)
    at_end = conversation.turn.is_over and remaining_sound(conversation, step.now) <= LAST_SECOND
    contest = Contest(conversation.turn.number, begins, conversation.account.open(), step.now, at_end=at_end)
    microphone.contest = contest
    for kept in frames:
        contest.utterance.add(kept)
    contest.charge.hold(contest.utterance.cost)
    _hold(step, contest, "duck")
    if microphone.settings.type == "semantic_vad":
        step.effects.append(AskTurnEnd(microphone.stream, microphone.detection.position, b""))


def hold(step: Step, frame: CountedFrame) -> None:
    """Speech goes on: where all Receivers can, they pause, and the answer waits where it is."""
    conversation = step.conversation
    contest = _contest(step)
    keep_frame(step, frame)
    contest.is_long = True
    if conversation.holders == conversation.receivers and _hold(step, contest, "pause"):
        conversation.turn.timeline.pause(step.now)


def _hold(step: Step, contest: Contest, how: How) -> bool:
    """Receivers that can, and the Sender, get `response.held`; False where there is none, or no answer."""
    conversation = step.conversation
    if conversation.state not in ANSWER or not conversation.holders:
        return False
    contest.held, contest.holders = how, conversation.holders
    to = tuple(dict.fromkeys((*conversation.holders, *conversation.senders)))
    step.send(to, ResponseHeld(conversation.turn.number, how))
    return True


def _contest(step: Step) -> Contest:
    contest = microphone_of(step).contest
    assert contest is not None
    return contest


def try_words(step: Step, frame: CountedFrame) -> None:
    """Speech pauses: it is recognised, because words decide what it is."""
    conversation = step.conversation
    contest = _contest(step)
    keep_frame(step, frame)
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


def resume(step: Step, event: object) -> None:
    """The speech was not meant for the turn: the answer goes on where it was, with `response.resumed`."""
    conversation = step.conversation
    contest = _contest(step)
    if contest.held is not None:
        still = tuple(one for one in contest.holders if one in conversation.participants)
        step.send(tuple(dict.fromkeys((*still, *conversation.senders))), ResponseResumed(contest.turn))
        conversation.turn.timeline.go_on(step.now)
        conversation.clock.touched = step.now
    drop_contest(step)


def drop_contest(step: Step) -> None:
    """Nothing of the speech is kept; what follows needs an onset of its own."""
    microphone = microphone_of(step)
    contest = _contest(step)
    _drop_trial(step, contest)
    contest.charge.close()
    microphone.contest = None
    microphone.close()


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
    contest = _contest(step)
    _drop_trial(step, contest)
    audio = contest.utterance.audio
    contest.charge.close()
    microphone.contest = None
    begin_heard(step, audio, contest.begins, microphone.first_half)


def note_position(step: Step, position: Position) -> None:
    """A Receiver says where its playback is, and that it can hold; what the turn has had time to play follows it."""
    conversation = step.conversation
    member = position.member
    conversation.participants[member] = conversation.participants[member]._replace(holds=True)
    conversation.turn.timeline.report(member, position.report, step.now)
