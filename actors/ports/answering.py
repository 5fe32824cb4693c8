"""The port of language models: the question, how the answer is handed on, and how it is to be spoken.

Terms: docs/glossary.md.
"""

from typing import Protocol

import msgspec

from actors.ports.calls import Emit, Retraction
from actors.ports.sound import Clip

NOTE = 500
"""Characters of a note that a session keeps."""


class Exchange(msgspec.Struct, frozen=True):
    """A turn that is over: what the person said, and what of the answer was heard.

    `words`: the answer without the tags of its cues, None where it has none.
    """

    said: str
    answered: str
    words: str | None = None

    def without_tags(self) -> "Exchange":
        """For a model that is not to write tags: the answer's words alone."""
        return self if self.words is None else Exchange(self.said, self.words)


class Facts(msgspec.Struct, frozen=True):
    """Facts about the session, for an engine that speaks about it; times in ms, -1 for not known."""

    turn: int = 1
    first_audio_ms: int = -1
    cut_after: str = ""
    """The words of the last answer that were heard where it was interrupted, "" where it was not."""
    stood_in: bool = False
    """Whether the last answer was of one that stood in, see Delivery."""
    note: str = ""
    """The note of the last Delivery of the session that had one."""


class Question(msgspec.Struct, frozen=True):
    """What is to be answered; `max_token` 0 is no limit, `name` the assistant's name, `clip` the speech itself.

    `stands_in`: it was meant for another engine, which cannot be asked. `faces`, `gestures`: the names that the answer
    may have in tags of cues; the prompt tells them too.
    """

    text: str
    history: tuple[Exchange, ...]
    model: str
    prompt: str
    temperature: float
    stop: tuple[str, ...]
    max_token: int
    name: str
    language: str
    stream: bool
    clip: Clip | None = None
    facts: Facts = Facts()
    stands_in: bool = False
    faces: tuple[str, ...] = ()
    gestures: tuple[str, ...] = ()


class Delivery(msgspec.Struct, frozen=True):
    """How an answer wants to be spoken: by `clip`, its own sound, or with `voice` and `speed` where not "" and 0.

    `language`: what it is in (BCP 47), "" where the engine does not say. `stands_in`: it is not of the engine that it
    was asked of. `note`: what the engine wants to be told with the next questions of the session, which its history may
    have lost by then; of NOTE characters at most.
    """

    clip: Clip | None = None
    voice: str = ""
    speed: float = 0.0
    language: str = ""
    stands_in: bool = False
    note: str = ""


class LanguageModel(Protocol):
    """The port that an engine for answers satisfies."""

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        """Write the answer piece by piece; the pieces joined are its text. A Delivery, if any, comes before the words.

        An empty piece says that the model works, before it has words: only the deadline of silence begins anew. Raises
        EngineFailed. Cancelling ends the request.
        """
