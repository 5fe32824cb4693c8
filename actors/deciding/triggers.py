"""The events of the table, each with the type of what it carries to the actions of its rows.

`events.py` says what a session is told; `naming.py` says which of these that means here; `table.py` says what follows.
A trigger that is called with its payload is an Occurrence. Both are invariant in the payload's type, so mypy refuses an
occurrence that carries something else, and `table.rule` refuses an action that was written for something else.
"""

from typing import Final, Generic, TypeVar

import msgspec

from actors.deciding.detection import Detection
from actors.deciding.events import (
    Admitted,
    Believed,
    Delivered,
    Drain,
    EchoFound,
    Failed,
    FromClient,
    Joined,
    Left,
    Lost,
    Measured,
    MemberId,
    Recognised,
    Resolved,
    Retracted,
    ShutDown,
    Spoken,
    Tick,
    Unheard,
    Words,
    WordsFound,
    Written,
)
from actors.deciding.limits import Limits
from actors.deciding.turn import Remainder
from protocol.configuration import Configuration, Named
from protocol.handsfree import PlaybackPosition
from protocol.messages import CustomError

E = TypeVar("E")


class Trigger(Generic[E]):
    """An event of the table: its name there, and in words for people where it comes from."""

    def __init__(self, name: str, comes_from: str) -> None:
        self.name = name
        self.comes_from = comes_from

    def __repr__(self) -> str:
        return f"<Trigger {self.name}>"

    def __call__(self, payload: E) -> "Occurrence[E]":
        """This event with what it carries."""
        return Occurrence(self, payload)


class Occurrence(Generic[E]):
    """An event of the table that happens now, with what it carries."""

    __slots__ = ("payload", "trigger")

    def __init__(self, trigger: Trigger[E], payload: E) -> None:
        self.trigger = trigger
        self.payload = payload


# ---- what clients say


class Chunk(FromClient, frozen=True):
    """A chunk of the utterance's audio, not empty."""

    audio: bytes


class TypedText(FromClient, frozen=True):
    """A typed turn."""

    text: str


class NewConfiguration(FromClient, frozen=True):
    """A `session.update`: all that is asked and named by now, and what the catalogue makes of it."""

    asked: Configuration
    named: Named
    resolved: Resolved
    warnings: tuple[str, ...]


class RefusedTurn(msgspec.Struct, frozen=True):
    """A turn that may not begin: why, and what would have begun it, a client's message or a `frame` of a microphone."""

    error: CustomError
    said: FromClient | None = None
    frame: "CountedFrame | None" = None


UPDATE: Final = Trigger[NewConfiguration]("update", "`session.update`")
BAD_UPDATE: Final = Trigger[NewConfiguration]("bad update", "`session.update` that is refused")
APPEND: Final = Trigger[Chunk]("append", "`input.buffer.append`")
STRAGGLER: Final = Trigger[Chunk](
    "straggler", f"a chunk within {Limits().straggler:g} s of the commit that begins no new file"
)
OVERFLOW: Final = Trigger[Chunk]("overflow", "a chunk beyond the longest utterance")
OVERLONG: Final = Trigger[Failed](
    "overlong", "an utterance that is still being spoken is decoded to more than `limits.utterance_seconds`"
)
NO_ROOM: Final = Trigger[Chunk](
    "no room", "`input.buffer.append` for which the server has no memory left (`limits.memory_in_flight`)"
)
COMMIT: Final = Trigger[FromClient]("commit", "`input.buffer.commit`")
OVERLONG_COMMIT: Final = Trigger[FromClient](
    "overlong commit", "`input.buffer.commit` of an utterance that was too long"
)
CROWDED_COMMIT: Final = Trigger[FromClient](
    "crowded commit", "`input.buffer.commit` for which the server has no memory left"
)
ERROR_COMMIT: Final = Trigger[FromClient]("error commit", "`input.buffer.commit` that carries an error")
CLEAR: Final = Trigger[FromClient]("clear", "`input.buffer.clear`")
TEXT: Final = Trigger[TypedText]("text", "`input.text`")
BLANK_TEXT: Final = Trigger[TypedText]("blank text", "`input.text` without words")
LONG_TEXT: Final = Trigger[TypedText]("long text", "`input.text` that is too long")
CROWDED_TEXT: Final = Trigger[TypedText]("crowded text", "`input.text` for which the server has no memory left")
REFUSED_UTTERANCE: Final = Trigger[RefusedTurn](
    "refused utterance", "the end of an utterance, where no turn may begin: the server drains, or a limit is reached"
)
REFUSED_TEXT: Final = Trigger[RefusedTurn](
    "refused text",
    "`input.text` or `response.create`, where no turn may begin: the server drains, or a limit is reached",
)
CANCEL: Final = Trigger[FromClient]("cancel", "`response.cancel`")
WRONG_ROLE: Final = Trigger[FromClient]("wrong role", "a Receiver sends what only the Sender may send")

WORDS_FOUND: Final = Trigger[WordsFound]("words found", "the times of the words of an answer that was cut")

# ---- the open microphone


class CountedFrame(msgspec.Struct, frozen=True):
    """A frame of the open microphone, with the count after it; `is_echo`: it is presumed to be the avatar's."""

    audio: bytes
    detection: Detection
    is_echo: bool = False


class Intrusion(msgspec.Struct, frozen=True):
    """Speech during a turn is meant for it: by its length, with the `frame` that showed it, or by its words."""

    frame: CountedFrame | None = None


class Position(msgspec.Struct, frozen=True):
    """Where a Receiver's playback is."""

    member: MemberId
    report: PlaybackPosition


LISTEN: Final = Trigger[Chunk]("listen", "`input.buffer.append` with an open microphone")
FRAME: Final = Trigger[CountedFrame]("frame", "a frame of the microphone's sound that changes nothing but what is kept")
ONSET: Final = Trigger[CountedFrame]("onset", "speech begins")
REOPEN: Final = Trigger[CountedFrame]("reopen", "speech goes on after a pause in which the answer was tried")
PAUSE: Final = Trigger[CountedFrame]("pause", "200 ms of silence after speech: the answer may be tried")
ASK: Final = Trigger[CountedFrame]("ask", "silence in which it is judged whether the speaker has finished")
BELIEF: Final = Trigger[Believed](
    "belief", "what the model of the end of a turn says of the pause; not all is known yet"
)
SPEECH_END: Final = Trigger[CountedFrame | Believed | Tick](
    "speech end", "silence, or the model of the end of a turn, says that the speaker has finished"
)
COMMIT_SPEECH: Final = Trigger[FromClient]("commit speech", "`input.buffer.commit` with an open microphone")
NO_ROOM_TO_HEAR: Final = Trigger[CountedFrame]("no room to hear", "a frame for which the server has no memory left")
DUCK: Final = Trigger[CountedFrame]("duck", "speech begins during a turn")
HOLD: Final = Trigger[CountedFrame]("hold", "speech goes on during a turn")
TRY: Final = Trigger[CountedFrame]("try", "speech during a turn pauses, and its words are not known")
INTRUDE: Final = Trigger[Intrusion]("intrude", "speech during a turn is meant for it")
MERGE: Final = Trigger[Intrusion](
    "merge", "speech during a turn is the other half of the utterance that was answered too early"
)
RESUME: Final = Trigger[Recognised | Tick]("resume", "speech during a turn was not meant for it")
PLAY_ON: Final = Trigger[Tick]("play on", "speech during a turn has ended, and its words are not known in time")
UNTRIED: Final = Trigger[Failed]("untried", "the recogniser fails for speech during a turn")
LATE_WORDS: Final = Trigger[Intrusion]("late words", "words of speech during a turn that is over were meant for it")
CARRY_ON: Final = Trigger[None]("carry on", "a turn has ended while somebody spoke")
TEXT_OVER: Final = Trigger[TypedText]("text over", "`input.text` while an open microphone hears speech")
CREATE: Final = Trigger[TypedText]("create", "`response.create` with a transcript that has no answer")
EMPTY_CREATE: Final = Trigger[FromClient]("empty create", "`response.create` without a transcript")
TRANSCRIPT_ALONE: Final = Trigger[Recognised]("transcript alone", "the transcript, with `createResponse` false")
POSITION: Final = Trigger[Position]("position", "`playback.position`")
ECHO: Final = Trigger[EchoFound]("echo", "the microphone hears the avatar")
UNHEARD: Final = Trigger[Unheard]("unheard", "the Sender's sound cannot be listened to")
QUIET: Final = Trigger[Tick]("quiet", "nobody has spoken for `idleTimeoutMs`")

# ---- what the stages of a turn, and the pools that they need, report


class Finished(msgspec.Struct, frozen=True):
    """The answer is written to its end; `rest`: what of it is not among the turn's parts yet."""

    turn: int
    rest: Remainder


ADMITTED: Final = Trigger[Admitted]("admitted", "the pools have a seat for the turn")
MEASURED: Final = Trigger[Measured]("measured", "it is known how long the utterance is, where that is limited")
WORDS: Final = Trigger[Words]("words", "the recogniser's words so far")
TRANSCRIPT: Final = Trigger[Recognised]("transcript", "the transcript")
SILENCE: Final = Trigger[Recognised]("silence", "a transcript without words")
DELIVERY: Final = Trigger[Delivered]("delivery", "the language model, where it says how its answer is to be spoken")
RETRACTION: Final = Trigger[Retracted](
    "retraction",
    "the language model, where it wrote a thought, or failed in an unstreamed answer and is asked again",
)
WRITTEN: Final = Trigger[Written]("written", "a piece of the answer's text")
ANSWERED: Final = Trigger[Finished]("answer", "the answer is complete")
WORDLESS_ANSWER: Final = Trigger[Finished]("wordless answer", "the answer is complete and has nothing to speak")
MADE: Final = Trigger[Spoken]("made", "sound of a part, as it is made")
SOUND: Final = Trigger[None]("sound", "a part's sound is ready")
FAILURE: Final = Trigger[Failed]("failure", "a stage fails, or all workers are busy")

# ---- the clock, and who is there

PLAYED: Final = Trigger[Tick]("played", "the sound has had time to play")
DEADLINE: Final = Trigger[Tick]("deadline", "the state's deadline passes")
JOIN: Final = Trigger[Joined]("join", "a socket joins")
LOSE: Final = Trigger[Lost]("lose", "the connection of a Receiver is lost")
LEAVE: Final = Trigger[Left]("leave", "a member leaves, and others stay")
ABANDON: Final = Trigger[Left]("abandon", "the last member leaves")
DRAIN: Final = Trigger[Drain]("drain", "the server goes down when its turns have ended")
END: Final = Trigger[Tick | ShutDown]("end", "the server goes down, or nobody has come back within the grace period")
