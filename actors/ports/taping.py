"""The port of recordings: a tape takes down what happens in one session, and what engines answer to its calls.

All of it is called in the event loop, returns at once, and raises nothing: a tape that cannot go on ends by itself.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import msgspec

from protocol.connecting import Acknowledgement, Auth
from protocol.messages import ServerMessage


class Tape(Protocol):
    """The recording of one session; members are numbered as the session numbers them."""

    @property
    def is_recording(self) -> bool:
        """Whether it still takes anything: not after `close`, nor where it has ended early."""

    def joined(self, member: int, subject: str, auth: Auth) -> None:
        """A member came, with these keys of its handshake; credentials among them are not kept."""

    def left(self, member: int, *, is_lost: bool = False) -> None:
        """A member went; `is_lost`: without a word, and it may come back."""

    def came(self, member: int, event: str, payload: object, ack: int | None, size: int) -> None:
        """An event of a member came, by its name on the wire, in messages of `size` bytes; UNSET: it had no payload.

        An event that is refused comes here too. The payload is not changed by anybody from now on.
        """

    def heard(self, member: int, audio: bytes, named: str, ack: int | None) -> None:
        """A chunk of sound came, which its Sender says is `named`."""

    def sent(self, to: tuple[int, ...], message: ServerMessage, turn: int | None = None, seconds: float = 0.0) -> None:
        """A message was sent; its sound plays for so many seconds."""

    def acknowledged(self, member: int, ack: int, answer: Acknowledgement) -> None:
        """An ack was sent."""

    def dropped(self, member: int, turn: int, messages: int) -> None:
        """So many messages of a turn that was cut were taken out of the member's queue, and do not leave."""

    def dismissed(self, members: tuple[int, ...]) -> None:
        """The session is over, and lets go of these members."""

    def note(self, event: str, payload: msgspec.Struct, sound: bytes = b"") -> None:
        """What an engine was asked or answered."""

    @property
    def seconds(self) -> float:
        """Seconds of the session by now."""

    def next_call(self) -> int:
        """A number for a call of an engine."""

    def close(self, why: str) -> None:
        """The session is over."""


class Recorder(Protocol):
    """Makes the tapes of sessions."""

    def open(self, session: str, subject: str, limits: Mapping[str, object]) -> Tape | None:
        """The tape of a session that `subject` begins, with these limits besides the defaults; None: not recorded."""


class CallTape(NamedTuple):
    """The tape of a call of an engine, with the turn and the part that the call is for; `work`: its number as a job.

    `part` is -1 where the call is for none.
    """

    tape: Tape
    turn: int
    work: int
    part: int = -1
