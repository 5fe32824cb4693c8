"""Sources inside the codec's process for streams: the samples of one file, by its format."""

import threading
from collections import deque
from contextlib import suppress
from typing import Protocol

import av
import numpy as np

from actors.ports.sound import Clip
from adapters.codec.decode import DEMUXERS, Block, Check, block_of, blocks_of, sound_of
from adapters.codec.pieces import SampleAligner
from protocol.wav import WavCleaner

FULL = 64
"""Blocks that a reader may be ahead of those who want them."""
LOOK = 0.05
"""Seconds after which it is looked whether a call is to be left."""
LIVE = {"probesize": "32", "analyzeduration": "0"}
"""FFmpeg's options for beginning with the first packet: its own defaults wait for more than a second of sound."""


class SoundAbandoned(Exception):
    """The sound was closed while the thread decoded it."""


class Source(Protocol):
    """The port of a file's samples."""

    def feed(self, data: bytes, *, last: bool) -> None:
        """The next bytes came; `last`: there will be no more."""

    def take(self, check: Check) -> Block | None:
        """The next samples, None where there are none by now. Raises Undecodable."""

    def close(self) -> None:
        """Free everything."""


class RawSamples:
    """Samples as they are."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._aligner = SampleAligner()
        self._samples = bytearray()

    def feed(self, data: bytes, *, last: bool) -> None:
        """See `Source.feed`. Half a sample at the end is left out."""
        self._samples += self._aligner.take(data)

    def take(self, check: Check) -> Block | None:
        """See `Source.take`. A block is a second at most."""
        samples = bytes(self._samples[: 2 * self._rate])
        del self._samples[: len(samples)]
        return Block(self._rate, np.frombuffer(samples, np.dtype("<i2"))) if samples else None

    def close(self) -> None:
        """See `Source.close`."""


class WholeFile:
    """A file that is all there."""

    def __init__(self, clip: Clip) -> None:
        self._blocks = blocks_of(clip)

    def feed(self, data: bytes, *, last: bool) -> None:
        """See `Source.feed`. The file is complete, so no bytes come."""

    def take(self, check: Check) -> Block | None:
        """See `Source.take`."""
        return next(self._blocks, None)

    def close(self) -> None:
        """See `Source.close`."""


class AacFrames:
    """AAC frames, each with a header of its own (ADTS); FFmpeg's demuxer for them gives up at damage in a stream."""

    def __init__(self, tag: int) -> None:
        context = av.CodecContext.create("aac", "r")
        assert isinstance(context, av.AudioCodecContext)
        context.thread_count = 1
        self._tag = tag
        self._context = context
        self._packets: deque[av.Packet[av.AudioStream]] = deque()
        self._blocks: deque[Block] = deque()

    def feed(self, data: bytes, *, last: bool) -> None:
        """See `Source.feed`. The tag before the first frame is left out."""
        data, self._tag = data[self._tag :], max(0, self._tag - len(data))
        with suppress(av.FFmpegError):
            self._packets += self._context.parse(data) if data else ()
            if last:
                self._packets += self._context.parse(None)

    def take(self, check: Check) -> Block | None:
        """See `Source.take`."""
        while self._packets and not self._blocks:
            with suppress(av.FFmpegError):
                blocks = map(block_of, self._context.decode(self._packets.popleft()))
                self._blocks += filter(None, blocks)
        return self._blocks.popleft() if self._blocks else None

    def close(self) -> None:
        """See `Source.close`."""


class DemuxerThread:
    """FFmpeg on a thread of its own, which waits in `read` for bytes that have not come.

    `_moved` guards all of it. The thread ends when the sound does, when nothing of it can be read, or in `read` after
    `close`.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._cleaner = WavCleaner() if name == "wav" else None
        self._moved = threading.Condition()
        self._bytes = bytearray()
        self._blocks: deque[Block] = deque()
        self._is_last = False
        self._is_starved = False
        self._is_done = False
        self._is_closed = False
        threading.Thread(target=self._run, name=f"{name} in", daemon=True).start()

    def feed(self, data: bytes, *, last: bool) -> None:
        """See `Source.feed`."""
        data = self._cleaner.take(data) if self._cleaner else data
        with self._moved:
            if not self._is_done:
                self._bytes += data
            self._is_last = last
            self._is_starved = False
            self._moved.notify_all()

    def take(self, check: Check) -> Block | None:
        """See `Source.take`.

        If no block is ready, it waits until the thread needs more bytes, is done, or is FULL blocks ahead.
        """
        with self._moved:
            if not self._blocks:
                self._moved.notify_all()
                while not (self._is_starved or self._is_done or len(self._blocks) >= FULL):
                    if not self._moved.wait(LOOK):
                        check()
            return self._blocks.popleft() if self._blocks else None

    def close(self) -> None:
        """See `Source.close`. It does not wait for the thread."""
        with self._moved:
            self._is_closed = True
            self._bytes.clear()
            self._blocks.clear()
            self._moved.notify_all()

    # ---- on the thread

    def _run(self) -> None:
        try:
            with suppress(av.FFmpegError, SoundAbandoned):
                self._demux()
        finally:
            with self._moved:
                self._is_done = True
                self._bytes.clear()
                self._moved.notify_all()

    def _demux(self) -> None:
        with av.open(self, "r", format=DEMUXERS[self._name], metadata_errors="ignore", options=LIVE) as file:
            for block in sound_of(file):
                self._give(block)

    def _give(self, block: Block) -> None:
        with self._moved:
            while len(self._blocks) >= FULL and not self._is_closed:
                self._moved.wait()
            if self._is_closed:
                raise SoundAbandoned
            self._blocks.append(block)
            if len(self._blocks) == FULL:
                self._moved.notify_all()

    def read(self, size: int) -> bytes:
        """Called by PyAV for the next bytes; b"" at the end, as often as it asks."""
        with self._moved:
            while not (self._bytes or self._is_last or self._is_closed):
                self._is_starved = True
                self._moved.notify_all()
                self._moved.wait()
            data = bytes(self._bytes[:size])
            del self._bytes[:size]
            return data


class TrimmedMp3:
    """An mp3 without the samples that its header tells to leave out at the end, which FFmpeg does for files alone.

    They are held until it is certain that nothing follows: a header may be false, and files may be joined.
    """

    def __init__(self, inner: Source, length: int, padding: int) -> None:
        self._inner = inner
        self._left = length
        self._padding = padding
        self._held: list[Block] = []

    def feed(self, data: bytes, *, last: bool) -> None:
        """See `Source.feed`."""
        self._inner.feed(data, last=last)

    def take(self, check: Check) -> Block | None:
        """See `Source.take`."""
        while self._padding >= 0:
            block = self._inner.take(check)
            if block is None:
                return None
            kept, over = block.samples[: self._left], block.samples[self._left :]
            self._left -= len(kept)
            self._padding -= len(over)
            if len(over):
                self._held.append(Block(block.rate, over))
            if len(kept):
                return Block(block.rate, kept)
        return self._held.pop(0) if self._held else self._inner.take(check)

    def close(self) -> None:
        """See `Source.close`."""
        self._held.clear()
        self._inner.close()
