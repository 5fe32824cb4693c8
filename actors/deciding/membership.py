"""The actions about the sockets of a session: joining, leaving, messages that only the Sender may send, the end.

Each public function is an action that a row of `table.py` names: it says and does, and never chooses a state.
"""

import math

from msgspec import UNSET

from actors.deciding.conversation import Conversation, Participant
from actors.deciding.effects import Acknowledge, End, Release, Resend
from actors.deciding.events import Admitted, Drain, FromClient, Joined, Left, Lost
from actors.deciding.mouth import prepare_mouth
from actors.deciding.step import Step
from protocol.connecting import Role
from protocol.errors import ErrorId
from protocol.messages import SessionDraining, SessionJoined
from protocol.resuming import ResumePoint
from protocol.states import State

WRONG_ROLE = "only the Sender may send this; connect with role sender or both"


def join(step: Step, joined: Joined) -> None:
    """The socket is in the session, which does not end while it is; it gets `session.joined` with the state.

    A member that was absent goes on where it was, and is sent what it has lost. From now on turns are charged to the
    subject of the Sender that came last.
    """
    conversation = step.conversation
    for gone in joined.replaces:
        conversation.participants.pop(gone, None)
    absent = conversation.participants.get(joined.member)
    came = Participant(joined.member, joined.role, joined.encoding, joined.encoding.holds)
    conversation.participants[joined.member] = came if absent is None else absent._replace(is_absent=False)
    if joined.role != "receiver" and joined.allowance is not None:
        conversation.allowance = joined.allowance
    conversation.clock.ends_at = math.inf
    _suspend_or_resume(conversation, joined.role, step.now)
    welcome = SessionJoined(
        conversation.id,
        joined.role,
        conversation.state.value,
        joined.max_payload,
        True if joined.is_recorded else UNSET,
        joined.resumed,
    )
    step.send((joined.member,), welcome)
    if isinstance(joined.resumed, ResumePoint):
        step.effects.append(Resend(joined.member))
    if conversation.state is not State.IDLE:  # else it is not known who will speak
        prepare_mouth(step)


def leave(step: Step, left: Left) -> None:
    """The member is not in the session any more; no message is sent."""
    participant = step.conversation.participants.pop(left.member)
    if not participant.is_absent:
        _note_loss(step, participant)


def lose(step: Step, lost: Lost) -> None:
    """The connection of a Receiver is lost: its member is absent, and what it is sent is kept for it."""
    participants = step.conversation.participants
    participants[lost.member] = participants[lost.member]._replace(is_absent=True)
    _note_loss(step, participants[lost.member])


def _note_loss(step: Step, participant: Participant) -> None:
    """One socket less; where no other is there, the session lasts for the grace period from now."""
    conversation = step.conversation
    _suspend_or_resume(conversation, participant.role, step.now)
    if participant.role != "receiver" and (microphone := conversation.microphone) is not None:
        microphone.is_stale = True  # another Sender's samples do not go on where this one's ended
    if conversation.is_deserted:
        conversation.clock.ends_at = step.now + conversation.limits.grace


def _suspend_or_resume(conversation: Conversation, role: Role, now: float) -> None:
    """An utterance waits for its Sender to come back; its deadline counts from when the Sender left or came."""
    if conversation.state is State.RECEIVING and role != "receiver":
        conversation.clock.touched = now


def wait_for_return(step: Step, left: Left) -> None:
    """The session lasts for the grace period from now; one in which nothing was configured is over.

    That one is not ended here, but at its deadline, which is now: a socket that is already in the mailbox is let in.
    """
    conversation = step.conversation
    grace = 0.0 if conversation.state is State.IDLE else conversation.limits.grace
    conversation.clock.ends_at = step.now + grace


def refuse_role(step: Step, said: FromClient) -> None:
    """1003: the client is a Receiver, and this is the Sender's to say."""
    step.refuse(said.member, ErrorId.WRONG_ROLE, WRONG_ROLE)


def acknowledge_turn(step: Step, admitted: Admitted) -> None:
    """The pools have a seat for the turn: the message that began it gets its ack, where it asked for one."""
    turn = step.conversation.turn
    if (begun_by := turn.begun_by) is not None and begun_by.ack is not None:
        step.effects.append(Acknowledge(begun_by.member, begun_by.ack))
    turn.begun_by = None


def drain(step: Step, event: Drain) -> None:
    """No turn begins any more; every socket gets `session.draining`."""
    conversation = step.conversation
    conversation.is_draining = True
    step.send(tuple(conversation.participants), SessionDraining(event.seconds))


def end(step: Step, event: object) -> None:
    """The session is over: it holds nothing any more, and lets go of the sockets that are left."""
    conversation = step.conversation
    conversation.ended = True
    microphone = conversation.microphone
    if microphone is not None and microphone.undecided is not None and microphone.undecided.trial:
        step.effects.append(Release(microphone.undecided.trial))
    conversation.let_go()
    step.effects += [Release(conversation.turn.work), End()]
