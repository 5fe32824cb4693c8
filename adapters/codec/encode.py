"""Encoding inside the codec's process for streams: mp3 and Ogg Opus in pieces, from an encoder that never restarts.

A piece that is a file of its own begins with frames of the piece before it, which a decoder needs to get going, and
says how much of what they decode to is to be left out. So the pieces, played one after the other, are one sound.
"""

import os
import struct
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from fractions import Fraction

import av
import msgspec
import numpy as np

from actors.ports.calls import EngineFailed
from actors.ports.sound import Sound, Target
from adapters.codec.pieces import SampleWriter, WavWriter, Writer, split, too_small
from protocol.audioformat import OUTPUT_RATE


class EncoderOptions(msgspec.Struct, frozen=True):
    """FFmpeg's options for an encoder: `muxer` is for whole files, `bits` a second, `effort` FFmpeg's
    `compression_level`."""

    muxer: str
    encoder: str
    bits: int
    layout: str
    effort: int


ENCODERS = {
    "mp3": EncoderOptions("mp3", "libmp3lame", 64_000, "s16p", 7),
    "opus": EncoderOptions("ogg", "libopus", 32_000, "s16", 1),
}
"""The bits that 24 kHz mono speech has use for. The effort is the least that is not heard: docs/decisions/0011."""

MP3_FRAME, MP3_BYTES = 576, 192
"""Samples and bytes of a frame of MPEG-2 layer III at 24 kHz and 64 kbit/s."""
MP3_DELAY, DECODER_DELAY = 1_105, 529
"""Samples by which what comes out of encoder and decoder is late, and the part of a decoder in that."""
MP3_LEAD = 2
"""Frames until a decoder that begins in the middle is right."""

OPUS_PACKET, OPUS_DELAY = 480, 156
"""Samples of a packet (20 ms), and by how many the encoder is late, both at 24 kHz."""
OPUS_LEAD = 4
"""Packets until a decoder that begins in the middle is right: 80 ms. Source: RFC 7845, section 4.6."""
PAGE_PACKETS = 40
"""Packets of a page, at most; each takes up to six of its 255 segments."""
_WIDER = 2
"""Positions in Ogg Opus are at 48 kHz."""
PAGE = struct.Struct("<4sBBqIIIB")
_BEGIN, _END = 2, 4
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class FrameEncoder:
    """One of FFmpeg's encoders, fed with mono s16le at OUTPUT_RATE. Raises av.FFmpegError."""

    def __init__(self, name: str, **options: str) -> None:
        settings = ENCODERS[name]
        context = av.CodecContext.create(settings.encoder, "w")
        assert isinstance(context, av.AudioCodecContext)
        context.sample_rate, context.layout, context.format = OUTPUT_RATE, "mono", settings.layout
        context.thread_count = 1
        context.bit_rate, context.time_base = settings.bits, Fraction(1, OUTPUT_RATE)
        context.options = {"compression_level": str(settings.effort)} | options
        self._context = context
        self._layout = settings.layout
        self.samples = 0

    def push(self, data: bytes) -> list[bytes]:
        """The frames that are whole by now."""
        if not data:
            return []
        samples = np.frombuffer(data, np.dtype("<i2")).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format=self._layout, layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = OUTPUT_RATE, self.samples, Fraction(1, OUTPUT_RATE)
        self.samples += samples.shape[1]
        with one_processor() if frame.pts == 0 else nullcontext():
            return [bytes(packet) for packet in self._context.encode(frame)]

    def finish(self) -> list[bytes]:
        """The rest; none where there was no sound at all."""
        return [bytes(packet) for packet in self._context.encode(None)] if self.samples else []


@contextmanager
def one_processor() -> Iterator[None]:
    """Have FFmpeg see one processor for a moment; else it starts up to 16 threads for every encoder, to cut frames."""
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class FrameTimeline(msgspec.Struct, frozen=True):
    """The place of the sound's samples among frames of `frame` samples that come `delay` late."""

    frame: int
    delay: int

    def real(self, frames: int) -> int:
        """The samples of the sound that the first `frames` decode to."""
        return max(0, frames * self.frame - self.delay)

    def frames(self, samples: int) -> int:
        """The number of frames that it takes to decode to all of `samples`."""
        return -(-(samples + self.delay) // self.frame)


class CodedWriter:
    """The common part of the writers of mp3 and Ogg Opus; `_wrap` is what differs."""

    def __init__(self, target: Target, encoder: FrameEncoder, line: FrameTimeline, lead: int, overhead: int) -> None:
        self._target = target
        self._encoder = encoder
        self._line = line
        self._room = target.most - overhead
        self._most_lead = lead
        self._lead: list[bytes] = []
        self._waiting: list[bytes] = []
        self._count = 0
        """Frames that have been handed on."""

    def push(self, data: bytes) -> tuple[Sound, ...]:
        """The frames that are whole by now. Raises EngineFailed."""
        return self._coded(data, last=False)

    def finish(self) -> tuple[Sound, ...]:
        """The last frames; the last piece says where in them the sound ends. Raises EngineFailed."""
        return self._coded(b"", last=True)

    def _coded(self, data: bytes, *, last: bool) -> tuple[Sound, ...]:
        try:
            self._waiting += self._encoder.finish() if last else self._encoder.push(data)
        except av.FFmpegError as error:
            raise EngineFailed(f"{self._target.format} could not be encoded: {error}") from error
        if last:
            del self._waiting[max(0, self._line.frames(self._encoder.samples) - self._count) :]
        if self._target.pieces == "joined":
            return self._joined(last=last)
        return tuple(self._whole(last=last))

    def _joined(self, *, last: bool) -> tuple[Sound, ...]:
        if not self._waiting:
            return ()
        before = self._real(0, last=last)
        frames, self._waiting = self._waiting, []
        data = self._wrap((), frames, self._count, last=last)
        self._count += len(frames)
        return split(data, (self._real(0, last=last) - before) / OUTPUT_RATE, self._target.most)

    def _whole(self, *, last: bool) -> Iterator[Sound]:
        while self._waiting and self._real(len(self._waiting), last=last) > self._real(0, last=last):
            size = self._fitting()
            frames, self._waiting = self._waiting[:size], self._waiting[size:]
            seconds = (self._real(size, last=last) - self._real(0, last=last)) / OUTPUT_RATE
            yield Sound(self._wrap(self._lead, frames, self._count, last=last and not self._waiting), seconds)
            self._count += size
            self._lead = (self._lead + frames)[-self._most_lead :]

    def _fitting(self) -> int:
        """The number of waiting frames that fit into a piece. Raises EngineFailed where none does."""
        if not self._target.most:
            return len(self._waiting)
        left = self._room - sum(map(self._bytes, self._lead))
        for number, frame in enumerate(self._waiting):
            left -= self._bytes(frame)
            if left < 0:
                if not self._line.real(self._count + number) > self._line.real(self._count):
                    raise too_small(self._target, self._target.most - left)
                return number
        return len(self._waiting)

    def _real(self, more: int, *, last: bool) -> int:
        """The samples of the sound in all that has been handed on, and `more` frames."""
        real = self._line.real(self._count + more)
        return min(real, self._encoder.samples) if last else real

    def _bytes(self, frame: bytes) -> int:
        return len(frame)

    def _wrap(self, lead: Sequence[bytes], frames: Sequence[bytes], count: int, *, last: bool) -> bytes:
        """A piece of `frames`, with `count` before them of which `lead` come along to be left out."""
        raise NotImplementedError


class Mp3Writer(CodedWriter):
    """mp3, 24 kHz mono: frames that need none of those before them (no bit reservoir)."""

    def __init__(self, target: Target) -> None:
        encoder = FrameEncoder("mp3", reservoir="0")
        super().__init__(target, encoder, FrameTimeline(MP3_FRAME, MP3_DELAY), MP3_LEAD, MP3_BYTES)

    def _wrap(self, lead: Sequence[bytes], frames: Sequence[bytes], count: int, *, last: bool) -> bytes:
        if self._target.pieces == "joined":
            # The very first frame is silence, which no decoder needs where enough others follow.
            is_short = last and len(frames) <= MP3_LEAD
            return b"".join(frames if count or is_short else frames[1:])
        left_out = len(lead) * MP3_FRAME if count else MP3_DELAY
        padding = self._line.real(count + len(frames)) - self._encoder.samples if last else 0
        body = b"".join((*lead, *frames))
        return info_frame(frames[0], len(lead) + len(frames), len(body), left_out, max(padding, 0)) + body


def info_frame(like: bytes, frames: int, size: int, left_out: int, padding: int) -> bytes:
    """A frame without sound that says what follows, and how many samples of it to leave out at both ends.

    `like`: a frame of the stream; `frames` and `size` bytes follow. Players that do not know such frames play silence.
    Source: Mp3 Info Tag rev. 1 (LAME).
    """
    delays = (left_out - DECODER_DELAY) << 12 | (padding + DECODER_DELAY)
    lame = b"LAME3.100" + bytes(12) + delays.to_bytes(3, "big")
    tag = b"Info" + struct.pack(">III", 3, frames, MP3_BYTES + size) + lame
    return (like[:4] + bytes(9) + tag).ljust(MP3_BYTES, b"\0")


class OpusWriter(CodedWriter):
    """Ogg Opus, mono. Sources: RFC 3533, section 6, and RFC 7845."""

    def __init__(self, target: Target) -> None:
        self._page = 0
        # Where decoders begin in the middle, packets are to depend less on those before them.
        encoder = FrameEncoder("opus", packet_loss="10") if target.pieces == "whole" else FrameEncoder("opus")
        overhead = len(_heads(0)) + PAGE.size + 1
        super().__init__(target, encoder, FrameTimeline(OPUS_PACKET, OPUS_DELAY), OPUS_LEAD, overhead)

    def _bytes(self, frame: bytes) -> int:
        """With its segments, and its share of the headers of pages."""
        return len(frame) + len(frame) // 255 + 2

    def _wrap(self, lead: Sequence[bytes], frames: Sequence[bytes], count: int, *, last: bool) -> bytes:
        whole = self._target.pieces == "whole"
        begins = whole or count == 0
        if begins:
            self._page = 2
        packets = (*lead, *frames)
        left_out = len(lead) * OPUS_PACKET if count else OPUS_DELAY
        position = 0 if whole else count * OPUS_PACKET
        end = position + len(packets) * OPUS_PACKET
        if last:
            end -= max(0, self._line.real(count + len(frames)) - self._encoder.samples)
        return (_heads(left_out) if begins else b"") + self._pages(packets, position, end, last=whole or last)

    def _pages(self, packets: Sequence[bytes], position: int, end: int, *, last: bool) -> bytes:
        pages = []
        for start in range(0, len(packets), PAGE_PACKETS):
            some = packets[start : start + PAGE_PACKETS]
            ends = start + len(some) == len(packets)
            position = end if ends else position + len(some) * OPUS_PACKET
            pages.append(ogg_page(some, position * _WIDER, self._page, _END if last and ends else 0))
            self._page += 1
        return b"".join(pages)


def _heads(left_out: int) -> bytes:
    """The two pages that begin a file of which the first samples, at 24 kHz, are to be left out."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, left_out * _WIDER, OUTPUT_RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I8sI", 8, b"vivavoce", 0)
    return ogg_page([head], 0, 0, _BEGIN) + ogg_page([tags], 0, 1, 0)


def ogg_page(packets: Sequence[bytes], position: int, number: int, flags: int) -> bytes:
    """A page of whole packets; `position`: samples at 48 kHz up to its end. Source: RFC 3533, section 6."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    head = PAGE.pack(b"OggS", 0, flags, position, 1, number, 0, len(lacing))
    page = head + lacing + b"".join(packets)
    return page[:22] + _checksum(page).to_bytes(4, "little") + page[26:]


def _checksum(page: bytes) -> int:
    """CRC-32 with the bits the other way round than zlib's, and without its inversions."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def encoder_of(target: Target) -> Writer:
    """The writer that makes `target` out of samples at its rate. Raises EngineFailed."""
    match target.format.name:
        case "mp3":
            return Mp3Writer(target)
        case "opus":
            return OpusWriter(target)
        case "wav":
            return WavWriter(target)
        case "pcm16":
            return SampleWriter(target)
        case name:
            raise EngineFailed(f"{name} is no format that can be written")
