"""The port of speech to text: the utterance that a recogniser is given, and the transcript that it returns."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from actors.ports.calls import Emit
from protocol.audioformat import AudioFormat


class Audio(Protocol):
    """The bytes of an utterance, which may still be coming."""

    def open(self, batch: float = 0.0) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Read from the beginning, as often as is wanted: pieces as they come, none empty, to the end of the utterance.

        With `batch`, what comes within so many seconds may be one piece; the end of the utterance is not waited for so.
        Reading waits for the speaker; it may raise Undecodable. See `actors.ports.audio` for reading it whole.
        """


class Utterance(msgspec.Struct, frozen=True):
    """What is to be recognised; `language` BCP 47, `prompt` a hint of the words to expect, `sentiment`: asked for."""

    audio: Audio
    format: AudioFormat
    model: str
    language: str
    prompt: str
    sentiment: bool = False


class Transcript(msgspec.Struct, frozen=True):
    """The words of an utterance, "" for none.

    `language` is BCP 47 as the engine detected it, `sentiment` its own word (positive, neutral, negative); "" where it
    does not say.
    """

    text: str
    language: str = ""
    sentiment: str = ""


class SpeechToText(Protocol):
    """A recogniser."""

    @property
    def accepts(self) -> frozenset[str]:
        """The formats, by name, that are given to `transcribe` as the Sender sent them."""

    @property
    def wants(self) -> AudioFormat:
        """The format that every other format is decoded to: `pcm16` at a rate."""

    @property
    def live(self) -> bool:
        """Whether it listens while the person speaks: then it is called with the first chunk, else at the commit."""

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise; `words` is told all the words so far as they become known.

        Raises EngineFailed, or Undecodable where the engine decodes for itself. Cancelling stops the engine's work at
        once and leaves it fit for the next call.
        """
