"""What an action has in hand besides its event: the conversation, the time, and where to put what is to be done."""

from actors.deciding.conversation import Conversation
from actors.deciding.effects import Effect, Send
from actors.deciding.events import MemberId
from actors.deciding.turn import Turn
from protocol.errors import ErrorId
from protocol.messages import CustomError, ServerMessage
from protocol.states import State


class Step:
    """One step of a conversation at time `now`; nothing of it outlives the step.

    `effects`: what is to be done, in order. `refusal`: what was wrong with the client's message, for its ack. `state`:
    where the machine says that the step leads; the conversation's own state follows when what ends it has been said.
    """

    __slots__ = ("conversation", "effects", "now", "refusal", "state")

    def __init__(self, conversation: Conversation, now: float) -> None:
        self.conversation = conversation
        self.now = now
        self.state: State = conversation.state
        self.effects: list[Effect] = []
        self.refusal: CustomError | None = None

    def send(self, to: tuple[MemberId, ...], message: ServerMessage, turn: int | None = None) -> None:
        """Have `message` sent, where anybody is there to get it; `turn`: it is dropped when that turn is cut."""
        if to:
            self.effects.append(Send(to, message, turn))

    def refuse(self, member: MemberId, error_id: ErrorId, message: str) -> None:
        """What the client said cannot be done: it is told so by a `custom.error`, and its ack says so."""
        self.refuse_silently(error_id, message)
        self.send((member,), CustomError(message, error_id))

    def refuse_silently(self, error_id: ErrorId, message: str) -> None:
        """What the client said cannot be done, and it was told so before: only its ack says so."""
        self.refusal = CustomError(message, error_id)

    def begin_turn(self) -> Turn:
        """Put a new turn into the air, with the configuration in force now."""
        conversation = self.conversation
        conversation.memory.first_audio_ms = conversation.turn.first_audio_ms
        number, configuration = conversation.turn.number + 1, conversation.configuration.in_force
        turn = Turn(number, configuration, conversation.limits.parts_ahead, conversation.account.open())
        conversation.turn = turn
        return turn
