"""The sound of an utterance as engines read it: complete, still growing, or decoded on its way."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

import trio

from actors.ports.recognition import Audio
from actors.ports.sound import Codec, SoundDecoder, SoundTooLong
from protocol.audioformat import AudioFormat

DECODE_EVERY = 0.25
"""Seconds of what a person says that are decoded in one call of the codec, which costs the server as much whatever its
size: of ten chunks a second each by itself, the calls cost more than the decoding."""
_JOINED = 65_536
"""Bytes after which a batch ends, so that a long utterance that is read again is not joined in one go."""


class Complete:
    """The Audio port over bytes that are all there."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self._data)

    @asynccontextmanager
    async def open(self, batch: float = 0.0) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read it, in one piece. Cancelling loses nothing: it may be opened again."""
        async with aclosing(self._pieces()) as pieces:
            yield pieces

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        await trio.lowlevel.checkpoint()
        if self._data:
            yield self._data


class Growing:
    """The Audio port over an utterance that is still being spoken; `extend` and `complete` never wait."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._completed = trio.Event()
        self._read_out = False
        self._grown = trio.Event()
        self.on_complete: Callable[[], None] = _ignore
        """Called when the last chunk has come."""

    @property
    def is_complete(self) -> bool:
        """Whether the last chunk has come."""
        return self._completed.is_set()

    @property
    def is_read_out(self) -> bool:
        """Whether a reader has read it to its end."""
        return self._read_out

    def extend(self, chunk: bytes) -> None:
        """A chunk came."""
        self._chunks.append(chunk)
        self._wake()

    def complete(self) -> None:
        """The last chunk has come."""
        self._completed.set()
        self.on_complete()
        self._wake()

    def _wake(self) -> None:
        self._grown.set()
        self._grown = trio.Event()

    @asynccontextmanager
    async def open(self, batch: float = 0.0) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read it from the beginning, one chunk as one piece; with `batch`, what comes within so many seconds as one.

        Cancelling loses nothing: it may be opened again.
        """
        async with aclosing(self._pieces(batch)) as pieces:
            yield pieces

    async def _pieces(self, batch: float) -> AsyncGenerator[bytes, None]:
        read = 0
        while True:
            if batch and read < len(self._chunks):
                with trio.move_on_after(batch):
                    await self._completed.wait()
            while read < len(self._chunks):
                piece = self._chunks[read]
                read += 1
                if batch:
                    piece, read = self._batched(piece, read)
                await trio.lowlevel.checkpoint()
                yield piece
            if self._completed.is_set():
                self._read_out = True
                return
            await self._grown.wait()

    def _batched(self, first: bytes, read: int) -> tuple[bytes, int]:
        """A chunk joined with those behind it, and how many are read by then."""
        joined = [first]
        size = len(first)
        while read < len(self._chunks) and size < _JOINED:
            joined.append(self._chunks[read])
            size += len(self._chunks[read])
            read += 1
        return b"".join(joined), read


class DecodedAudio:
    """The Audio port over another audio, as samples: mono s16le at `rate` Hz."""

    def __init__(self, audio: Audio, source: AudioFormat, codec: Codec, rate: int) -> None:
        self._audio = audio
        self._source = source
        self._codec = codec
        self._rate = rate

    @asynccontextmanager
    async def open(self, batch: float = 0.0) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read it, decoded as it comes, in batches of DECODE_EVERY seconds at least.

        Reading raises Undecodable and EngineFailed. Cancelling abandons the decoding; it may be opened again.
        """
        async with (
            self._audio.open(max(batch, DECODE_EVERY)) as pieces,
            self._codec.decoding(self._source, self._rate) as decoding,
            aclosing(_decoded(pieces, decoding)) as samples,
        ):
            yield samples


class BoundedAudio:
    """The Audio port over samples, of which there may be `seconds` at most: mono s16le at `rate` Hz."""

    def __init__(self, audio: Audio, rate: int, seconds: float) -> None:
        self._audio = audio
        self._most = bytes_of(rate, seconds)
        self._seconds = seconds

    @asynccontextmanager
    async def open(self, batch: float = 0.0) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read it. Reading raises SoundTooLong, and what reading `audio` raises. Cancelling as of `audio`."""
        async with self._audio.open(batch) as pieces, aclosing(self._counted(pieces)) as counted:
            yield counted

    async def _counted(self, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        size = 0
        async for piece in pieces:
            size += len(piece)
            check_length(size, self._most, self._seconds)
            yield piece


def bytes_of(rate: int, seconds: float) -> float:
    """The bytes of so many seconds: mono s16le at `rate` Hz. A float, because `seconds` may be endless."""
    return 2 * rate * seconds


def check_length(size: int, most: float, seconds: float) -> None:
    """Raise SoundTooLong where `size` bytes are more than the `most`, which are so many seconds."""
    if size > most:
        raise SoundTooLong(f"the utterance is longer than {seconds:g} seconds; commit, and speak shorter ones")


async def _decoded(pieces: AsyncIterator[bytes], decoding: SoundDecoder) -> AsyncGenerator[bytes, None]:
    async for piece in pieces:
        if samples := await decoding.push(piece):
            yield samples
    if samples := await decoding.finish():
        yield samples


def _ignore() -> None:
    """Ignore the end."""


async def whole(audio: Audio) -> bytes:
    """All bytes, once the last one has come. Raises what reading raises. Cancelling loses nothing."""
    async with audio.open() as pieces:
        return b"".join([piece async for piece in pieces])
