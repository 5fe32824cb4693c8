"""The audio formats that the wire can name, and the magic bytes by which a file tells its own."""

import re

import msgspec

INPUT_FORMATS = ("mp3", "wav", "flac", "ogg", "opus", "webm", "m4a", "aac", "pcm16")
OUTPUT_FORMATS = ("mp3", "wav", "opus", "pcm16")
INPUT_RATE = 16_000
OUTPUT_RATE = 24_000
MIN_RATE, MAX_RATE = 8_000, 192_000

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


def identify(named: AudioFormat, head: bytes) -> AudioFormat:
    """What a sound is that is said to be `named` and begins with `head`: its own header wins, where it has one."""
    found = sniff(head)
    if found is None:
        return AudioFormat("pcm16", INPUT_RATE) if named.name == "wav" else named
    return named if found == "ogg" and named.name == "opus" else AudioFormat(found)


def sniff(head: bytes) -> str | None:
    """The container that `head`, the first bytes of a file, announces; None where it announces none.

    Raw PCM has no magic bytes. MPEG audio without an ID3 tag is known only by its frame sync, which a chunk out of the
    middle of a stream may show as well, so it is not claimed here.
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
    if head[4:8] == b"ftyp":
        return "m4a"
    return None
