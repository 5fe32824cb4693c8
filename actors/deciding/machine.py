"""The machine of a session: `step` takes in one event by the table and returns what is to be done; no I/O, no clock.

`transitions` owns what is legal. The table's rules are fed to one `transitions.Machine` (`graph.py`), those that keep
the state too; each goes through its trigger. An event without a row in the machine is refused, even if the table has
one: a client is told so (1002), a result is dropped. Only the chunk of an utterance does not go through a trigger,
because a trigger costs as much as all the rest of a chunk's step; `_extend` takes it where the machine has its row.
`extend` is the short way of such a chunk: it does what `step` would, and nothing at all where `step` might do more.

A step asks the machine first, with itself as the model: the trigger raises, or leaves in `step.state` where the step
leads. Then the rule's `ends` are done, `state` is set, and its `begins` are done. So an action that raises leaves the
state as it was, and `run` is the only place that sets `state`.

What is known of transitions 0.9.3 and shapes this file: a Machine per session costs 38 KiB, so there is one machine
for all of them, and `machine.events[name].trigger(model)` moves any object that has a `state`; a trigger costs about
ten microseconds; callbacks of the library are not used, because an `after` callback that raises leaves a state that has
already moved, and a coroutine among them is never awaited.
"""

from typing import Any, Final

import transitions

from actors.deciding import naming, triggers
from actors.deciding.contesting import drop_outdated, hold_answer
from actors.deciding.conversation import Conversation, Transition
from actors.deciding.deadlines import find_deadline
from actors.deciding.effects import Acknowledge, Effect, Feed, Hear, Start
from actors.deciding.events import (
    Event,
    Failed,
    FrameJudged,
    FromClient,
    MemberId,
    PoolsBusy,
    Retracted,
    Said,
    Spoken,
    TurnEvent,
    Words,
)
from actors.deciding.graph import MACHINE
from actors.deciding.hearing import extend_utterance
from actors.deciding.listening import drop_draft, follow_configuration, is_outdated, keep_frame
from actors.deciding.microphone import Draft
from actors.deciding.states import HANDSHAKEN, RECEIVING
from actors.deciding.step import Step
from actors.deciding.table import LOOKUP
from actors.deciding.triggers import Occurrence
from actors.deciding.turn import cost
from actors.ports.listening import ECHO
from protocol.audioformat import may_begin_file
from protocol.errors import ErrorId
from protocol.messages import SessionState

_APPEND: Final = MACHINE.events[triggers.APPEND.name]
_FRAME: Final = MACHINE.events[triggers.FRAME.name]
_RECEIVING: Final = RECEIVING.name

# ---- a step


def step(conversation: Conversation, event: Event, now: float) -> list[Effect]:
    """Take in one event at time `now`; the effects are to be performed in order. Never raises for what peers do."""
    made = Step(conversation, now)
    if (draft := _draft_of(conversation, event)) is not None:
        _draw_on(made, draft, event)
    else:
        _take(made, event)
    if isinstance(event, Said) and event.ack is not None:
        _acknowledge(made, event, event.ack)  # before the draft that it commits, which has its own admission
    if conversation.microphone is not None or conversation.configuration.in_force.turn_detection.on:
        _follow_microphone(made)
    conversation.clock.deadline = find_deadline(conversation)
    return made.effects


def _take(made: Step, event: Event) -> None:
    """Name the event, and do what its row says, and what follows from that at once."""
    occurrence = naming.name(made.conversation, event, made.now)
    if occurrence is None or _extend(made, occurrence):
        return
    run(made, occurrence)
    if (due := naming.name_due(made.conversation)) is not None:
        run(made, due)


# ---- the open microphone


def _draft_of(conversation: Conversation, event: Event) -> Draft | None:
    """The draft that the event is a result of; None where there is none, or it is not."""
    microphone = conversation.microphone
    if microphone is None or microphone.draft is None or not isinstance(event, TurnEvent):
        return None
    return microphone.draft if event.turn == conversation.turn.work else None


def _draw_on(made: Step, draft: Draft, event: Event) -> None:
    """A result of a draft is kept for the commit, and what follows from it is begun; nobody is told of it.

    Sound is only kept: so no more parts are made than may wait to be sent. A draft that fails costs nothing: the turn
    is tried again at the commit.
    """
    shadow = made.conversation.shadow
    match event:
        case Words(text=text):
            made.conversation.turn.words_so_far = text
            return
        case Failed() | PoolsBusy():
            drop_draft(made)
            return
        case Retracted() if draft.has_sound:  # its parts would have other numbers when it is told
            drop_draft(made)
            return
        case Spoken(room=room):
            draft.room += room
            draft.has_sound = True
        case _ if shadow is not None:
            starts = [effect for effect in step(shadow, event, made.now) if isinstance(effect, Start)]
            draft.jobs += [start.job for start in starts]
            made.effects += starts
    draft.events.append(event)  # type: ignore[arg-type]


def _follow_microphone(made: Step) -> None:
    """Do what a step has left to do with the microphone: a draft that is kept, speech without a turn, new settings."""
    conversation, microphone = made.conversation, made.conversation.microphone
    if microphone is not None:
        if (adopted := microphone.adopted) is not None:
            microphone.adopted = None
            _replay(made, adopted)
        if microphone.draft is not None and is_outdated(conversation, microphone.draft):
            drop_draft(made)
        if microphone.undecided is not None:
            drop_outdated(made)
            hold_answer(made)
        microphone.idle_told = microphone.idle_told and conversation.state is HANDSHAKEN
    follow_configuration(made)


def _replay(made: Step, draft: Draft) -> None:
    """The turn is committed: take in what came of its draft, as if it came now; its jobs have been begun."""
    for event in draft.events:
        _take(made, event)
    begun = draft.jobs
    made.effects = [effect for effect in made.effects if not (isinstance(effect, Start) and effect.job in begun)]


def hear(conversation: Conversation, member: MemberId, audio: bytes) -> Hear | None:
    """Take in a chunk of an open microphone, which changes nothing in any state; None for what needs a step."""
    microphone = conversation.microphone
    speaker = conversation.participants.get(member)
    if microphone is None or speaker is None or speaker.role == "receiver" or not audio:
        return None
    return Hear(microphone.stream, microphone.format, audio)


def pass_frame(conversation: Conversation, heard: FrameJudged) -> bool:
    """Take in a frame with which nobody begins to speak, as `step` would; False, and nothing done, for all else.

    Thirty of them come each second from every open microphone, and most are this: their step is written out here.
    """
    microphone, state = conversation.microphone, conversation.state
    if microphone is None or heard.stream != microphone.stream or microphone.detection.voiced:
        return False
    if state is RECEIVING or microphone.contest is not None or microphone.settings.echo == "mute":
        return False
    if state is not HANDSHAKEN and not microphone.settings.interrupt_response:
        return False
    detection = microphone.detection.after(heard.speech, microphone.settings.threshold)
    if detection.voiced or state.name not in _FRAME.transitions:
        return False
    microphone.detection = detection
    microphone.ring.append((heard.audio, heard.speech == ECHO))
    return True


# ---- the chunk of an utterance


def extend(conversation: Conversation, member: MemberId, audio: bytes, now: float) -> Feed | None:
    """Take in a chunk that changes nothing but the utterance, as `step` would; None, and nothing done, for all else.

    Such a chunk comes ten to fifty times a second from everybody who speaks. What `step` would do about it is the one
    effect that is returned, and its ack. So the chunk is written out here, and whatever asks for a decision is left to
    `step`: a member that may not speak, an utterance that begins or has no room, a chunk that begins another file.
    """
    utterance, clock, limits = conversation.utterance, conversation.clock, conversation.limits
    if conversation.state is not RECEIVING or _RECEIVING not in _APPEND.transitions:
        return None
    speaker = conversation.participants.get(member)
    if speaker is None or speaker.role == "receiver" or not audio or may_begin_file(audio):
        return None
    if not utterance.listened or utterance.overflown or utterance.crowded:
        return None
    turn = conversation.turn
    if utterance.size + len(audio) > limits.utterance_bytes or not turn.charge.take(cost(audio)):
        return None
    utterance.add(audio)
    clock.touched = now
    clock.deadline = min(clock.ends_at, now + limits.receiving)
    return Feed(turn.work, audio)


def _extend(made: Step, occurrence: Occurrence[Any]) -> bool:
    """Take a chunk into the utterance that is being received, or keep a frame; False for all that changes more."""
    if occurrence.trigger is triggers.FRAME and made.state.name in _FRAME.transitions:
        keep_frame(made, occurrence.payload)
        return True
    if (
        occurrence.trigger is not triggers.APPEND
        or made.state is not RECEIVING
        or _RECEIVING not in _APPEND.transitions
    ):
        return False
    extend_utterance(made, occurrence.payload)
    return True


def run(made: Step, occurrence: Occurrence[Any]) -> None:
    """Ask the machine where the event leads, and do what its row says; without a row nothing happens but a refusal."""
    conversation, name, payload = made.conversation, occurrence.trigger.name, occurrence.payload
    source = conversation.state
    if not _allows(made, name):
        if isinstance(payload, FromClient):
            made.refuse(payload.member, ErrorId.WRONG_STATE, f"{name} is not possible in the state {source.value}")
        return
    rule = LOOKUP[source, name]
    for action in rule.ends:
        action(made, payload)
    if rule.dest is not None:
        _enter(made)
    for action in rule.begins:
        action(made, payload)
    if rule.dest is not None:
        line = Transition(source, name, conversation.state, made.now, find_deadline(conversation))
        conversation.trace.append(line)
        del conversation.trace[: -conversation.limits.trace]


def _allows(made: Step, name: str) -> bool:
    """Whether the machine has a row for the event; where it has, it has moved the step's state."""
    try:
        return name in MACHINE.events and bool(MACHINE.events[name].trigger(made))
    except transitions.MachineError:
        return False


def _enter(made: Step) -> None:
    """The conversation is in the state that the step leads to; everybody is told where that is another one."""
    conversation = made.conversation
    source, conversation.state = conversation.state, made.state
    conversation.clock.entered = conversation.clock.touched = made.now
    if conversation.state is not source:
        made.send(tuple(conversation.participants), SessionState(conversation.state.value))


def _acknowledge(made: Step, said: Said, ack: int) -> None:
    """Answer the ack, but not of a message whose turn waits for its admission: that is answered with it."""
    conversation = made.conversation
    if said.member in conversation.participants and conversation.turn.begun_by is None:
        made.effects.append(Acknowledge(said.member, ack, made.refusal))
