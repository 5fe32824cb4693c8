"""Live sounds as the server sees them, whose bytes are still coming: cheap work is done here, the rest in a process."""

from collections.abc import Mapping

import trio

from actors.ports.calls import EngineFailed
from actors.ports.sound import Sound, Target
from adapters.codec.passing import PassingWriter, passing
from adapters.codec.pieces import Writer, sample_writer, takes_samples
from adapters.codec.streams import Made, RemoteStream, SoundStreams
from adapters.codec.strips import NoStrip, SampleStrip, SoundStrip, WavStrip
from adapters.processes.frames import Opening
from protocol.audioformat import INPUT_RATE, MAX_RATE, MIN_RATE, AudioFormat, headless, sniff
from protocol.wav import MAX_HEADER, WavReader

HEAD = 40
"""Bytes that are awaited before it is settled what a sound is."""
STEP = 4_096
"""Bytes of a file that is handed on that are walked in one go."""


class Route:
    """The route of a sound, chosen once its format is known.

    `writers` make their targets here, `remote` makes the others; `failed` are those that cannot be made, and why.
    """

    def __init__(
        self, strip: SoundStrip, writers: dict[Target, Writer], failed: dict[Target, str], remote: RemoteStream | None
    ) -> None:
        self._strip = strip
        self._writers = writers
        self._failed = failed
        self._remote = remote

    @property
    def failures(self) -> Mapping[Target, str]:
        """The targets that could not be made, and why."""
        return {**self._failed, **self._remote.failures} if self._remote else self._failed

    async def push(self, data: bytes, *, last: bool) -> Made:
        """The pieces that can be made by now. Raises Undecodable, EngineFailed.

        After cancelling, only `leave` may be called.
        """
        data = await self._strip.take(data, last=last)
        made: Made = {}
        for target, writer in self._writers.items():
            pushed = await passed(writer, data) if isinstance(writer, PassingWriter) else writer.push(data)
            made[target] = pushed + (writer.finish() if last else ())
        if self._remote and (data or last):
            made |= await self._remote.push(data, last=last)
        else:
            await trio.lowlevel.checkpoint()
        return made

    def leave(self) -> None:
        """Abandon the sound if it is not complete."""
        self._strip.leave()
        if self._remote:
            self._remote.leave()


class LiveEncoder:
    """The conversion of one sound, whose bytes are still coming, into several formats; satisfies the port
    `SoundEncoder`."""

    def __init__(self, streams: SoundStreams, opening: Opening) -> None:
        self._streams = streams
        self._opening = opening
        self._head = bytearray()
        self._probe: WavReader | None = None
        self._route: Route | None = None
        self._is_over = False

    @property
    def failures(self) -> Mapping[Target, str]:
        """The targets that could not be made, and why."""
        return self._route.failures if self._route else {}

    async def push(self, data: bytes) -> Made:
        """The pieces that can be made by now.

        Raises Undecodable and EngineFailed. After an error, or after cancelling, the sound cannot be continued.
        """
        return await self._go_on(data, last=False)

    async def finish(self) -> Made:
        """The last pieces. Errors and cancelling are those of `push`."""
        return await self._go_on(b"", last=True)

    async def _go_on(self, data: bytes, *, last: bool) -> Made:
        if self._is_over:
            raise EngineFailed("this sound has come to its end or was broken off: open another")
        self._is_over = True
        if self._route is None:
            self._head += data
            self._route = self._settle(data, last=last)
        if self._route is None:
            await trio.lowlevel.checkpoint()
            made: Made = dict.fromkeys(self._opening.targets, ())
        else:
            made = await self._route.push(bytes(self._head) if self._head else data, last=last)
            self._head.clear()
        self._is_over = last
        return made

    def leave(self) -> None:
        """Abandon the sound if it is not complete; does not wait."""
        self._is_over = True
        if self._route:
            self._route.leave()

    def _settle(self, data: bytes, *, last: bool) -> Route | None:
        """The route for the sound; None while too little has come to choose one. `data` is the end of the head."""
        if len(self._head) < HEAD and not last:
            return None
        head, source = bytes(self._head[:HEAD]), self._opening.source
        found = sniff(head)
        if found == "wav":
            return self._settle_wav(data, last=last)
        if found is None and source.name in ("pcm16", "wav"):
            known = headless(source, bytes(self._head), is_whole=last)
            if known.need:
                return None
            if not known.format:
                return self._settle_samples(source.rate or INPUT_RATE, is_wav=False)
            source = AudioFormat(known.format)
        writers = {target: passing(target, head) for target in self._opening.targets if target.format == source}
        return self._route_of(source, NoStrip(), {target: writer for target, writer in writers.items() if writer})

    def _settle_wav(self, data: bytes, *, last: bool) -> Route | None:
        """A plain WAV becomes its samples; any other, and one whose header is long, goes to the process as it is."""
        if self._probe is None:
            self._probe, data = WavReader(), bytes(self._head)
        probe = self._probe
        probe.take(data)
        if not (probe.has_samples or probe.is_lost or last) and len(self._head) < MAX_HEADER:
            return None
        shape = probe.shape
        if probe.has_samples and shape and shape.is_plain and MIN_RATE <= shape.rate <= MAX_RATE:
            return self._settle_samples(shape.rate, is_wav=True)
        return self._route_of(self._opening.source, NoStrip(), {})

    def _settle_samples(self, rate: int, *, is_wav: bool) -> Route:
        writers: dict[Target, Writer] = {}
        failed: dict[Target, str] = {}
        for target in self._opening.targets:
            try:
                if takes_samples(target, rate):
                    writers[target] = sample_writer(target)
            except EngineFailed as error:
                failed[target] = str(error)
        seconds = self._opening.seconds
        strip = SampleStrip(rate, seconds, WavStrip(self._streams, rate, seconds) if is_wav else None)
        return self._route_of(AudioFormat("pcm16", rate), strip, writers, failed)

    def _route_of(
        self,
        source: AudioFormat,
        strip: SoundStrip,
        writers: dict[Target, Writer],
        failed: dict[Target, str] | None = None,
    ) -> Route:
        failed = failed or {}
        rest = tuple(target for target in self._opening.targets if target not in writers and target not in failed)
        opening = Opening(source, rest, self._opening.seconds)
        return Route(strip, writers, failed, RemoteStream(self._streams, opening) if rest else None)


async def passed(writer: PassingWriter, data: bytes) -> tuple[Sound, ...]:
    """Like `writer.push`, with checkpoints in between: a provider may send frames of 24 bytes.

    After cancelling, `writer` cannot be used.
    """
    parts: list[bytes] = []
    seconds = 0.0
    for start in range(0, len(data), STEP):
        part, lasts = writer.walk(data[start : start + STEP])
        parts.append(part)
        seconds += lasts
        await trio.lowlevel.checkpoint()
    return writer.cut(b"".join(parts), seconds)
