"""The worker process that decodes and encodes: FFmpeg through PyAV, and soxr between sample rates."""

import itertools
import wave
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from io import BytesIO

import av
import msgspec
import numpy as np
import soxr
from numpy.typing import NDArray

from actors.ports import Clip, EngineFailed, Sound, Undecodable
from adapters.child import Line, serve
from adapters.frames import Convert, Converted, Decode, Decoded, Ready, Request, Result
from protocol.audioformat import INPUT_FORMATS, INPUT_RATE, OUTPUT_RATE, AudioFormat, sniff

DEMUXERS = {
    "mp3": "mp3",
    "wav": "wav",
    "flac": "flac",
    "ogg": "ogg",
    "opus": "ogg",
    "webm": "matroska",
    "m4a": "mov",
    "aac": "aac",
}
"""FFmpeg's demuxer for each format; always named, for its own probing takes pictures and playlists that open files."""

ENCODERS = {"mp3": ("mp3", "libmp3lame", 64_000), "opus": ("ogg", "libopus", 32_000)}
"""Muxer, encoder, and bits per second: as many as 24 kHz mono speech has use for."""

Check = Callable[[], None]
"""Called between steps; raises where the call is to be left."""


class Block(msgspec.Struct, frozen=True):
    """Mono samples and their rate in Hz, which may change in the middle of a file."""

    rate: int
    samples: NDArray[np.int16]


class Codec:
    """Decodes and encodes; keeps nothing from one call to the next."""

    def ready(self) -> Ready:
        """Encode and decode a tenth of a second. Raises EngineFailed."""
        try:
            for name in ENCODERS:
                encoded = encode(bytes(OUTPUT_RATE // 5), name, _go_on)
                decode(Clip(encoded, AudioFormat(name)), INPUT_RATE, 1.0, _go_on)
        except (Undecodable, av.FFmpegError) as error:
            raise EngineFailed(f"{name} cannot be written or read again ({error}): reinstall the package av") from error
        return Ready()

    def serve(self, request: Request, line: Line) -> Result:
        """Decode or convert; looks for a `Stop` at every frame."""
        match request:
            case Decode(clip, rate, seconds):
                return Decoded(decode(clip, rate, seconds, line.check))
            case Convert(clip, targets, seconds):
                return Converted(convert(clip, targets, seconds, line.check))
            case _:
                raise EngineFailed(f"the audio codec was asked for {type(request).__name__}")


# ---- decoding


def decode(clip: Clip, rate: int, seconds: float, check: Check) -> bytes:
    """`clip` as mono s16le at `rate`; raises Undecodable."""
    for name in candidates(clip):
        blocks = _raw(clip) if name == "pcm16" else _demuxed(clip.data, name)
        pieces: list[bytes] = []
        left = int(seconds * rate) * 2
        for piece in at_rate(blocks, rate):
            check()
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                raise Undecodable(f"the audio is longer than the {seconds:g} seconds that are taken at once")
        if pieces or name == "pcm16":
            return b"".join(pieces)
    begins = f"begins with {clip.data[:8].hex(' ')}" if clip.data else "is empty"
    accepted = ", ".join(INPUT_FORMATS)
    raise Undecodable(f"the audio, said to be {clip.format}, {begins} and does not decode; taken are {accepted}")


def candidates(clip: Clip) -> list[str]:
    """The formats to try, the likeliest first: what the bytes say, then what the sender says."""
    named = clip.format.name
    found = sniff(clip.data[:16])
    if named not in ("pcm16", "wav") and found in (None, "mp3"):
        found = _frame_sync(clip.data) or found
    fallback = "pcm16" if named == "wav" else named
    if not clip.data and named != "pcm16":
        return []
    return list(dict.fromkeys(name for name in (found, fallback) if name))


def _frame_sync(data: bytes) -> str | None:
    """mp3 or aac by the first frame after an ID3 tag, which both may have; aac alone has the layer bits 00."""
    start = 0
    if data.startswith(b"ID3") and len(data) > 10:
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    sync = data[start : start + 2]
    if len(sync) < 2 or sync[0] != 0xFF or sync[1] & 0xE0 != 0xE0:
        return None
    return "aac" if sync[1] & 0xF6 == 0xF0 else "mp3" if sync[1] & 0x06 else None


def _raw(clip: Clip) -> Iterator[Block]:
    """Raw samples in blocks of about a second, without an odd byte at the end."""
    rate = clip.format.rate or INPUT_RATE
    samples = np.frombuffer(clip.data[: len(clip.data) // 2 * 2], np.dtype("<i2"))
    return (Block(rate, samples[start : start + rate]) for start in range(0, len(samples), rate))


def _demuxed(data: bytes, name: str) -> Iterator[Block]:
    """The first audio stream of a file, as far as it can be decoded: damaged packets are left out."""
    mixer = Mixer()
    with suppress(av.FFmpegError), av.open(BytesIO(data), "r", format=DEMUXERS[name], metadata_errors="ignore") as file:
        if not file.streams.audio:
            return
        for packet in file.demux(file.streams.audio[0]):
            with suppress(av.FFmpegError):
                for frame in packet.decode():
                    yield Block(frame.sample_rate, mixer.mono(frame))


class Mixer:
    """Mixes the channels of frames, whose shape may change from one to the next."""

    def __init__(self) -> None:
        self._shape: tuple[str, str, int] | None = None
        self._resampler = av.AudioResampler()

    def mono(self, frame: av.AudioFrame) -> NDArray[np.int16]:
        """All channels as one; 16 bit, since FFmpeg keeps their sum below full scale only for whole numbers."""
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._shape = shape
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=frame.sample_rate)
        frame.pts = None
        parts = [part.to_ndarray()[0].astype(np.int16) for part in self._resampler.resample(frame)]
        return np.concatenate(parts) if parts else np.empty(0, np.int16)


def at_rate(blocks: Iterable[Block], rate: int) -> Iterator[bytes]:
    """`blocks` as s16le at one rate; no piece is empty."""
    for came, run in itertools.groupby(blocks, key=lambda block: block.rate):
        if came == rate:
            yield from (block.samples.tobytes() for block in run if len(block.samples))
            continue
        stream = soxr.ResampleStream(came, rate, 1, dtype="float32", quality="HQ")
        for block in run:
            yield from _rounded(stream.resample_chunk(block.samples.astype(np.float32)))
        yield from _rounded(stream.resample_chunk(np.empty(0, np.float32), last=True))


def _rounded(samples: NDArray[np.float32]) -> Iterator[bytes]:
    if len(samples):
        yield np.clip(np.rint(samples), -32_768, 32_767).astype("<i2").tobytes()


# ---- encoding


def convert(clip: Clip, targets: tuple[AudioFormat, ...], seconds: float, check: Check) -> tuple[Sound, ...]:
    """`clip` in each of `targets`; raises Undecodable."""
    samples = {rate: decode(clip, rate, seconds, check) for rate in {_rate(target) for target in targets}}
    return tuple(_sound(clip, target, samples[_rate(target)], check) for target in targets)


def _rate(target: AudioFormat) -> int:
    return target.rate or OUTPUT_RATE if target.name == "pcm16" else OUTPUT_RATE


def _sound(clip: Clip, target: AudioFormat, samples: bytes, check: Check) -> Sound:
    seconds = len(samples) / 2 / _rate(target)
    if is_already(clip, target, samples):
        return Sound(clip.data, seconds)
    return Sound(encode(samples, target.name, check), seconds)


def is_already(clip: Clip, target: AudioFormat, samples: bytes) -> bool:
    """Whether the file `clip`, which holds `samples`, is what `target` asks for; a wav also in rate and sizes."""
    found = candidates(clip)[0]
    match target.name:
        case "mp3":
            return found == "mp3"
        case "opus":
            return found in ("ogg", "opus") and b"OpusHead" in clip.data[:256]
        case "wav":
            return found == "wav" and _is_plain_wav(clip.data, len(samples))
        case _:
            return False


def _is_plain_wav(data: bytes, length: int) -> bool:
    """Whether it is 24 kHz mono 16 bit, and its header says how long it really is."""
    try:
        with wave.open(BytesIO(data)) as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate(), 2 * file.getnframes())
    except (wave.Error, EOFError):
        return False
    return shape == (1, 2, OUTPUT_RATE, length) and int.from_bytes(data[4:8], "little") == len(data) - 8


def encode(samples: bytes, name: str, check: Check) -> bytes:
    """Mono s16le at OUTPUT_RATE as a whole file of the output format `name`; `pcm16` as it is, at whatever rate."""
    match name:
        case "pcm16":
            return samples
        case "wav":
            return _wav(samples)
        case _:
            return _muxed(samples, *ENCODERS[name], check)


def _wav(samples: bytes) -> bytes:
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, OUTPUT_RATE, 0, "NONE", ""))
        writer.writeframes(samples)
    return file.getvalue()


def _muxed(samples: bytes, muxer: str, encoder: str, bits: int, check: Check) -> bytes:
    file = BytesIO()
    with av.open(file, "w", format=muxer) as container:
        stream = container.add_stream(encoder, rate=OUTPUT_RATE, layout="mono", bit_rate=bits)
        assert isinstance(stream, av.AudioStream)
        for frame in _frames(samples or bytes(2)):  # an encoder that was given nothing writes no file at all
            check()
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _frames(samples: bytes) -> Iterator[av.AudioFrame]:
    """Frames of a second, with their times: the muxer takes the true length from them."""
    whole = np.frombuffer(samples, np.dtype("<i2")).reshape(1, -1)
    for start in range(0, whole.shape[1], OUTPUT_RATE):
        frame = av.AudioFrame.from_ndarray(whole[:, start : start + OUTPUT_RATE], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = OUTPUT_RATE, start, Fraction(1, OUTPUT_RATE)
        yield frame


def _go_on() -> None:
    """A check that never stops anything."""


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    serve(Codec)
