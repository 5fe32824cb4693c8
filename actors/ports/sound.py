"""Sound between the actors and the codec: clips, playable pieces, and the codec's port."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from actors.ports.mouth import Mark
from protocol.audioformat import AudioFormat
from protocol.connecting import Pieces

BANDS, FRAMES_A_SECOND = 8, 100
"""Of an envelope of sound: a frame is a byte of level for each band. See adapters/listening/envelopes.py."""


class Undecodable(Exception):
    """Audio that is not what it says it is, or of no known format; the message says what was expected."""


class NoSound(Undecodable):
    """Audio of a known format that has not a single sample in it."""


class SoundTooLong(Undecodable):
    """Audio that plays longer than an utterance may, or than is decoded at once."""


class Clip(msgspec.Struct, frozen=True):
    """Sound as bytes of a known format: a whole file, or with `pcm16` samples (mono, signed, little-endian).

    `marks`: what is said in it, in the order of time, no later than with its sound, and often of more than that; None
    where the synthesiser tells nothing of its sound.
    """

    data: bytes
    format: AudioFormat
    marks: tuple[Mark, ...] | None = None


class Sound(msgspec.Struct, frozen=True):
    """Bytes ready for a Receiver, and how long they take to play, in seconds."""

    data: bytes
    seconds: float


class Target(msgspec.Struct, frozen=True):
    """The sound that a Receiver wants of a part that comes in pieces.

    `joined`: the pieces together are one file; `whole`: each is a file of its own with true sizes in its header.
    `most`: bytes that a piece may have, 0 for any.
    """

    format: AudioFormat
    pieces: Pieces = "joined"
    most: int = 0


class SoundDecoder(Protocol):
    """The decoding of one sound whose bytes are still coming; a boundary between them may fall anywhere.

    After an error or a cancelled call the sound cannot be continued.
    """

    async def push(self, data: bytes) -> bytes:
        """The samples that can be decoded by now: mono s16le at the rate asked for.

        Raises Undecodable, EngineFailed.
        """

    async def finish(self) -> bytes:
        """The last samples; the sound is complete. Raises as `push`, and Undecodable where nothing could be decoded."""


class SoundEncoder(Protocol):
    """The conversion of one sound, whose bytes are still coming, into several formats.

    After an error or a cancelled call the sound cannot be continued.
    """

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
        """The samples of `clip` as mono s16le at `rate` Hz. Raises Undecodable, EngineFailed.

        Cancelling abandons the work.
        """

    async def convert(self, clip: Clip, targets: frozenset[AudioFormat]) -> Mapping[AudioFormat, Sound]:
        """`clip` in each of the formats of `targets`, each one whole file. Raises Undecodable, EngineFailed.

        Cancelling abandons the work.
        """

    def decoding(self, source: AudioFormat, rate: int) -> AbstractAsyncContextManager[SoundDecoder]:
        """Decode a sound as its bytes come, to mono 16-bit PCM at `rate` Hz. Leaving abandons what is not done."""

    def encoding(self, source: AudioFormat, targets: frozenset[Target]) -> AbstractAsyncContextManager[SoundEncoder]:
        """Convert a sound as its bytes come. Leaving abandons what is not done."""
