"""The mouth of an answer for its Receivers: each gets its own set before the sound, and a closed mouth at a cut.

Terms: docs/glossary.md.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from actors.deciding.conversation import Conversation
from actors.deciding.effects import MouthClosing, MouthOrder, PrepareMouth
from actors.deciding.events import MemberId
from actors.deciding.mouthpacking import pack, pack_words
from actors.deciding.partmouth import PartMouth
from actors.deciding.parts import Batch, Recipient
from actors.deciding.step import Step
from actors.ports.watching import MouthClosed
from protocol.mouth import SHAPES, MouthSet, MouthSource, ResponseMouth


def order_for(audience: Sequence[Recipient]) -> MouthOrder | None:
    """What is to be made for the Receivers of a part; None where none of them wants a mouth."""
    wishes = [recipient.mouth for recipient in audience if recipient.mouth.is_any]
    if not wishes:
        return None
    sets = frozenset(wish.set for wish in wishes if wish.set)
    return MouthOrder(sets, max(wish.fps for wish in wishes), len(wishes))


def prepare_mouth(step: Step) -> None:
    """Have what makes mouths ready by the next sound, where a Receiver wants one: it may take a second to start."""
    conversation = step.conversation
    wants = any(one.role != "sender" and one.encoding.mouth.is_any for one in conversation.participants.values())
    if wants:
        tts = conversation.configuration.in_force.tts
        step.effects.append(PrepareMouth(tts.provider.name, tts.model))


def send_mouth(step: Step, batch: Batch, mouth: PartMouth, listeners: Sequence[Recipient]) -> None:
    """Send what is known of the mouth in the sound of `batch` to those of its part who want it, encoded once for all
    who want the same.
    """
    wants = [listener for listener in listeners if listener.mouth.is_any]
    if not wants or not (batch.mouth or batch.ends_at is not None):
        return
    ended: list[MouthSource] = []
    for of in dict.fromkeys(listener.mouth.set for listener in wants):
        if of:
            ended += _send_shapes(step, batch, mouth, of, [listener for listener in wants if listener.mouth.set == of])
    if ended:
        step.note(MouthClosed(ended[0]))
    if to := tuple(listener.member for listener in wants if listener.mouth.words):
        _send_words(step, batch, mouth, to)


def _send_shapes(step: Step, batch: Batch, mouth: PartMouth, of: MouthSet, wants: list[Recipient]) -> list[MouthSource]:
    """Send what is due of one set; returns the source of its last shapes, where its mouth ends with them."""
    turn, part = step.conversation.turn, batch.part
    due = list(mouth.take_shapes(of, batch.mouth, batch.ends_at))
    for fps in dict.fromkeys(listener.mouth.fps for listener in wants):
        alike = tuple(listener.member for listener in wants if listener.mouth.fps == fps)
        for message in (message for shapes in due for message in pack(shapes, of, turn.number, part.id, fps)):
            for to, named in _by_names(step, of, alike, message):
                step.send(to, named, turn.number)
                turn.mouth_ends.update({(member, part.id): named.end or 0 for member in to})
    return [shapes.source for shapes in due if shapes.last]


def _by_names(
    step: Step, of: MouthSet, to: tuple[MemberId, ...], message: ResponseMouth
) -> Iterator[tuple[tuple[MemberId, ...], ResponseMouth]]:
    """The message for those who know the names of a row, and with the names for the others."""
    known = step.conversation.turn.told_names
    strangers = tuple(member for member in to if of == "arkit" and not _knows_names(step, member))
    if strangers:
        known.update(strangers)
        yield strangers, replace(message, names=SHAPES[of])
    yield tuple(member for member in to if member not in strangers), message


def _knows_names(step: Step, member: MemberId) -> bool:
    conversation = step.conversation
    return conversation.participants[member].knows_names or member in conversation.turn.told_names


def remember_names(conversation: Conversation) -> None:
    """The turn ends and nothing of it was taken back: who was told the names of a row knows them from now on."""
    for member in conversation.turn.told_names & conversation.participants.keys():
        conversation.participants[member] = conversation.participants[member]._replace(knows_names=True)


def _send_words(step: Step, batch: Batch, mouth: PartMouth, to: tuple[MemberId, ...]) -> None:
    turn, part = step.conversation.turn, batch.part
    due = mouth.take_words(batch.mouth, ends=batch.ends_at is not None)
    for message in pack_words(due[0], turn.number, part.id, last=due[1]) if due is not None else ():
        step.send(to, message, turn.number)


def mouth_closings(conversation: Conversation) -> tuple[MouthClosing, ...]:
    """The messages that close the mouth of an answer that is cut, for each Receiver that was sent sound, in its set."""
    turn = conversation.turn
    alike: dict[tuple[int, MouthSet, int], list[MemberId]] = {}
    for member, (part, _) in turn.reached.items():
        participant = conversation.participants.get(member)
        if participant is not None and participant.encoding.mouth.set:
            end = turn.mouth_ends.get((member, part), 0)
            alike.setdefault((part, participant.encoding.mouth.set, end), []).append(member)
    return tuple(
        MouthClosing(tuple(sorted(to)), of, turn.number, part, end, turn.mouth_ends)
        for (part, of, end), to in sorted(alike.items())
    )
