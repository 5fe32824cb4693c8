"""The body of a synthesiser's answer as clips, by its bytes: the sound that was asked for, another sound, or words.

Its first bytes decide, then its Content-Type, then what was asked for. Words in place of sound (an error as JSON, a
page) are no sound, whatever they are called.
"""

import re

from actors.ports.calls import Emit
from actors.ports.sound import Clip
from adapters.reach.contract import Endpoint, ProviderFailed
from adapters.reach.faults import of_type, of_words
from adapters.reach.httpclient import HttpAnswer
from adapters.vendors.shared.announced import Announced, announced
from adapters.vendors.shared.rawsound import RawSound
from adapters.vendors.shared.sound import SoundReader, soundless
from protocol.audioformat import MAX_RATE, MIN_RATE, OUTPUT_RATE, AudioFormat, sniff
from protocol.frames import MPEG_KBITS, MPEG_RATES

HEAD = 64
"""Bytes by which words are known; no sound has so many without a control character among them."""
FRAMES = 4_096
"""Bytes that two frames of MPEG audio have at most."""
WORDS = 65_536
"""Bytes of words that are read."""
_ASCII = re.compile(rb"[\t\n\r\x20-\x7e]")
_NEARLY = 0.9
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SOUNDING = ("audio/", "video/", "application/octet-stream", "application/ogg", "binary/", "application/x-")


async def relay(
    endpoint: Endpoint, answer: HttpAnswer, asked: AudioFormat, sound: Emit[Clip], *, ignored: tuple[str, ...] = ()
) -> None:
    """Hand on the body of `answer` as it comes. Raises ProviderFailed where it breaks off or has no sound in it.

    `ignored`: types that this provider gives to sounds of other kinds, too. Cancelling closes the connection.
    """
    body = SoundBody(endpoint, asked, "" if answer.content_type in ignored else answer.headers.get("content-type", ""))
    async for piece in answer.pieces():
        if clip := body.push(piece):
            await sound(clip)
    if clip := body.finish():
        await sound(clip)


class SoundBody:
    """A body whose bytes come in any pieces; `content_type` "" where nothing is said of it.

    `said` in its place: the provider sends sound in messages that say what it is; then the first one decides.
    """

    def __init__(
        self, endpoint: Endpoint, asked: AudioFormat, content_type: str = "", said: Announced | None = None
    ) -> None:
        self._is_framed = said is not None
        self._endpoint = endpoint
        self._asked = asked
        self._type = content_type
        self._said = said or announced(content_type)
        self._held = b""
        self._words: bytes | None = None
        self._reading: SoundReader | None = None
        self._raw: tuple[RawSound, AudioFormat] | None = None
        self.sounded = False
        """Whether a clip has come of it."""

    def push(self, data: bytes) -> Clip | None:
        """The clip that the bytes so far make; None where more are needed. Raises ProviderFailed."""
        return self._take(data, last=False)

    def finish(self) -> Clip | None:
        """The last clip, if there is one. Raises ProviderFailed for words, and for no sound at all."""
        clip = self._take(b"", last=True)
        if self._words is not None:
            raise of_words(self._endpoint, self._words)
        if not self.sounded:
            raise soundless(self._endpoint)
        return clip

    def _take(self, data: bytes, *, last: bool) -> Clip | None:
        if self._words is None and self._raw is None and self._reading is None:
            self._held += data
            if not self._decide(last=last):
                return None
            data, self._held = self._held, b""
        clip = self._clip(data, last=last)
        self.sounded = self.sounded or clip is not None
        return clip

    def _clip(self, data: bytes, *, last: bool) -> Clip | None:
        if self._words is not None:
            self._words += data
            if len(self._words) > WORDS:
                raise of_words(self._endpoint, self._words[:WORDS])
            return None
        if self._raw is not None:
            sound, made = self._raw
            samples = sound.take(data, last=last)
            return Clip(samples, made) if samples else None
        assert self._reading is not None
        clips = [clip for clip in (self._reading.push(data), self._reading.finish() if last else None) if clip]
        return Clip(b"".join(clip.data for clip in clips), clips[0].format) if clips else None

    # ---- what it is

    def _decide(self, *, last: bool) -> bool:
        """Settle what it is, where that can be told."""
        head = self._held
        is_short = len(head) < HEAD
        if is_short and not (last or self._is_framed):
            return False
        if sniff(head) is not None:
            self._reading = SoundReader(self._asked)
        elif is_words(head) and not (is_short and self._is_framed):
            self._words = b""
        elif self._asked.name == "pcm16" and _frame(head) and len(head) < FRAMES and not (last or self._is_framed):
            return False  # it may be samples, or MPEG audio that nobody asked for
        else:
            self._settle(head)
        return True

    def _settle(self, head: bytes) -> None:
        """Nothing in the bytes says what it is, but MPEG audio in its way."""
        said = self._said
        is_file = self._asked.name != "pcm16" or said.file in ("mp3", "aac")
        mpeg = _frame(head) if is_file else _frames(head)
        if mpeg:
            self._reading = SoundReader(AudioFormat(mpeg))
        elif self._type and not self._type.lower().startswith(_SOUNDING):
            raise of_type(self._endpoint.title, self._type.partition(";")[0], ("sound",))
        elif said.is_raw or self._asked.name == "pcm16":
            rate = said.rate or self._asked.rate or OUTPUT_RATE
            if not MIN_RATE <= rate <= MAX_RATE:
                raise ProviderFailed(f"{self._endpoint.title} answered with sound of {rate} Hz, which cannot be used")
            self._raw = RawSound(said), AudioFormat("pcm16", rate)
        else:
            self._reading = SoundReader(self._asked)


def is_words(head: bytes) -> bool:
    """Whether the beginning of a body is text: in UTF-8, or nearly all in ASCII (Latin-1, codes of a terminal)."""
    if len(head) >= HEAD and len(_ASCII.findall(head[:HEAD])) >= _NEARLY * HEAD:
        return True
    try:
        text = head[: WORDS // 64].decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return False
        text = head[: error.start].decode()
    return bool(text) and not _CONTROL.search(text)


def _frames(head: bytes) -> str:
    """The format of MPEG audio whose first frame is followed by a second one, "" where it is not."""
    name = _frame(head)
    length = _length(head) if name else 0
    return name if length and _frame(head[length:]) == name else ""


def _frame(head: bytes) -> str:
    """Which MPEG audio a frame is of that begins here: mp3 or aac; "" where none does.

    Sources: ISO/IEC 11172-3 2.4.1.3, ISO/IEC 13818-7 6.2 (ADTS).
    """
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return ""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if layer == 0:
        return "aac" if head[1] & 0xF6 == 0xF0 and head[2] >> 2 & 15 < 13 else ""
    return "mp3" if version != 1 and layer == 1 and head[2] >> 4 != 15 and head[2] >> 2 & 3 != 3 else ""


def _length(head: bytes) -> int:
    """Bytes of the frame that begins here, 0 where it does not say."""
    if head[1] >> 1 & 3 == 0:
        return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, padding = head[2] >> 4, head[2] >> 1 & 1
    if bits == 0:
        return 0
    kilobits, rate = MPEG_KBITS[version == 3, layer][bits - 1], MPEG_RATES[version][head[2] >> 2 & 3]
    return (144_000 if version == 3 else 72_000) * kilobits // rate + padding
