"""The events of the table, each with the type of what it carries to the actions of its rows.

`events.py` says what a session is told; `naming.py` says which of these that means here; `table.py` says what follows.
A trigger that is called with its payload is an Occurrence. Both are invariant in the payload's type, so mypy refuses an
occurrence that carries something else, and `table.rule` refuses an action that was written for something else.
"""

from typing import Final, Generic, TypeVar

import msgspec

from actors.deciding.events import (
    Admitted,
    Delivered,
    Drain,
    Failed,
    FromClient,
    Joined,
    Left,
    Recognised,
    Resolved,
    Retracted,
    Spoken,
    Tick,
    Words,
    Written,
)
from actors.deciding.limits import Limits
from actors.deciding.turn import Remainder
from protocol.configuration import Configuration, Named

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
CANCEL: Final = Trigger[FromClient]("cancel", "`response.cancel`")
WRONG_ROLE: Final = Trigger[FromClient]("wrong role", "a Receiver sends what only the Sender may send")

# ---- what the stages of a turn, and the pools that they need, report


class Finished(msgspec.Struct, frozen=True):
    """The answer is written to its end; `rest`: what of it is not among the turn's parts yet."""

    turn: int
    rest: Remainder


ADMITTED: Final = Trigger[Admitted]("admitted", "the pools have a seat for the turn")
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
LEAVE: Final = Trigger[Left]("leave", "a socket leaves, and others stay")
ABANDON: Final = Trigger[Left]("abandon", "the last socket leaves")
END: Final = Trigger[Tick | Drain]("end", "the server goes down, or nobody has come back within the grace period")
