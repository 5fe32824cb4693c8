"""The port of text to speech: the text and the voice that a synthesiser is asked for."""

from typing import Literal, Protocol

import msgspec

from actors.ports.calls import Emit, Retraction
from actors.ports.sound import Clip
from protocol.audioformat import AudioFormat


class Speech(msgspec.Struct, frozen=True):
    """What is to be spoken; `voice` "": the engine's own for `language` and `gender`; `speed` 1 is normal.

    `format`: what every Receiver wants, where they all want the same; an engine that can make it saves a conversion.
    `stream`: the sound goes out as it is made; else it is awaited whole.
    `marks`: the times of phonemes and words are wanted, where the engine can tell them (`Clip.marks`), even if that is
    another way of asking it. Words that cost nothing may be told unasked.
    """

    text: str
    model: str
    voice: str
    language: str
    gender: Literal["unspecified", "male", "female", "neutral"]
    speed: float
    format: AudioFormat | None = None
    stream: bool = False
    marks: bool = False


class TextToSpeech(Protocol):
    """A synthesiser."""

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Hand on the sound as it is made; all pieces are of one format and, joined, one file or one run of samples.

        Raises EngineFailed. Cancelling stops the synthesis at once and leaves the engine fit for the next call.
        """
