"""Inside the codec's processes: whole files to samples, by FFmpeg through PyAV, and soxr between sample rates."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

import av
import msgspec
import numpy as np
import soxr
from numpy.typing import NDArray

from actors.ports import Clip, Undecodable
from adapters.codec.heads import LEAST_RATE, MOST_RATE, WavCleaner
from adapters.codec.passing import id3_size
from protocol.audioformat import INPUT_FORMATS, INPUT_RATE, sniff
from protocol.joined import files_of

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
MOST_FILES = 10_000
"""Files that a sound may consist of, one behind the other."""
Check = Callable[[], None]
"""Called between steps; raises where the call is to be left."""


class Block(msgspec.Struct, frozen=True):
    """Mono samples and their rate in Hz, which may change in the middle of a file."""

    rate: int
    samples: NDArray[np.int16]


def decode(clip: Clip, rate: int, seconds: float, check: Check) -> bytes:
    """`clip` as mono s16le at `rate`; raises Undecodable."""
    pieces: list[bytes] = []
    left = int(seconds * rate) * 2
    for piece in at_rate(blocks_of(clip), rate):
        check()
        pieces.append(piece)
        left -= len(piece)
        if left < 0:
            raise too_long(seconds)
    return b"".join(pieces)


def too_long(seconds: float) -> Undecodable:
    """That there is more sound than is taken."""
    return Undecodable(f"the audio is longer than the {seconds:g} seconds that are taken at once")


def blocks_of(clip: Clip) -> Iterator[Block]:
    """The samples of a whole file, by the first of the `candidates` that finds some; raises Undecodable."""
    for name in candidates(clip):
        came = name == "pcm16"
        for block in _raw(clip) if came else _demuxed(clip.data, name):
            came = True
            yield block
        if came:
            return
    begins = f"begins with {clip.data[:8].hex(' ')}" if clip.data else "is empty"
    accepted = ", ".join(INPUT_FORMATS)
    raise Undecodable(f"the audio, said to be {clip.format}, {begins} and does not decode; taken are {accepted}")


def candidates(clip: Clip) -> list[str]:
    """The formats to try, the likeliest first: what the bytes say, then what the sender says."""
    named = clip.format.name
    found = sniff(clip.data[:16])
    if named not in ("pcm16", "wav") and found in (None, "mp3"):
        found = _frame_sync(clip.data) or found
    fallback = "pcm16" if named == "wav" and found is None else named
    if not clip.data and named != "pcm16":
        return []
    return list(dict.fromkeys(name for name in (found, fallback) if name))


def _frame_sync(data: bytes) -> str | None:
    """mp3 or aac by the first frame after an ID3 tag, which both may have; aac alone has the layer bits 00."""
    start = id3_size(data)
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
    """The first audio stream of each file, as far as it can be decoded: damaged packets are left out."""
    files = files_of(data, name)
    if len(files) > MOST_FILES:
        raise Undecodable(f"the audio consists of {len(files)} files, at most {MOST_FILES} are taken: send longer ones")
    for one in files:
        data = WavCleaner().take(one) if name == "wav" else one
        with suppress(av.FFmpegError), _opened(data, name) as file:
            yield from sound_of(file)


def _opened(data: bytes, name: str) -> av.container.InputContainer:
    return av.open(BytesIO(data), "r", format=DEMUXERS[name], metadata_errors="ignore")


def sound_of(file: av.container.InputContainer) -> Iterator[Block]:
    """The samples of an open file; none of the blocks is empty."""
    if not file.streams.audio:
        return
    stream = file.streams.audio[0]
    stream.codec_context.thread_count = 1  # more would be for films
    for packet in file.demux(stream):
        with suppress(av.FFmpegError):
            for frame in packet.decode():
                if block := block_of(frame):
                    yield block


def block_of(frame: av.AudioFrame) -> Block | None:
    """All channels of a frame as one; None where nothing is in it, or its rate is false.

    (FFmpeg's own mixer is a graph of filters with up to 16 threads of its own, for every sound.)
    """
    if not frame.samples or not LEAST_RATE <= frame.sample_rate <= MOST_RATE:
        return None
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    return Block(frame.sample_rate, _whole_numbers(values))


def _whole_numbers(channels: NDArray[Any]) -> NDArray[np.int16]:
    """The mean of the channels, in any of FFmpeg's sample formats, as 16 bit."""
    if channels.dtype == np.int16 and len(channels) == 1:
        only: NDArray[np.int16] = channels[0]
        return only
    mean: NDArray[np.float64] = channels.mean(axis=0, dtype=np.float64)
    match channels.dtype.kind, channels.dtype.itemsize:
        case "f", _:
            mean *= 32_768
        case "u", 1:
            mean = (mean - 128) * 256
        case "i", size:
            mean /= 256.0 ** (size - 2)
    return np.clip(np.rint(np.nan_to_num(mean)), -32_768, 32_767).astype(np.int16)


def at_rate(blocks: Iterable[Block], rate: int) -> Iterator[bytes]:
    """`blocks` as s16le at one rate; no piece is empty."""
    resampler = Resampler(rate)
    for block in itertools.chain(blocks, (None,)):
        samples = resampler.push(block) if block else resampler.finish()
        if samples:
            yield samples


class Resampler:
    """Brings a run of blocks to one rate; between two rates of the source nothing is lost."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._came = rate
        self._stream: soxr.ResampleStream | None = None

    def push(self, block: Block) -> bytes:
        """The samples, s16le, that can be told by now; the last milliseconds follow later."""
        before = b""
        if block.rate != self._came:
            before, self._came = self.finish(), block.rate
        if self._came == self._rate:
            return before + block.samples.astype("<i2", copy=False).tobytes()
        if self._stream is None:
            self._stream = soxr.ResampleStream(self._came, self._rate, 1, dtype="float32", quality="HQ")
        return before + _rounded(self._stream.resample_chunk(block.samples.astype(np.float32)))

    def finish(self) -> bytes:
        """The rest."""
        if self._stream is None:
            return b""
        stream, self._stream = self._stream, None
        return _rounded(stream.resample_chunk(np.empty(0, np.float32), last=True))


def _rounded(samples: NDArray[np.float32]) -> bytes:
    return np.clip(np.rint(samples), -32_768, 32_767).astype("<i2").tobytes()
