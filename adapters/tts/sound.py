"""The bytes of a provider's answer as clips: of which format they are, samples kept whole, a WAV header taken off."""

import math
import re

import msgspec

from actors.ports import Clip, Emit, Speech
from adapters.providers.provider import Endpoint, ProviderFailed
from adapters.remote.web import Answer, Patience
from protocol.audioformat import OUTPUT_RATE, AudioFormat, sniff

PATIENCE = Patience(first_byte=13.0, silence=13.0, whole=58.0)
"""A little less than a session has with a synthesiser, so that it hears of it from the provider's side."""
MOST = 60_000_000
"""Bytes of one answer: twenty minutes of samples at 24 kHz."""
AUDIO = ("audio/", "application/octet-stream")
"""What a synthesiser's answer may call itself."""
PROBE = Speech("OK", model="", voice="", language="en-US", gender="unspecified", speed=1.0)
"""The smallest thing to say, for a check."""

_HEAD = 12
"""Bytes by which a container is known."""
_LONGEST_HEADER = 65_536
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_MONO_16_BIT = (1, 16)
_PCM, _EXTENSIBLE = 0x0001, 0xFFFE


def sayable(text: str) -> str:
    """`text` without what neither JSON in UTF-8 nor XML can carry: control characters and halves of characters."""
    return _UNPRINTABLE.sub(" ", text)


def fitting(wanted: AudioFormat | None, files: frozenset[str], rates: frozenset[int], best: int) -> AudioFormat:
    """What to ask of a provider that makes the `files` by name, and samples at the `rates`.

    What the Receivers want where that can be had, so that its bytes pass through untouched; else samples, at the rate
    that fits, or at `best`. A WAV is asked for as samples: the sizes in a streamed one's header are false.
    """
    if wanted is None:
        return AudioFormat("pcm16", best)
    if wanted.name in files:
        return wanted
    rate = OUTPUT_RATE if wanted.name == "wav" else wanted.rate
    return AudioFormat("pcm16", rate if rate in rates else best)


async def relay(endpoint: Endpoint, answer: Answer, asked: AudioFormat, sound: Emit[Clip]) -> None:
    """Hand on the body of `answer` as it comes. Raises ProviderFailed where it breaks off or has no sound in it."""
    reading = Reading(asked)
    async for piece in answer.pieces():
        if clip := reading.push(piece):
            await sound(clip)
    if clip := reading.finish():
        await sound(clip)
    if not reading.sounded:
        raise soundless(endpoint)


def soundless(endpoint: Endpoint) -> ProviderFailed:
    """The error for an answer without any sound."""
    return ProviderFailed(f"{endpoint.title} answered without any sound: does its voice speak this language?")


async def discard(clip: Clip) -> None:
    """Take a clip and do nothing with it, for a check."""


class Reading:
    """A body whose bytes come in any pieces, as clips of one format.

    The format is what was asked for, unless the bytes say otherwise: some servers send WAV whatever they are asked for.
    A WAV of 16-bit mono becomes its samples, at the rate that its header names.
    """

    def __init__(self, asked: AudioFormat) -> None:
        self._format = asked
        self._held = b""
        self._recognised = False
        self._left = math.inf
        self.sounded = False
        """Whether a clip has come of it."""

    def push(self, data: bytes) -> Clip | None:
        """What has become of the bytes so far; None where more are needed."""
        self._held += data
        return self._take() if self._recognised or self._recognise(complete=False) else None

    def finish(self) -> Clip | None:
        """What is left at the end; half a sample is dropped."""
        if not self._recognised:
            self._recognise(complete=True)
        return self._take()

    def _recognise(self, complete: bool) -> bool:
        if len(self._held) < _HEAD and not complete:
            return False
        named = sniff(self._held)
        if named == "wav":
            header = read_header(self._held)
            if header is None and not complete and len(self._held) < _LONGEST_HEADER:
                return False
            self._unwrap(header)
        elif named is not None and not (named == "ogg" and self._format.name == "opus"):
            self._format = AudioFormat(named)
        self._recognised = True
        return True

    def _unwrap(self, header: "Header | None") -> None:
        if header is None or not header.plain:
            self._format = AudioFormat("wav")
            return
        self._format = AudioFormat("pcm16", header.rate)
        self._held = self._held[header.start :]
        self._left = header.size or math.inf

    def _take(self) -> Clip | None:
        usable = int(min(len(self._held), self._left))
        if self._format.name == "pcm16":
            usable -= usable % 2
        data, self._held = self._held[:usable], self._held[usable:]
        self._left -= len(data)
        if self._left < 2:
            self._held = b""
        if not data:
            return None
        self.sounded = True
        return Clip(data, self._format)


class Header(msgspec.Struct, frozen=True):
    """The head of a WAV file: where its sound begins, and how many bytes it has; 0 where the header does not know.

    `plain`: 16-bit mono, little-endian.
    """

    rate: int
    plain: bool
    start: int
    size: int


def read_header(head: bytes) -> Header | None:
    """The header at the beginning of `head`; None where it has not come to its end.

    Sizes of a streamed file are placeholders: 0, or above what a file is ever long.
    Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF), and RFC 2361 for the format tags.
    """
    at, rate, plain = _HEAD, 0, False
    while len(head) >= at + 8:
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        at += 8
        if name == b"data":
            return Header(rate, plain, at, size if size < 0x7000_0000 else 0)
        if name == b"fmt " and len(head) >= at + 16:
            tag, channels, rate = _number(head, at, 2), _number(head, at + 2, 2), _number(head, at + 4, 4)
            tag = _number(head, at + 24, 2) if tag == _EXTENSIBLE else tag
            plain = tag == _PCM and (channels, _number(head, at + 14, 2)) == _MONO_16_BIT
        at += size + size % 2
    return None


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")
