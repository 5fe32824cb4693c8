"""The effects that a session asks for; its task (`actors/running/session.py`) performs them in order.

Terms: docs/glossary.md.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from actors.deciding.events import MemberId
from actors.deciding.mouthpacking import closed_now
from actors.ports.answering import Question
from actors.ports.calls import Kind
from actors.ports.sound import Clip, Target
from actors.ports.synthesis import Speech
from actors.ports.watching import Observation
from protocol.audioformat import AudioFormat
from protocol.configuration import Stt
from protocol.messages import AudioDelta, CustomError, ServerMessage
from protocol.mouth import MouthRate, MouthSet


class Send(msgspec.Struct, frozen=True):
    """Send `message` to the members; with `turn`, it is dropped from their outboxes when that turn is cut.

    `seconds`: how long its sound plays.
    """

    to: tuple[MemberId, ...]
    message: ServerMessage
    turn: int | None = None
    seconds: float = 0.0


class Resend(msgspec.Struct, frozen=True):
    """The member is back: send it what it has lost."""

    member: MemberId


class LeftSound(NamedTuple):
    """The sound of a turn that a Receiver was sent when the turn's messages were taken out of its outbox.

    `is_cut`: some of it was taken out. Of the rest that has left, `part` is the last one, and `parts` is how many there
    were. Where nothing has left, it is the first: who was told that the answer is spoken waits for its end.
    """

    is_cut: bool
    part: int = 0
    parts: int = 1


class Closing(msgspec.Struct, frozen=True):
    """The message that says `done` for a response that is cut, as it is for those whom all that was sent has reached.

    `only_if_dropped`: all pieces were sent, so it is for those alone out of whose outbox the last one was taken.
    """

    to: tuple[MemberId, ...]
    message: AudioDelta
    only_if_dropped: bool

    def sends(self, taken: Mapping[MemberId, LeftSound]) -> Iterator[Send]:
        """The message for each, by what has left for it."""
        whole: list[MemberId] = []
        cut: dict[tuple[int, int], list[MemberId]] = {}
        for member in self.to:
            left = taken.get(member)
            if left is None or not left.is_cut:
                whole += [] if self.only_if_dropped else [member]
            else:
                cut.setdefault((left.part, left.parts), []).append(member)
        if whole:
            yield Send(tuple(whole), self.message)
        for (part, parts), members in sorted(cut.items()):
            yield Send(tuple(members), replace(self.message, id=part, total_number=parts))


class MouthClosing(msgspec.Struct, frozen=True):
    """The message that closes the mouth of an answer that is cut, for Receivers of the set `of`.

    `part` and `end`: the part that was sent last, and how far its mouth was told, in ms; `ends`: that of each part.
    """

    to: tuple[MemberId, ...]
    of: MouthSet
    turn: int
    part: int
    end: int
    ends: Mapping[tuple[MemberId, int], int]

    def sends(self, taken: Mapping[MemberId, LeftSound]) -> Iterator[Send]:
        """The message for each, by what has left for it."""
        alike: dict[tuple[int, int], list[MemberId]] = {}
        for member in self.to:
            left = taken.get(member)
            if left is None or not left.is_cut:
                alike.setdefault((self.part, self.end), []).append(member)
            else:
                alike.setdefault((left.part, self.ends.get((member, left.part), 0)), []).append(member)
        for (part, end), members in sorted(alike.items()):
            yield Send(tuple(members), closed_now(self.of, self.turn, part, end))


class DropQueued(msgspec.Struct, frozen=True):
    """Take the messages of this turn out of every outbox of the session, and close the response where it began."""

    turn: int
    closings: tuple[Closing, ...] = ()
    mouths: tuple[MouthClosing, ...] = ()

    def closing_sends(self, taken: Mapping[MemberId, LeftSound]) -> tuple[Send, ...]:
        """The messages that are sent then; `taken`: the members out of whose outbox messages were taken."""
        sends = (closing.sends(taken) for several in (self.closings, self.mouths) for closing in several)
        return tuple(itertools.chain.from_iterable(sends))


class Acknowledge(msgspec.Struct, frozen=True):
    """Answer the ack of a client event: success, or what was wrong with it."""

    member: MemberId
    ack: int
    error: CustomError | None = None


class Transcribe(msgspec.Struct, frozen=True):
    """Recognise an utterance; `is_joined`: its clip is several files one behind the other, which few can read.

    `is_measured`: it is to be told before that how long it is.
    """

    turn: int
    clip: Clip
    stt: Stt
    is_joined: bool = False
    is_measured: bool = False


class Answer(msgspec.Struct, frozen=True):
    """Find an answer."""

    turn: int
    provider: str
    question: Question


class MouthOrder(msgspec.Struct, frozen=True):
    """What the Receivers of a part, so many of them, want of its mouth: their sets, and `arkit` at `fps` at most."""

    sets: frozenset[MouthSet]
    fps: MouthRate
    receivers: int


class Speak(msgspec.Struct, frozen=True):
    """Make a part's sound for every one of `targets`; with `clip`, that is its sound; with `stream`, piece by piece.

    `shares`: how many bytes will wait for Receivers for each byte of a target's sound; 1 for those that are not named.
    `refers`: an open microphone may hear it, so its envelope is wanted. `mouth`: the shapes and words that are wanted.
    """

    turn: int
    part: int
    provider: str
    speech: Speech
    clip: Clip | None
    targets: frozenset[Target]
    stream: bool = False
    shares: Mapping[Target, float] = {}
    refers: bool = False
    mouth: MouthOrder | None = None


Job = Transcribe | Answer | Speak


class Start(msgspec.Struct, frozen=True):
    """Start a job of an admitted turn.

    `admit`: the turn is new, and needs a seat in each of these pools first. Whether it got them is told at once, by
    Admitted or PoolsBusy.
    """

    job: Job
    admit: tuple[Kind, ...] = ()


class Listen(msgspec.Struct, frozen=True):
    """An utterance begins, with the clip of `job`: have it recognised while it is spoken, where the engine can."""

    job: Transcribe


class Feed(msgspec.Struct, frozen=True):
    """The next chunk of an utterance that is listened to."""

    turn: int
    chunk: bytes


class Hear(msgspec.Struct, frozen=True):
    """A chunk of what an open microphone hears: have it judged. `format`: what the stream comes in."""

    stream: int
    format: AudioFormat
    chunk: bytes


class Deafen(msgspec.Struct, frozen=True):
    """The stream of samples is over: nothing more of it is judged."""


class AskTurnEnd(msgspec.Struct, frozen=True):
    """Judge whether the speaker has finished, by the sound up to frame `position`; without `samples`, be ready to."""

    stream: int
    position: int
    samples: bytes


class PrepareMouth(msgspec.Struct, frozen=True):
    """Receivers want a mouth of what this provider of speech, with this model ("" its own), says soon: be ready to."""

    provider: str
    model: str


class FindWords(msgspec.Struct, frozen=True):
    """Look for the words of `speech` in a part's sound, up to so many `seconds`; `is_whole`: that is all of it."""

    turn: int
    part: int
    speech: Speech
    clip: Clip
    seconds: float
    is_whole: bool


class Release(msgspec.Struct, frozen=True):
    """The turn is over: cancel what still runs for it, and give its seats back."""

    turn: int


class End(msgspec.Struct, frozen=True):
    """The session is over: disconnect the sockets that are left, and forget it."""


class Note(msgspec.Struct, frozen=True):
    """Tell who watches the server; no client sees it."""

    observation: Observation


Effect = (
    Send
    | Resend
    | DropQueued
    | Acknowledge
    | Start
    | Listen
    | Feed
    | Hear
    | Deafen
    | AskTurnEnd
    | PrepareMouth
    | FindWords
    | Release
    | End
    | Note
)
