"""Announced sound: a Content-Type names its format, and of raw samples their rate, width, order and channels.

Sources: RFC 2046 4.3 (audio/basic), RFC 2586 and RFC 3551 (audio/L8, L16, L24), RFC 4856 (PCMU, PCMA), RFC 2361 (the
codecs of audio/wav, by number), RFC 6381 (`codecs`).
"""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

Law = Literal["", "mu", "a"]
Order = Literal["little", "big", "unsure"]

_FILES = {
    "mp3": ("mpeg", "mp3", "mpeg3", "mpa", "mpg"),
    "aac": ("aac", "aacp", "adts"),
    "wav": ("wav", "wave", "vnd.wave"),
    "ogg": ("ogg", "opus", "vorbis"),
    "webm": ("webm",),
    "flac": ("flac",),
    "m4a": ("mp4", "m4a"),
}
_BY_NAME = {name: file for file, names in _FILES.items() for name in names}
_RAW = ("pcm", "lpcm", "raw", "l16", "linear16", "s16le", "s16be", "s24le", "s32le", "f32le", "f32be", "f64le")
_MU, _A = ("basic", "pcmu", "mulaw", "ulaw", "mu-law", "u-law", "g711-mulaw"), ("pcma", "alaw", "a-law", "g711-alaw")
_LINEAR = re.compile(r"l(8|16|24|32)\Z")
_TELEPHONE = 8_000
_PARAMETER = re.compile(r"([a-z][a-z0-9_-]*)\s*=\s*[\"']?(?:\(\w+\))?\s*([^\s\"';,]+)")
_RATES = (
    "rate", "samplerate", "sample-rate", "sample_rate", "sampling-rate", "sampling_rate", "clockrate", "frequency",
    "freq",
)  # fmt: skip
_RATE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?(k?)(?:hz)?\Z")
_CODECS = ("codecs", "codec", "encoding", "format")
_WIDTHS = ("bits", "bit", "bitdepth", "bit-depth", "bit_depth", "bits-per-sample", "bits_per_sample", "samplesize")
_SAMPLE = re.compile(r"(?:pcm[_-])?(?P<kind>[sfu]|float|signed|int)?_?(?P<bits>8|16|24|32|64)(?:_?[lb]e)?\Z|float\Z")
_WAVE_MU, _WAVE_A = "7", "6"


class Announced(msgspec.Struct, frozen=True):
    """`file`: a format whose bytes tell the rest; `is_raw`: samples. Neither where the type says nothing of the kind.

    `rate` in Hz, 0 where it is not said; `width` in bytes a sample; `order` "unsure": see `rawsound`; `law`: of G.711;
    `is_float`: of IEEE 754, from -1 to 1.
    """

    file: str = ""
    is_raw: bool = False
    rate: int = 0
    channels: int = 1
    width: int = 2
    order: Order = "little"
    law: Law = ""
    is_float: bool = False


def announced(content_type: str) -> Announced:
    """The sound that a Content-Type announces; parameters that cannot be read are ignored."""
    kind, _, rest = content_type.lower().replace(",", ";").partition(";")
    name = kind.strip().rpartition("/")[2].removeprefix("x-")
    parameters = dict(_PARAMETER.findall(rest))
    rate = next((_rate(parameters[key]) for key in _RATES if key in parameters), 0)
    channels = _number(parameters.get("channels", "")) or 1
    codec = next((parameters[key] for key in _CODECS if key in parameters), "").removeprefix("audio/")
    if name in ("wav", "wave", "vnd.wave") and codec in (_WAVE_MU, _WAVE_A):
        codec = "mulaw" if codec == _WAVE_MU else "alaw"
    law: Law = "mu" if name in _MU or codec in _MU else "a" if name in _A or codec in _A else ""
    if law:
        own_rate = _TELEPHONE if name in (*_MU, *_A) else 0
        return Announced(
            _BY_NAME.get(name, ""), is_raw=True, rate=rate or own_rate, channels=channels, width=1, law=law
        )
    linear = _LINEAR.match(name)
    width, is_float = _samples(name, codec, parameters)
    return Announced(
        _BY_NAME.get(name, ""),
        is_raw=name in _RAW or linear is not None,
        rate=rate,
        channels=channels,
        width=int(linear[1]) // 8 if linear else width,
        order=_order(name, codec, parameters.get("endian", "") or parameters.get("endianness", "")),
        is_float=is_float,
    )


def _samples(name: str, codec: str, parameters: Mapping[str, str]) -> tuple[int, bool]:
    """The size of a sample in bytes, and whether it is a floating-point number."""
    shape = _SAMPLE.match(codec) or _SAMPLE.match(name)
    is_float = shape is not None and (shape["kind"] or "f").startswith("f")
    said = next((_number(parameters[key]) for key in _WIDTHS if key in parameters), 0)
    bits = said or (int(shape["bits"]) if shape and shape["bits"] else 32 if is_float else 16)
    if bits not in ((32, 64) if is_float else (8, 16, 24, 32)):
        return (4, True) if is_float else (2, False)
    return bits // 8, is_float


def _rate(text: str) -> int:
    """A rate in Hz, be it "16000", "16000.0", "16k" or "22.05kHz"; 0 where it is none."""
    found = _RATE.match(text)
    return round(float(found[1]) * (1_000 if found[2] else 1)) if found else 0


def _order(name: str, codec: str, said: str) -> Order:
    """Which byte of a sample comes first; audio/L16 is big-endian by its RFC, and many providers send little-endian."""
    if said.startswith(("big", "network")) or codec.endswith("be") or name.endswith("be"):
        return "big"
    if said.startswith("little") or codec.endswith("le"):
        return "little"
    return "unsure" if _LINEAR.match(name) else "little"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
