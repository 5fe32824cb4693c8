"""Sounds whose bytes are still coming, as the server sees them: what is cheap is done here, the rest in a process."""

import itertools
from collections.abc import Mapping
from typing import Protocol

import trio

from actors.ports import EngineFailed, Sound, Target, Undecodable
from adapters.codec.heads import WavReader
from adapters.codec.passing import passing
from adapters.codec.pieces import Writer, sample_writer, takes_samples
from adapters.processes.frames import Drop, Opening, Push, Pushed
from adapters.processes.process import Plan
from adapters.processes.worker import Workers, nothing
from protocol.audioformat import INPUT_RATE, MAX_RATE, MIN_RATE, AudioFormat, sniff

HEAD = 40
"""Bytes that are awaited before it is settled what a sound is."""
MAX_HEADER = 65_536
"""Bytes that are awaited for the header of a WAV."""
SLICE = 65_536
"""Bytes that go to the process at once, so that others get their turn."""
AGAIN = 1.0
"""Seconds until a process is told again what it may forget."""

Made = dict[Target, tuple[Sound, ...]]


class Streams:
    """The process that has the sounds which are still coming, and how many it has.

    `most`: sounds that may be open in it at once; another is refused.
    """

    def __init__(self, plan: Plan, most: int) -> None:
        self._workers = Workers(plan)
        self._title = plan.title
        self._numbers = itertools.count()
        self._most = most
        self._open = 0
        # Bounded by `most`: a stream is in it once, so letting go never waits.
        self._let_go, self._left = trio.open_memory_channel[int](most)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""
        return self._workers.pids

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the process until cancelled; raises EngineFailed, in a group, where it does not come up."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self._workers.run)
            nursery.start_soon(self._forget)
            task_status.started()

    def take(self) -> int:
        """A number for a sound that is to go to the process. Raises EngineFailed where it has too many."""
        if self._open >= self._most:
            raise EngineFailed(f"{self._title} is busy with {self._open} sounds, as many as it takes: try again later")
        self._open += 1
        return next(self._numbers)

    def ended(self) -> None:
        """The process has let go of a sound by itself."""
        self._open -= 1

    def drop(self, number: int) -> None:
        """Have the process forget a sound; does not wait."""
        self._let_go.send_nowait(number)

    async def push(self, push: Push) -> Pushed:
        """Have bytes dealt with. Raises Undecodable, EngineFailed; cancelling abandons the sound."""
        match await self._workers.call(push, nothing):
            case Pushed() as pushed:
                return pushed
            case other:
                raise EngineFailed(f"{self._title} answered {type(other).__name__}")

    async def _forget(self) -> None:
        """Tell the process what has been dropped, until it has heard; one that is new has nothing to forget."""
        async for number in self._left:
            told = False
            while not told:
                try:
                    await self._workers.call(Drop((number,)), nothing)
                    told = True
                except EngineFailed:
                    await trio.sleep(AGAIN)
            self._open -= 1


class Remote:
    """One sound in the process."""

    def __init__(self, streams: Streams, opening: Opening) -> None:
        self._streams = streams
        self._opening: Opening | None = opening
        self._targets = opening.targets
        self._number: int | None = None
        self.failures: dict[Target, str] = {}

    async def push(self, data: bytes, *, last: bool) -> Made:
        """Have these bytes dealt with, slice by slice."""
        if self._number is None:
            self._number = self._streams.take()
        made: dict[Target, list[Sound]] = {target: [] for target in self._targets}
        for start in range(0, len(data) or 1, SLICE):
            end = start + SLICE
            push = Push(self._number, data[start:end], last and end >= len(data), self._opening)
            self._opening = None
            pushed = await self._pushed(push)
            self._note(made, pushed)
            while pushed.more:
                pushed = await self._pushed(Push(push.stream, b""))
                self._note(made, pushed)
        if last:
            self._end()
        return {target: tuple(sounds) for target, sounds in made.items() if target not in self.failures}

    async def _pushed(self, push: Push) -> Pushed:
        try:
            return await self._streams.push(push)
        except Undecodable:
            self._end()
            raise

    def _end(self) -> None:
        """The process has let go of it: at its end, and where it does not decode."""
        self._number = None
        self._streams.ended()

    def _note(self, made: dict[Target, list[Sound]], pushed: Pushed) -> None:
        for target, sounds, failure in zip(self._targets, pushed.sounds, pushed.failures, strict=True):
            made[target] += sounds
            if failure:
                self.failures[target] = failure

    def leave(self) -> None:
        """Give up what has not come to its end; does not wait."""
        if self._number is not None:
            self._streams.drop(self._number)
            self._number = None


class Strip(Protocol):
    """Takes what is passed on out of the bytes that come."""

    def take(self, data: bytes, *, last: bool) -> bytes:
        """What is passed on. Raises Undecodable."""


class Untouched:
    """Passes on everything."""

    def take(self, data: bytes, *, last: bool) -> bytes:
        """As `Strip`."""
        return data


class Samples:
    """Passes on the samples of raw sound or of a plain WAV, and counts that they are not too many."""

    def __init__(self, rate: int, seconds: float, wav: WavReader | None) -> None:
        self._wav = wav
        self._most = int(2 * rate * seconds)
        self._count = 0
        self._seconds = seconds

    def take(self, data: bytes, *, last: bool) -> bytes:
        """As `Strip`; a WAV without a single sample is refused, as where it is decoded whole."""
        samples = self._wav.take(data) if self._wav else data
        self._count += len(samples)
        if self._count > self._most:
            raise Undecodable(f"the audio is longer than the {self._seconds:g} seconds that are taken at once")
        if last and self._wav and self._count < 2:
            raise Undecodable("the audio is a WAV without samples")
        return samples


class Way:
    """How a sound is dealt with, once it is known what it is.

    `writers` make their targets here, `remote` makes the others; `failed` are those that cannot be made, and why.
    """

    def __init__(
        self, strip: Strip, writers: dict[Target, Writer], failed: dict[Target, str], remote: Remote | None
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
        """The pieces that can be made by now."""
        data = self._strip.take(data, last=last)
        made: Made = {}
        for target, writer in self._writers.items():
            made[target] = writer.push(data) + (writer.finish() if last else ())
        if self._remote and (data or last):
            made |= await self._remote.push(data, last=last)
        else:
            await trio.lowlevel.checkpoint()
        return made

    def leave(self) -> None:
        """Give up what has not come to its end."""
        if self._remote:
            self._remote.leave()


class Live:
    """One sound whose bytes are still coming, into several formats; satisfies `actors.ports.Encoding`."""

    def __init__(self, streams: Streams, opening: Opening) -> None:
        self._streams = streams
        self._opening = opening
        self._head = bytearray()
        self._probe = WavReader()
        self._way: Way | None = None
        self._is_over = False

    @property
    def failures(self) -> Mapping[Target, str]:
        """The targets that could not be made, and why."""
        return self._way.failures if self._way else {}

    async def push(self, data: bytes) -> Made:
        """The pieces that can be made by now.

        Raises Undecodable and EngineFailed; after that, or where it was cancelled, the sound cannot be gone on with.
        """
        return await self._go_on(data, last=False)

    async def finish(self) -> Made:
        """The last pieces. Raises and is cancelled as `push`."""
        return await self._go_on(b"", last=True)

    async def _go_on(self, data: bytes, *, last: bool) -> Made:
        if self._is_over:
            raise EngineFailed("this sound has come to its end or was broken off: open another")
        self._is_over = True
        if self._way is None:
            self._head += data
            self._way = self._settle(data, last=last)
            data = bytes(self._head)
        if self._way is None:
            await trio.lowlevel.checkpoint()
            made: Made = dict.fromkeys(self._opening.targets, ())
        else:
            self._head.clear()
            made = await self._way.push(data, last=last)
        self._is_over = last
        return made

    def leave(self) -> None:
        """Give up what has not come to its end; does not wait."""
        self._is_over = True
        if self._way:
            self._way.leave()

    def _settle(self, data: bytes, *, last: bool) -> Way | None:
        """How to go on; None while too little has come to tell. `data` is the newest part of the head."""
        self._probe.take(data)
        if len(self._head) < HEAD and not last:
            return None
        head, source = bytes(self._head[:HEAD]), self._opening.source
        found = sniff(head)
        if found == "wav":
            return self._settle_wav(last=last)
        if found is None and source.name in ("pcm16", "wav"):
            return self._settle_samples(source.rate or INPUT_RATE, None)
        writers = {target: passing(target, head) for target in self._opening.targets if target.format == source}
        return self._way_of(source, Untouched(), {target: writer for target, writer in writers.items() if writer})

    def _settle_wav(self, *, last: bool) -> Way | None:
        """A plain WAV becomes its samples; any other goes to the process as it is."""
        probe = self._probe
        if not probe.has_samples and len(self._head) < MAX_HEADER and not last:
            return None
        shape = probe.shape
        if probe.has_samples and shape and shape.is_plain and MIN_RATE <= shape.rate <= MAX_RATE:
            return self._settle_samples(shape.rate, WavReader())
        return self._way_of(self._opening.source, Untouched(), {})

    def _settle_samples(self, rate: int, wav: WavReader | None) -> Way:
        writers: dict[Target, Writer] = {}
        failed: dict[Target, str] = {}
        for target in self._opening.targets:
            try:
                if takes_samples(target, rate):
                    writers[target] = sample_writer(target)
            except EngineFailed as error:
                failed[target] = str(error)
        strip = Samples(rate, self._opening.seconds, wav)
        return self._way_of(AudioFormat("pcm16", rate), strip, writers, failed)

    def _way_of(
        self, source: AudioFormat, strip: Strip, writers: dict[Target, Writer], failed: dict[Target, str] | None = None
    ) -> Way:
        failed = failed or {}
        rest = tuple(target for target in self._opening.targets if target not in writers and target not in failed)
        opening = Opening(source, rest, self._opening.seconds)
        return Way(strip, writers, failed, Remote(self._streams, opening) if rest else None)
