"""Decoding inside the codec's processes: whole files to samples, by FFmpeg (PyAV), and soxr between sample rates."""

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

from actors.ports.sound import Clip, NoSound, SoundTooLong, Undecodable
from adapters.codec.passing import id3_size
from protocol.audioformat import INPUT_FORMATS, INPUT_RATE, OTHER, headless, sniff
from protocol.containers import MAX_HEADER, stream_header
from protocol.documents import is_document
from protocol.joined import files_of
from protocol.wav import LEAST_RATE, MOST_RATE, WavCleaner

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
_PROBED = (
    "3gp,aac,aax,ac3,act,adx,aiff,amr,ape,asf,asf_o,au,avi,avr,caf,codec2,dsf,dts,eac3,epaf,flac,flv,hca,iff,"
    "ircam,loas,m4a,matroska,mj2,mlp,mmf,mov,mp3,mp4,mpc,mpc8,mpeg,mpegts,mxf,nistsphere,ogg,oma,pvf,qcp,rm,rso,shn,sox,"
    "tak,truehd,tta,voc,w64,wav,webm,wsd,wv,xa,xwma"
)
"""The demuxers that may be found by probing: of containers that hold their sound themselves.

Not amrnb and amrwb, which are AMR without its head: they take text, and much else, for sound.
"""
MOST_FILES = 10_000
"""Files that a sound may consist of, one behind the other."""
_ID3V1 = 128
_SLICE = 65_536
_TRACKS = b"\x16\x54\xae\x6b"
"""What tells the tracks in the head of a WebM (RFC 9559, section 5.1.4)."""
_CANCELLED = 0.1
"""Of the energy of the loudest channel; where the mean has less, the channels cancel each other out."""
_LOUDEST = 1_000.0
"""What floating point samples are cut at, where 1 is full scale: some files hold infinities."""
Check = Callable[[], None]
"""Called between steps; raises where the call is to be left."""


class Block(msgspec.Struct, frozen=True):
    """Mono samples and their rate in Hz, which may change in the middle of a file."""

    rate: int
    samples: NDArray[np.int16]


def decode(clip: Clip, rate: int, seconds: float, check: Check) -> bytes:
    """`clip` as mono s16le at `rate`; raises Undecodable, as SoundTooLong where it has more than `seconds`."""
    pieces: list[bytes] = []
    left = int(seconds * rate) * 2
    for piece in at_rate(blocks_of(clip), rate):
        check()
        pieces.append(piece)
        left -= len(piece)
        if left < 0:
            raise too_long(seconds)
    return b"".join(pieces)


def too_long(seconds: float) -> SoundTooLong:
    """That there is more sound than is taken."""
    return SoundTooLong(f"the audio is longer than the {seconds:g} seconds that are taken at once")


def blocks_of(clip: Clip) -> Iterator[Block]:
    """The samples of a whole file, by the first of the `candidates` that finds some. Raises Undecodable, NoSound."""
    finding, found = Finding(), sniff(clip.data[:16])
    for name in candidates(clip):
        came = name == "pcm16"
        for block in _raw(clip) if came else _demuxed(clip.data, name, finding):
            came = True
            yield block
        if came:
            return
    if (finding.is_empty and found) or not clip.data:  # what has no head may be opened as anything
        raise NoSound(f"{_called(clip)} has no sound in it")
    begins = f"begins with {clip.data[:8].hex(' ')}"
    accepted = ", ".join(INPUT_FORMATS)
    raise Undecodable(f"{_called(clip)} {begins} and does not decode; taken are {accepted}")


def _called(clip: Clip) -> str:
    return "the audio" if clip.format.name == OTHER else f"the audio, said to be {clip.format},"


def candidates(clip: Clip, *, is_whole: bool = True) -> list[str]:
    """The formats to try, the likeliest first: what the bytes say, then what the sender says."""
    named = clip.format.name
    found = sniff(clip.data[:16])
    if found is None:
        found = headless(clip.format, clip.data, is_whole=is_whole).format or None
    if named not in ("pcm16", "wav") and found in (None, "mp3"):
        found = _frame_sync(clip.data) or found
    fallback = "pcm16" if named == "wav" and found is None else named
    if (not clip.data and named != "pcm16") or (found is None and is_document(clip.data)):
        return []
    last = OTHER if fallback != "pcm16" else None
    return list(dict.fromkeys(name for name in (found, fallback, last) if name))


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


class Finding:
    """The result where nothing decoded: `is_empty`, a container that is in order, without sound in it."""

    def __init__(self) -> None:
        self.is_empty = False


def _demuxed(data: bytes, name: str, finding: Finding) -> Iterator[Block]:
    """The first audio stream of each file, as far as it can be decoded: damaged packets are left out."""
    files = files_of(data, name)
    if len(files) > MOST_FILES:
        raise Undecodable(f"the audio consists of {len(files)} files, at most {MOST_FILES} are taken: send longer ones")
    for one in files:
        if name == "wav":
            cleaner = WavCleaner()
            one = cleaner.take(one)
            finding.is_empty |= cleaner.is_empty
        finding.is_empty |= _is_head_alone(one, name)
        if name == "aac":
            yield from _parsed(one)
            continue
        with suppress(av.FFmpegError), _opened(one, name) as file:
            yield from sound_of(file, finding)


def _parsed(data: bytes) -> Iterator[Block]:
    """AAC frames, found in whatever is between them; FFmpeg's demuxer for them gives up at damage."""
    context = av.CodecContext.create("aac", "r")
    assert isinstance(context, av.AudioCodecContext)
    context.thread_count = 1
    data = data[id3_size(data) :]
    for start in (*range(0, len(data), _SLICE), None):
        with suppress(av.FFmpegError):
            for packet in context.parse(None if start is None else data[start : start + _SLICE]):
                with suppress(av.FFmpegError):
                    yield from filter(None, map(block_of, context.decode(packet)))


def _is_head_alone(data: bytes, name: str) -> bool:
    """Whether a recorder wrote its head, or its tags, and was stopped: FFmpeg does not open such a file."""
    if name == "mp3":
        rest = data[id3_size(data) :]
        return rest != data and (not rest or (len(rest) == _ID3V1 and rest.startswith(b"TAG")))
    if name == "webm":
        return _TRACKS in data[:MAX_HEADER] and not stream_header(data)
    return name in ("ogg", "opus") and len(data) == len(stream_header(data)) > 0


def _opened(data: bytes, name: str) -> av.container.InputContainer:
    if name == OTHER:
        return av.open(BytesIO(data), "r", metadata_errors="ignore", options={"format_whitelist": _PROBED})
    return av.open(BytesIO(data), "r", format=DEMUXERS[name], metadata_errors="ignore")


def sound_of(file: av.container.InputContainer, finding: Finding | None = None) -> Iterator[Block]:
    """The samples of an open file; none of the blocks is empty. `finding` is told where there is nothing to decode."""
    if finding and not file.streams.audio:
        finding.is_empty = True
    stream = next(filter(_has_decoder, file.streams.audio), None)
    if stream is None:
        return
    stream.codec_context.thread_count = 1  # more would be for films
    has_packets = False
    for packet in file.demux(stream):
        has_packets = has_packets or packet.size > 0
        if finding and packet.size == 0 and not has_packets and stream.codec_context.sample_rate:
            finding.is_empty = True
        with suppress(av.FFmpegError):
            for frame in packet.decode():
                if block := block_of(frame):
                    yield block


def _has_decoder(stream: av.AudioStream) -> bool:
    """Whether FFmpeg knows what the stream is encoded with; PyAV's types do not tell that there may be no context."""
    context: av.AudioCodecContext | None = stream.codec_context
    return context is not None


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
    """The mean of the channels, in any of FFmpeg's sample formats, as 16 bit.

    Channels that are each other's inverse (a balanced line taken for stereo, a loose plug) would cancel out: where the
    mean has less than a tenth of the energy of the loudest channel, that one is taken.
    """
    if channels.dtype == np.int16 and len(channels) == 1:
        only: NDArray[np.int16] = channels[0]
        return only
    scaled = channels.astype(np.float64)
    match channels.dtype.kind, channels.dtype.itemsize:
        case "f", _:
            scaled = np.clip(np.nan_to_num(scaled), -_LOUDEST, _LOUDEST) * 32_768
        case "u", 1:
            scaled = (scaled - 128) * 256
        case "i", size:
            scaled /= 256.0 ** (size - 2)
    mixed: NDArray[np.float64] = scaled.mean(axis=0)
    if len(scaled) > 1:
        energies = np.einsum("ij,ij->i", scaled, scaled)
        if np.dot(mixed, mixed) < energies.max() * _CANCELLED:
            mixed = scaled[energies.argmax()]
    return np.clip(np.rint(mixed), -32_768, 32_767).astype(np.int16)


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
