"""The step: an action's context besides its event, which is the conversation, the time, and the list of effects."""

from actors.deciding.conversation import Conversation
from actors.deciding.effects import Effect, Note, Send
from actors.deciding.events import FromClient, MemberId
from actors.deciding.ledger import Ledger, Mark
from actors.deciding.turn import Turn
from actors.ports.watching import Observation, StageReached
from protocol.errors import ErrorId
from protocol.messages import CustomError, ServerMessage
from protocol.states import State


class Step:
    """One step of a conversation at time `now`; nothing of it outlives the step.

    `effects`: what is to be done, in order. `refusal`: what was wrong with the client's message, for its ack. `state`:
    where the machine says that the step leads; the conversation's own state follows when what ends it has been said.
    `cut`: the number of the turn that the step has cut for another one, 0 for none.
    """

    __slots__ = ("conversation", "cut", "effects", "now", "refusal", "state")

    def __init__(self, conversation: Conversation, now: float) -> None:
        self.conversation = conversation
        self.now = now
        self.state: State = conversation.state
        self.effects: list[Effect] = []
        self.refusal: CustomError | None = None
        self.cut = 0

    def send(
        self, to: tuple[MemberId, ...], message: ServerMessage, turn: int | None = None, seconds: float = 0.0
    ) -> None:
        """Have `message` sent, unless `to` is empty; `turn`: the message is dropped when that turn is cut.

        `seconds`: how long its sound plays.
        """
        if to:
            self.effects.append(Send(to, message, turn, seconds))

    def refuse(self, member: MemberId, error_id: ErrorId, message: str) -> None:
        """Refuse the client's message: the client gets a `custom.error`, and its ack has the same error."""
        self.refuse_silently(error_id, message)
        self.send((member,), CustomError(message, error_id))

    def refuse_silently(self, error_id: ErrorId, message: str) -> None:
        """Refuse the client's message in its ack alone, because the client was told the reason before."""
        self.refusal = CustomError(message, error_id)

    def begin_turn(self) -> Turn:
        """Begin a new turn, with the configuration in force now."""
        conversation = self.conversation
        conversation.memory.first_audio_ms = conversation.turn.ledger.first_audio_ms
        number, configuration = conversation.turn.number + 1, conversation.configuration.in_force
        work, charge = conversation.next_work(), conversation.account.open()
        ledger = Ledger(self.now, self.cut)
        turn = Turn(number, configuration, conversation.limits.parts_ahead, charge, work, ledger)
        conversation.turn = turn
        return turn

    # ---- for who watches

    def note(self, observation: Observation) -> None:
        """Have who watches the server told."""
        self.effects.append(Note(observation))

    def commit(self, begun_by: FromClient | None, silent: float = 0.0) -> None:
        """The turn's utterance is complete, and its speaker has been `silent` for so many seconds."""
        turn = self.conversation.turn
        turn.begun_by = begun_by
        turn.ledger.commit(self.now, silent)
        if turn.is_heard:
            self.note(StageReached("endpoint", silent))

    def commit_text(self, begun_by: FromClient) -> None:
        """The turn has its words from the beginning."""
        turn = self.conversation.turn
        turn.begun_by = begun_by
        turn.ledger.commit(self.now, is_typed=True)
        self.mark("transcript")

    def mark(self, mark: Mark) -> None:
        """A stage of the turn gave a result; the first one counts."""
        for reached in self.conversation.turn.ledger.mark(mark, self.now):
            self.note(reached)
