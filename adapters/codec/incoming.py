"""Incoming sounds inside the codec's process for streams: samples of a sound whose bytes are still coming."""

from collections import deque
from collections.abc import Callable
from functools import partial

import numpy as np

from actors.ports.sound import Clip, Undecodable
from adapters.codec.decode import MOST_FILES, Block, Check, candidates
from adapters.codec.passing import id3_size, mp3_frame, mp3_info
from adapters.codec.sources import AacFrames, DemuxerThread, RawSamples, Source, TrimmedMp3, WholeFile
from protocol.audioformat import INPUT_RATE, OTHER, AudioFormat, headless, sniff
from protocol.joined import JOINED, Files

SNIFFED = 16
"""Bytes that tell whether it is a container of which there may be several."""
HEAD = 256
"""Bytes that tell what a sound is; in an mp3 also how long it is."""
KEEP = 1024 * 1024
KEEP_LATE = 32 * 1024 * 1024
"""Bytes that are kept while nothing of them decodes, so that at the end they can be tried as a whole file: more of an
MPEG-4 file, whose index may be at its end, and of a container that FFmpeg has to find out by much of it."""


class IncomingFile:
    """A file whose bytes are still coming.

    While nothing of it decodes, its bytes are kept, and at the end they are tried as a whole file: an MPEG-4 file may
    have its index at the end, and a name may be as false as a header.
    """

    def __init__(self, source: AudioFormat) -> None:
        self._source = source
        self._inner: Source | None = None
        self._kept = bytearray()
        self._keeps = True
        self._is_last = False
        self._name = ""

    def feed(self, data: bytes, *, last: bool) -> None:
        """See `Source.feed`."""
        self._is_last = last
        if self._keeps:
            self._kept += data
        if self._inner is not None:
            self._inner.feed(data, last=last)
        else:
            self._name = self._name or self._find_name(last=last)
            if self._name not in ("", OTHER):
                head = bytes(self._kept)
                self._inner = self._opened(self._name, head)
                self._inner.feed(head, last=last)
                self._keep(self._name != "pcm16")
        late = {"m4a", OTHER} & {self._source.name, self._name}
        self._keep(len(self._kept) <= (KEEP_LATE if late else KEEP))

    def _opened(self, name: str, head: bytes) -> Source:
        if name == "pcm16":
            return RawSamples(self._source.rate or INPUT_RATE)
        start = id3_size(head)
        if name == "aac":
            return AacFrames(start)
        frame = mp3_frame(head[start : start + 4]) if name == "mp3" else None
        info = mp3_info(head[start : start + frame.size], frame) if frame else None
        if frame and info and info.frames and info.end:
            return TrimmedMp3(DemuxerThread(name), info.frames * frame.samples - info.start - info.end, info.end)
        return DemuxerThread(name)

    def _keep(self, keeps: bool) -> None:
        if not keeps:
            self._keeps = False
            self._kept.clear()

    def _find_name(self, *, last: bool) -> str:
        """The name of its format, by the bytes that came; "" while that cannot be told."""
        need = id3_size(bytes(self._kept[:HEAD])) + HEAD
        if not last and len(self._kept) < min(need, KEEP):
            return ""
        head = bytes(self._kept)
        if not last and self._source.name in ("pcm16", "wav") and headless(self._source, head, is_whole=False).need:
            return ""
        names = candidates(Clip(head, self._source), is_whole=last)
        return names[0] if names else ""

    def take(self, check: Check) -> Block | None:
        """See `Source.take`."""
        block = self._inner.take(check) if self._inner else None
        if block is not None:
            self._keep(False)
        elif self._is_last and self._keeps:
            clip = Clip(bytes(self._kept), self._source)
            self._keep(False)
            if self._inner:
                self._inner.close()
            self._inner = WholeFile(clip)
            return self._inner.take(check)
        return block

    def close(self) -> None:
        """See `Source.close`."""
        self._keep(False)
        if self._inner:
            self._inner.close()


class InTurn:
    """Files one behind the other, each read when the one before is at its end; what does not decode is left out."""

    def __init__(self, name: str, opened: Callable[[], Source]) -> None:
        self._files = Files(name)
        self._opened = opened
        self._source = opened()
        self._waiting: deque[bytearray] = deque()
        self._is_last = False
        self._count = 1
        self._rate = 0
        """Of the last samples, 0 where there were none yet."""

    def feed(self, data: bytes, *, last: bool) -> None:
        """See `Source.feed`. Raises Undecodable for more files than are taken."""
        here, *others = self._files.take(data, last=last)
        self._is_last = last
        if self._waiting:
            self._waiting[-1] += here
        else:
            self._source.feed(here, last=last or bool(others))
        self._waiting += map(bytearray, others)
        self._count += len(others)
        if self._count > MOST_FILES:
            raise Undecodable(f"the audio consists of more than {MOST_FILES} files: send longer ones")

    def take(self, check: Check) -> Block | None:
        """See `Source.take`. Where another file begins, the block is empty, so that a call goes through few files."""
        try:
            block = self._source.take(check)
        except Undecodable:
            if not (self._waiting or self._rate):
                raise
            block = None
        if block is None and self._waiting:
            self._source.close()
            self._source = self._opened()
            self._source.feed(bytes(self._waiting.popleft()), last=bool(self._waiting) or self._is_last)
            return Block(self._rate or INPUT_RATE, np.empty(0, np.int16))
        self._rate = block.rate if block else self._rate
        return block

    def close(self) -> None:
        """See `Source.close`."""
        self._waiting.clear()
        self._source.close()


class IncomingSound:
    """A sound whose bytes are still coming: one file, or several one behind the other."""

    def __init__(self, source: AudioFormat) -> None:
        self._opened = partial(IncomingFile, source)
        self._head = bytearray()
        self._inner: Source | None = None

    def feed(self, data: bytes, *, last: bool) -> None:
        """See `Source.feed`."""
        if self._inner is None:
            self._head += data
            if len(self._head) < SNIFFED and not last:
                return
            data = bytes(self._head)
            name = sniff(data)
            self._inner = InTurn(name, self._opened) if name in JOINED else self._opened()
            self._head.clear()
        self._inner.feed(data, last=last)

    def take(self, check: Check) -> Block | None:
        """See `Source.take`."""
        return self._inner.take(check) if self._inner else None

    def close(self) -> None:
        """See `Source.close`."""
        if self._inner:
            self._inner.close()
