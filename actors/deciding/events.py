"""The events that a session is told: by its clients, by the stages of a turn, and by the clock.

Terms: docs/glossary.md.
"""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType

from actors.deciding.allowances import Allowance
from actors.ports.answering import Delivery
from actors.ports.calls import Kind
from actors.ports.mouth import Mark, MouthMade
from actors.ports.sound import Clip, Sound, Target
from protocol.configuration import Configuration
from protocol.connecting import Role
from protocol.errors import ErrorId
from protocol.handshake import Encoding
from protocol.messages import MAX_PAYLOAD, ClientMessage
from protocol.resuming import ResumePoint

MemberId = int


# ---- sockets


class Joined(msgspec.Struct, frozen=True):
    """A socket joined the session, in messages of at most `max_payload` bytes; `allowance`: what it may use.

    `is_recorded`: the session is. `resumed`: the point from which the member, which was absent, goes on; False where
    there is none, UNSET where the socket did not ask. `replaces`: members that were absent, whose place is given up.
    """

    member: MemberId
    role: Role
    encoding: Encoding
    max_payload: int = MAX_PAYLOAD
    allowance: Allowance | None = None
    is_recorded: bool = False
    resumed: ResumePoint | bool | UnsetType = UNSET
    replaces: tuple[MemberId, ...] = ()


class Lost(msgspec.Struct, frozen=True):
    """The connection of a Receiver is lost: its member is absent, and may come back."""

    member: MemberId


class Left(msgspec.Struct, frozen=True):
    """A socket is gone, or a member that was absent has not come back."""

    member: MemberId


class Said(msgspec.Struct, frozen=True):
    """A client event; `ack` is the id under which it wants an answer."""

    member: MemberId
    message: ClientMessage
    ack: int | None = None


class FromClient(msgspec.Struct, frozen=True):
    """The member that sent the message, and the id under which it wants an acknowledgement."""

    member: MemberId
    ack: int | None


class Resolved(msgspec.Struct, frozen=True):
    """The result of resolving a session.update by the catalogue: the configuration to use, or why it is refused."""

    configuration: Configuration
    warnings: tuple[str, ...] = ()
    error_id: ErrorId | None = None
    message: str = ""


# ---- the pools and the stages of a turn; what carries the number of another turn is dropped


class Admitted(msgspec.Struct, frozen=True):
    """The pools have given the turn its seats, and its first job has begun."""

    turn: int


class PoolsBusy(msgspec.Struct, frozen=True):
    """The pools have no seat for the turn, or no room for a job of this stage."""

    turn: int
    stage: Kind


class Words(msgspec.Struct, frozen=True):
    """The words recognised so far."""

    turn: int
    text: str


class Measured(msgspec.Struct, frozen=True):
    """The utterance is so many seconds long; told before it is recognised, where that is limited."""

    turn: int
    seconds: float


class Recognised(msgspec.Struct, frozen=True):
    """The transcript, "" where there were no words."""

    turn: int
    text: str
    sentiment: str = ""
    language: str = ""


class Written(msgspec.Struct, frozen=True):
    """A newly written piece of the answer."""

    turn: int
    text: str


class Delivered(msgspec.Struct, frozen=True):
    """How the answer is to be spoken; comes before its words."""

    turn: int
    delivery: Delivery


class Retracted(msgspec.Struct, frozen=True):
    """The text of the answer so far is taken back, and comes anew."""

    turn: int


class Answered(msgspec.Struct, frozen=True):
    """The answer is complete."""

    turn: int


class Spoken(msgspec.Struct, frozen=True):
    """Sound of a part is there: for each target, or why it cannot be had for that one; `last`: the part is made.

    `room`: bytes that were taken of the turn's charge for it, until it is sent. `envelope`: see `Speak.refers`.
    `mouth`: what has become known of the mouth by now, see `Speak.mouth`. `words`: those whose times are known by now.
    `kept`: its samples, where the times of its words are not known and may be asked for.
    """

    turn: int
    part: int
    sounds: Mapping[Target, tuple[Sound, ...]]
    failures: Mapping[Target, str] = {}
    last: bool = True
    room: int = 0
    envelope: bytes = b""
    mouth: MouthMade | None = None
    words: tuple[Mark, ...] = ()
    kept: Clip | None = None


class WordsFound(msgspec.Struct, frozen=True):
    """The words that were found in the sound of a part that was cut, none where they were not; see `FindWords`."""

    turn: int
    part: int
    words: tuple[Mark, ...]


class Failed(msgspec.Struct, frozen=True):
    """A stage could not do its work; `message` says why and what to do.

    `deadline`: the name of one that passed. `retry_after`: seconds after which it may be tried again.
    """

    turn: int
    stage: Kind
    error_id: ErrorId
    message: str
    deadline: str = ""
    retry_after: int | UnsetType = UNSET


# ---- the open microphone; what belongs to another stream of samples is dropped


class FrameJudged(msgspec.Struct, frozen=True):
    """A frame of samples was judged: `audio`, s16le at 16 kHz; `speech`, the probability that somebody speaks."""

    stream: int
    audio: bytes
    speech: float


class Believed(msgspec.Struct, frozen=True):
    """Whether the speaker has finished, judged by the sound up to frame `position`; None where that is not known."""

    stream: int
    position: int
    finished: float | None


class EchoFound(msgspec.Struct, frozen=True):
    """The microphone hears the avatar, so late and so loud: dB against what was sent."""

    stream: int
    delay_ms: int
    level: float


class Unheard(msgspec.Struct, frozen=True):
    """The Sender's sound cannot be listened to; the message says why and what to do."""

    stream: int
    error_id: ErrorId
    message: str


# ---- the clock and the server


class Tick(msgspec.Struct, frozen=True):
    """The session's deadline has come."""


class Drain(msgspec.Struct, frozen=True):
    """The server goes down when its turns have ended, in so many seconds at the latest: no turn begins any more."""

    seconds: int


class ShutDown(msgspec.Struct, frozen=True):
    """The server goes down now."""


StageEvent = Measured | Words | Recognised | Delivered | Retracted | Written | Answered | Spoken | Failed
TurnEvent = StageEvent | Admitted | PoolsBusy
MicrophoneEvent = FrameJudged | Believed | EchoFound | Unheard
Event = Joined | Lost | Left | Said | TurnEvent | WordsFound | MicrophoneEvent | Tick | Drain | ShutDown
