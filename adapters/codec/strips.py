"""The strips: they take the samples out of a sound in the server itself, where that needs no decoding."""

from typing import Protocol

from actors.ports.sound import NoSound, SoundTooLong, Target, Undecodable
from adapters.codec.pieces import SampleAligner
from adapters.codec.streams import RemoteStream, SoundStreams
from adapters.processes.frames import Opening
from protocol.audioformat import AudioFormat
from protocol.joined import Files
from protocol.wav import MAX_HEADER, WavReader


class SoundStrip(Protocol):
    """Takes out of the bytes that come what is passed on."""

    async def take(self, data: bytes, *, last: bool) -> bytes:
        """The bytes that are passed on. Raises Undecodable, EngineFailed.

        After cancelling only `leave` may be called.
        """

    def leave(self) -> None:
        """Abandon a sound that is not complete."""


class NoStrip:
    """Passes on everything."""

    async def take(self, data: bytes, *, last: bool) -> bytes:
        """See `SoundStrip.take`."""
        return data

    def leave(self) -> None:
        """See `SoundStrip.leave`."""


class WavStrip:
    """The samples of WAV files one behind the other, of which the first is plain.

    One of another shape is decoded in the process, to samples at the rate of the first.
    """

    def __init__(self, streams: SoundStreams, rate: int, seconds: float) -> None:
        self._streams = streams
        self._rate = rate
        self._target = Target(AudioFormat("pcm16", rate))
        self._opening = Opening(AudioFormat("wav"), (self._target,), seconds)
        self._files = Files("wav")
        self._begin()

    def _begin(self) -> None:
        """Another file begins."""
        self._reader = WavReader()
        self._aligner = SampleAligner()
        self._head = bytearray()
        self._is_settled = self._is_left_out = False
        self._remote: RemoteStream | None = None

    async def take(self, data: bytes, *, last: bool) -> bytes:
        """See `SoundStrip.take`."""
        here, *others = self._files.take(data, last=last)
        samples = [await self._go_on(here, last=last or bool(others))]
        for number, other in enumerate(others, 1):
            self._begin()
            samples.append(await self._go_on(other, last=last or number < len(others)))
        return b"".join(samples)

    async def _go_on(self, data: bytes, *, last: bool) -> bytes:
        """The samples of the current file; half a sample at its end is left out."""
        if self._is_left_out:
            return b""
        if self._remote:
            return await self._decoded(self._remote, data, last=last)
        samples = self._aligner.take(self._reader.take(data))
        if self._is_settled:
            return samples
        self._head += data
        reader, shape = self._reader, self._reader.shape
        if reader.has_samples and shape and shape.is_plain and shape.rate == self._rate:
            self._is_settled = True
            self._head.clear()
            return samples
        if not (reader.has_samples or reader.is_lost or last or len(self._head) >= MAX_HEADER):
            return b""
        self._remote = RemoteStream(self._streams, self._opening)
        return await self._decoded(self._remote, bytes(self._head), last=last)

    async def _decoded(self, remote: RemoteStream, data: bytes, *, last: bool) -> bytes:
        """The samples that the process decodes; a file that does not decode is left out, because others do.

        Raises SoundTooLong: without that file the sound would pass for a shorter one.
        """
        try:
            made = await remote.push(data, last=last)
        except SoundTooLong:
            raise
        except Undecodable:
            self._remote, self._is_left_out = None, True
            return b""
        return b"".join(sound.data for sound in made.get(self._target, ()))

    def leave(self) -> None:
        """See `SoundStrip.leave`."""
        if self._remote:
            self._remote.leave()


class SampleStrip:
    """Passes on the samples of raw sound or of plain WAVs, and counts that they are not too many."""

    def __init__(self, rate: int, seconds: float, wavs: WavStrip | None) -> None:
        self._wavs = wavs
        self._most = int(2 * rate * seconds)
        self._count = 0
        self._seconds = seconds

    async def take(self, data: bytes, *, last: bool) -> bytes:
        """See `SoundStrip.take`. Raises NoSound for a WAV without samples, and SoundTooLong."""
        samples = await self._wavs.take(data, last=last) if self._wavs else data
        self._count += len(samples)
        if self._count > self._most:
            raise SoundTooLong(f"the audio is longer than the {self._seconds:g} seconds that are taken at once")
        if last and self._wavs and self._count < 2:
            raise NoSound("it is a WAV without a single sample")
        return samples

    def leave(self) -> None:
        """See `SoundStrip.leave`."""
        if self._wavs:
            self._wavs.leave()
