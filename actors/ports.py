"""What the actors need of the outside world: Protocols that adapters satisfy, and the plain structs that cross over."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol, TypeVar

import msgspec

from protocol.audioformat import AudioFormat
from protocol.messages import Pieces

Kind = Literal["STT", "LLM", "TTS"]
T = TypeVar("T")
Emit = Callable[[T], Awaitable[None]]
"""How an engine hands on a result as it comes; waits while the session is behind."""


class EngineFailed(Exception):
    """An engine or provider could not do its work; the message says why and what to do, without secrets."""


class Undecodable(Exception):
    """Audio that is not what it says it is, or of no known format; the message says what was expected."""


class NoSound(Undecodable):
    """Audio of a known format that has not a single sample in it."""


class Clip(msgspec.Struct, frozen=True):
    """Sound as bytes of a known format: a whole file, or with `pcm16` samples (mono, signed, little-endian)."""

    data: bytes
    format: AudioFormat


class Sound(msgspec.Struct, frozen=True):
    """Bytes ready for a Receiver, and how long they take to play, in seconds."""

    data: bytes
    seconds: float


# ---- speech to text


class Audio(Protocol):
    """The bytes of an utterance, which may still be coming."""

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Read from the beginning, as often as is wanted: pieces as they come, none empty, to the end of the utterance.

        Reading waits for whoever speaks; it may raise Undecodable. See `actors.audio` for reading it whole.
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
        """What every other format is decoded to: `pcm16` at a rate."""

    @property
    def live(self) -> bool:
        """Whether it listens while the person speaks: then it is called with the first chunk, else at the commit."""

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise; `words` is told all the words so far as they become known.

        Raises EngineFailed, or Undecodable where the engine decodes for itself. Cancelling stops the engine's work at
        once and leaves it fit for the next call.
        """


# ---- language model


class Exchange(msgspec.Struct, frozen=True):
    """A turn that is over: what the person said, and what of the answer was heard."""

    said: str
    answered: str


class Facts(msgspec.Struct, frozen=True):
    """What the session knows of itself, for an engine that speaks about it; ms, -1 for not known."""

    turn: int = 1
    first_audio_ms: int = -1
    cut_after: str = ""
    """The words of the last answer that were heard where it was interrupted, "" where it was not."""
    stood_in: bool = False
    """Whether the last answer was of one that stood in, see Delivery."""


class Question(msgspec.Struct, frozen=True):
    """What is to be answered; `max_token` 0 is no limit, `name` the assistant's name, `clip` the speech itself.

    `stands_in`: it was meant for another engine, which cannot be asked.
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


class Delivery(msgspec.Struct, frozen=True):
    """How an answer wants to be spoken: by `clip`, its own sound, or with `voice` and `speed` where not "" and 0.

    `stands_in`: it is not of the engine that it was asked of.
    """

    clip: Clip | None = None
    voice: str = ""
    speed: float = 0.0
    stands_in: bool = False


class Retraction(msgspec.Struct, frozen=True):
    """What was handed on is taken back, and all comes anew: after a failure in the midst of it, with another try.

    After a failure only where nobody has been told any of it yet, because it is awaited whole: `stream` of what was
    asked is false. A language model also says so of what was streamed, where that turns out to be no answer but a
    thought: then the part in the air ends, and nothing of it is remembered.
    """


SPECIAL_TOKENS = (
    r"<\|[A-Za-z0-9_./:=▁ -]{1,60}+\|>|<｜[^｜<>\n]{1,60}+｜>"  # ChatML, Llama 3, Phi, GLM, gpt-oss; DeepSeek
    r"|</?(?:start_of_turn|end_of_turn|start_of_image|end_of_utterance|end_of_text|endoftext|im_start|im_end)>"
    r"|<(?:eos|bos|pad|unk|eot|eod|eom|sop|eop|mask|unused\d{1,4}|extra_id_\d{1,4}|0x[0-9A-F]{2})>"  # Gemma, GLM, T5
    r"|<\|turn>|<turn\|>|<\|\"\|>"  # Gemma 4
    r"|\[/?(?:INST|AVAILABLE_TOOLS|TOOL_RESULTS|BOS|EOS|PAD|gMASK)\]|<</?SYS>>"  # Mistral, Llama 2, GLM
)
"""A pattern of the marks by which models are told where a message begins and ends; an answer should have none."""


class LanguageModel(Protocol):
    """What finds the answer."""

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        """Write the answer piece by piece; the pieces joined are its text. A Delivery, if any, comes before the words.

        An empty piece is a sign of life, of a model that thinks before it speaks: nobody is told, and the deadline of
        silence begins anew. Raises EngineFailed. Cancelling ends the request.
        """


# ---- text to speech


class Speech(msgspec.Struct, frozen=True):
    """What is to be spoken; `voice` "": the engine's own for `language` and `gender`; `speed` 1 is normal.

    `format`: what every Receiver wants, where they all want the same; an engine that can make it saves a conversion.
    `stream`: the sound goes out as it is made; else it is awaited whole.
    """

    text: str
    model: str
    voice: str
    language: str
    gender: Literal["unspecified", "male", "female", "neutral"]
    speed: float
    format: AudioFormat | None = None
    stream: bool = False


class TextToSpeech(Protocol):
    """A synthesiser."""

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Hand on the sound as it is made; all pieces are of one format and, joined, one file or one run of samples.

        Raises EngineFailed. Cancelling stops the synthesis at once and leaves the engine fit for the next call.
        """


# ---- sound and words


class Target(msgspec.Struct, frozen=True):
    """What a Receiver wants of a part that comes in pieces.

    `joined`: the pieces together are one file; `whole`: each is a file of its own with true sizes in its header.
    `most`: bytes that a piece may have, 0 for any.
    """

    format: AudioFormat
    pieces: Pieces = "joined"
    most: int = 0


class Decoding(Protocol):
    """The decoding of one sound whose bytes are still coming; a boundary between them may fall anywhere."""

    async def push(self, data: bytes) -> bytes:
        """What can be decoded by now: samples, mono s16le at the rate asked for. Raises Undecodable, EngineFailed."""

    async def finish(self) -> bytes:
        """The rest of the samples; the sound is complete. Raises as `push`, and Undecodable where nothing decoded."""


class Encoding(Protocol):
    """The conversion of one sound, whose bytes are still coming, into several formats."""

    @property
    def failures(self) -> Mapping[Target, str]:
        """The targets that could not be made, and why; they are missing from all that follows."""

    async def push(self, data: bytes) -> Mapping[Target, tuple[Sound, ...]]:
        """The pieces that can be made by now, with their playing times. Raises Undecodable, EngineFailed."""

    async def finish(self) -> Mapping[Target, tuple[Sound, ...]]:
        """The last pieces; the sound is complete. Raises as `push`."""


class Codec(Protocol):
    """Conversion between audio formats, off the event loop."""

    async def decode(self, clip: Clip, rate: int) -> bytes:
        """The samples of `clip` as mono 16-bit PCM at `rate` Hz. Raises Undecodable. Cancelling abandons the work."""

    async def convert(self, clip: Clip, targets: frozenset[AudioFormat]) -> Mapping[AudioFormat, Sound]:
        """`clip` in each of the formats of `targets`, each one whole file. Raises Undecodable."""

    def decoding(self, source: AudioFormat, rate: int) -> AbstractAsyncContextManager[Decoding]:
        """Decode a sound as its bytes come, to mono 16-bit PCM at `rate` Hz. Leaving abandons what is not done."""

    def encoding(self, source: AudioFormat, targets: frozenset[Target]) -> AbstractAsyncContextManager[Encoding]:
        """Convert a sound as its bytes come. Leaving abandons what is not done."""


class Analyst(Protocol):
    """What can be told of a text, offline and in well under a millisecond."""

    def sentiment(self, text: str) -> str:
        """positive, neutral or negative."""

    def language(self, text: str) -> str:
        """BCP 47; "" where it cannot be told."""


# ---- providers and limits


class ProviderEntry(msgspec.Struct, frozen=True):
    """A provider of one kind: what it has, and whether it can be used here; `missing` says what it lacks, in words.

    Empty `models`, `voices` or `languages`: it has no list; None: it has one, which is not known at the moment.
    """

    name: str
    title: str
    kind: Kind
    configured: bool
    default_model: str = ""
    models: tuple[str, ...] | None = ()
    voices: tuple[str, ...] | None = ()
    languages: tuple[str, ...] | None = ()
    default_language: str = ""
    missing: str = ""


class Catalogue(msgspec.Struct, frozen=True):
    """All providers, in the operator's order of preference; `substitute`: whether one may stand in for another."""

    entries: tuple[ProviderEntry, ...]
    substitute: bool = True


class Engines(Protocol):
    """Where the stages find the engine of a provider, by the provider's name."""

    def recogniser(self, provider: str) -> SpeechToText:
        """The speech-to-text engine; the catalogue says which names there are."""

    def model(self, provider: str) -> LanguageModel:
        """The language model."""

    def synthesiser(self, provider: str) -> TextToSpeech:
        """The text-to-speech engine."""

    @property
    def codec(self) -> Codec:
        """Conversion between audio formats."""

    @property
    def analyst(self) -> Analyst:
        """Sentiment."""
