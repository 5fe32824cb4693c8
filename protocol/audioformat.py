"""The audio formats that the wire can name, and the magic bytes by which a file tells its own."""

import re
from typing import Any

import msgspec

from protocol.documents import TEXT, is_document, is_text
from protocol.frames import Framing, framing

INPUT_FORMATS = ("mp3", "wav", "flac", "ogg", "opus", "webm", "m4a", "aac", "pcm16")
OTHER = "other"
"""The name of a container that no client can name, and that FFmpeg may be able to read."""
OUTPUT_FORMATS = ("mp3", "wav", "opus", "pcm16")
INPUT_RATE = 16_000
OUTPUT_RATE = 24_000
MIN_RATE, MAX_RATE = 8_000, 192_000

_QUICKTIME = (b"ftyp", b"moov", b"wide", b"pnot")
_OTHER = (
    *(b"caff\0\1", b".snd\0", b"riff\x2e\x91\xcf\x11", b"#!AMR", b"0&\xb2u\x8ef\xcf\x11", b"MAC ", b"wvpk", b"TTA1"),
    *(b"FLV\1", b"Creative Voice", b"DSD ", b"FRM8", b"MPCK", b"MP+", b"tBaK", b"ajkg", b".RMF\0", b"NIST_1A", b".SoX"),
    *(b"XoS.", b"ea3\3", b"MMMD", b"\x06\x0e+4", b"\0\0\1\xba", b"ADIF", b"\x64\xa3\1\0", b"\0\1\xa3\x64", b"2BIT"),
)
"""CAF, AU, Wave64, AMR, ASF (WMA), Monkey's Audio, WavPack, TTA, Flash, VOC, DSF, DSDIFF, Musepack, TAK, Shorten,
RealMedia, NIST, SoX, OMA, SMAF, MXF, MPEG-PS, AAC in ADIF, IRCAM, AVR."""
_OTHER_CHUNKED = frozenset(
    {
        *((b"FORM", kind) for kind in (b"AIFF", b"AIFC", b"8SVX", b"16SV")),
        *((form, b"WAVE") for form in (b"RF64", b"BW64", b"RIFX", b"FFIR")),
        *((b"RIFF", kind) for kind in (b"AVI ", b"QLCM", b"XWMA", b"CDXA")),
    }
)
"""AIFF, 8SVX; WAVs above 4 GB and with the order of bytes turned round; AVI, QCP, xWMA, CD-XA."""
_FIRST_BYTES = frozenset(
    {
        *(b"RIF", b"\x1a\x45\xdf", b"Ogg", b"fLa", b"ID3"),
        *(magic[:3] for magic in _OTHER),
        *(form[:3] for form, _ in _OTHER_CHUNKED),
    }
)
"""The first three bytes of every file that `sniff` knows by its beginning."""
_RATED = re.compile(r"pcm16/([0-9]{4,6})\Z", re.ASCII)


class AudioFormat(msgspec.Struct, frozen=True):
    """A format by name, and the sample rate in Hz where the bytes do not tell it themselves (raw `pcm16`, mono)."""

    name: str
    rate: int = 0

    def __str__(self) -> str:
        return f"{self.name}/{self.rate}" if self.rate else self.name


def parse_input(text: str) -> AudioFormat:
    """`mediaFormat` as a format; raises ValueError with what is allowed."""
    return _parse(text, INPUT_FORMATS, INPUT_RATE)


def parse_output(text: str) -> AudioFormat:
    """`audioFormat` as a format; raises ValueError with what is allowed."""
    return _parse(text, OUTPUT_FORMATS, OUTPUT_RATE)


def schema_of(names: tuple[str, ...], *others: str) -> dict[str, Any]:
    """The JSON schema of what `parse_input` and `parse_output` take: one of the `names`, or raw samples at a rate."""
    return {"anyOf": [{"enum": [*names, *others]}, {"pattern": "^pcm16/[0-9]{4,6}$"}]}


def _parse(text: str, names: tuple[str, ...], default_rate: int) -> AudioFormat:
    folded = text.strip().lower()
    if folded == "pcm16":
        return AudioFormat("pcm16", default_rate)
    if folded in names:
        return AudioFormat(folded)
    rated = _RATED.match(folded)
    if rated and MIN_RATE <= int(rated[1]) <= MAX_RATE:
        return AudioFormat("pcm16", int(rated[1]))
    raise ValueError(f"one of {', '.join(names)}, or pcm16/RATE with a rate of {MIN_RATE} to {MAX_RATE} Hz")


def identify(named: AudioFormat, head: bytes, *, is_whole: bool = False) -> AudioFormat:
    """The format of a sound that is said to be `named` and begins with `head`: its bytes decide, if they show one.

    `is_whole`: the head is all of it. Before that, `headless` tells how much of it there should be.
    """
    found = sniff(head) or headless(named, head, is_whole=is_whole).format or None
    if found is None:
        return AudioFormat("pcm16", INPUT_RATE) if named.name == "wav" else named
    return named if found == "ogg" and named.name == "opus" else AudioFormat(found)


def headless(named: AudioFormat, head: bytes, *, is_whole: bool) -> Framing:
    """The format of a sound without a container, by its frames; `OTHER` for data that is called raw and is no sound."""
    known = framing(head, is_whole=is_whole)
    if known != Framing() or named.name not in ("pcm16", "wav"):
        return known
    if len(head) < TEXT and not is_whole and is_text(head):
        return Framing("", TEXT)
    return Framing(OTHER) if is_document(head) else known


def may_begin_file(chunk: bytes) -> bool:
    """Whether `sniff` has to look; False is certain, and quickly told: of most chunks of an utterance it is asked."""
    return chunk[:3] in _FIRST_BYTES or chunk[4:8] in _QUICKTIME


def sniff(head: bytes) -> str | None:
    """The container that `head`, the first bytes of a file, announces; None where it announces none.

    Raw PCM has no magic bytes. MPEG audio without an ID3 tag is known only by its frames, which a chunk out of the
    middle of a stream shows as well, so it is not claimed here, but by `headless`.
    """
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm"
    if head.startswith(b"OggS") and len(head) > 5 and head[5] & 0x02:
        return "ogg"
    if head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"ID3"):
        return "mp3"
    if head[4:8] in _QUICKTIME:
        return "m4a"
    return OTHER if head.startswith(_OTHER) or (head[:4], head[8:12]) in _OTHER_CHUNKED else None
