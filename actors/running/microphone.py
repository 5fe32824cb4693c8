"""The open microphone of one session: its chunks are decoded, cut into frames, judged, and told to the session.

One task does it, for one stream of samples at a time. Chunks come to it by a call that never waits; what it finds goes
to the session like the results of jobs. The task begins with the first chunk, and ends with the stream.

What the Sender says after sound (a commit) is heard after that sound: it waits in the same queue.
"""

import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing

import trio

from actors.deciding.account import Account, Charge
from actors.deciding.effects import AskTurnEnd, Deafen, Hear
from actors.deciding.events import Believed, EchoFound, FrameJudged, Said, Unheard
from actors.deciding.limits import Limits
from actors.deciding.turn import cost
from actors.ports.callcontext import call_for
from actors.ports.calls import EngineFailed
from actors.ports.engines import Engines
from actors.ports.listening import FRAME_BYTES, RATE, VoiceStream
from actors.ports.sound import SoundDecoder, Undecodable
from actors.running.microphonereports import NOBODY, MicrophoneReports, RecordingClock
from protocol.audioformat import AudioFormat, headless, identify, may_begin_file, sniff
from protocol.errors import ErrorId
from protocol.messages import BufferClear, BufferCommit

log = logging.getLogger(__name__)
AT_ONCE = 32
"""Frames that are judged in one call at most."""
HEAD = 64
"""Bytes of a stream by which its format is known, where they are fewer than a chunk."""

Spawn = Callable[[Callable[[], Awaitable[None]]], None]


class Microphone:
    """Listens for one session; only its steps call it. `broke` gets faults, `account` is charged for what waits."""

    def __init__(
        self,
        engines: Engines,
        limits: Limits,
        account: Account,
        reports: MicrophoneReports,
        spawn: Spawn,
        broke: Callable[[Exception], None],
    ) -> None:
        self._engines = engines
        self._limits = limits
        self._account = account
        self._reports = reports
        self._spawn = spawn
        self._broke = broke
        self._capture: Capture | None = None

    def perform(self, effect: Hear | AskTurnEnd | Deafen) -> None:
        """Do what a step asks for. Never waits."""
        match effect:
            case Hear():
                self.hear(effect)
            case AskTurnEnd():
                self._ask(effect)
            case Deafen():
                self.deafen()

    def hear(self, chunk: Hear) -> None:
        """The next chunk. Never waits."""
        capture = self._capture
        if capture is None or capture.stream != chunk.stream:
            self.deafen()
            charge = self._account.open()
            capture = self._capture = Capture(chunk, self._engines, self._limits, charge, self._reports)
            self._spawn(lambda: self._run(capture))
        capture.put(chunk.chunk)

    async def _run(self, capture: "Capture") -> None:
        try:
            await capture.run()
        except Exception as fault:
            self._broke(fault)

    def defers(self, said: Said) -> bool:
        """Whether this has to wait for sound that came before it, and comes again then."""
        is_about_sound = isinstance(said.message, BufferCommit | BufferClear)
        return is_about_sound and self._capture is not None and self._capture.defers(said)

    def _ask(self, question: AskTurnEnd) -> None:
        if self._capture is not None and self._capture.stream == question.stream:
            self._capture.ask(question)

    def deafen(self) -> None:
        """The stream is over; what was said behind its sound is heard without it."""
        if self._capture is not None:
            waiting = self._capture.close()
            self._capture = None
            if waiting:
                self._spawn(lambda: self._tell_all(waiting))

    async def _tell_all(self, waiting: list[Said]) -> None:
        for said in waiting:
            await self._reports.tell(said)

    def close(self) -> None:
        """The session is over, and is not known here any more."""
        if self._capture is not None:
            self._capture.close()
            self._capture = None
        self._reports, self._broke = NOBODY, _ignore


def _ignore(fault: Exception) -> None:
    """What becomes of a fault of a session that is over."""


class Capture:
    """One stream of samples, from the chunk `first` on: the queue of what came, and the task that listens to it."""

    def __init__(
        self, first: Hear, engines: Engines, limits: Limits, charge: Charge, reports: MicrophoneReports
    ) -> None:
        self.stream = first.stream
        self._format = first.format
        self._engines = engines
        self._limits = limits
        self._tell, self._pass_on, refer, self._context = reports
        self._clock = RecordingClock(refer)
        self._echo_told = False
        self._queue: deque[bytes | Said] = deque()
        self._charge = charge
        self._lost: Unheard | None = None
        self._is_deaf = False
        self._is_at_work = False
        self._delivers: Said | None = None
        self._grown = trio.Event()
        self._scope = trio.CancelScope()
        self._nursery: trio.Nursery | None = None

    # ---- for the session's steps

    def put(self, chunk: bytes) -> None:
        """The next chunk; where more waits than an utterance may have, or than there is room for, it is lost.

        Of that the session is told once, until what waited is judged.
        """
        if self._charge.size + cost(chunk) > self._limits.utterance_bytes:
            self._lost = self._lost or Unheard(self.stream, ErrorId.TOO_LONG, _TOO_MUCH)
        elif not self._charge.take(cost(chunk)):
            self._lost = self._lost or Unheard(self.stream, ErrorId.BUSY, _NO_ROOM)
        else:
            self._queue.append(chunk)
        self._grown.set()

    def defers(self, said: Said) -> bool:
        """See Microphone."""
        if said is self._delivers or not (self._queue or self._is_at_work):
            return False
        if len(self._queue) < 2 * self._limits.mailbox:
            self._queue.append(said)
            self._grown.set()
            return True
        return False

    def ask(self, question: AskTurnEnd) -> None:
        """Ask whether the speaker has finished; without samples, have the engine ready for that."""
        if not question.samples:
            self._engines.turn_end.prepare()
        elif self._nursery is not None:
            self._nursery.start_soon(self._ask, question)

    async def _ask(self, question: AskTurnEnd) -> None:
        with call_for(self._context):
            finished = await self._engines.turn_end.judge(question.samples)
        await self._tell(Believed(self.stream, question.position, finished))

    def close(self) -> list[Said]:
        """Nothing more of the stream is told; returns what was said behind sound that nobody hears now."""
        self._scope.cancel()
        self._charge.close()
        waiting = [item for item in self._queue if isinstance(item, Said)]
        self._queue.clear()
        return waiting

    # ---- the task

    async def run(self) -> None:
        """Listen until the stream is closed. Cancelling ends it, too."""
        with self._scope, call_for(self._context):
            async with trio.open_nursery() as self._nursery:
                try:
                    await self._listen()
                finally:
                    self._nursery.cancel_scope.cancel()

    async def _listen(self) -> None:
        """Judge the samples; where that fails, those that come in the next second are judged by a new stream."""
        async with aclosing(self._samples()) as samples:
            while True:
                try:
                    async with self._engines.voice_activity.open() as voice:
                        await self._judge(voice, samples)
                except EngineFailed as failed:
                    await self._fail(failed)

    async def _fail(self, failed: EngineFailed) -> None:
        """Nothing is heard for a second; the session is told once until something is."""
        if not self._is_deaf:
            self._is_deaf = True
            await self._tell(Unheard(self.stream, ErrorId.RECOGNITION_FAILED, f"nothing is heard: {failed}"))
        await trio.sleep(1)

    async def _judge(self, voice: VoiceStream, samples: AsyncIterator[bytes]) -> None:
        """Tell the session of each frame, once it is settled."""
        rest = held = b""
        async for piece in samples:
            rest += piece
            while len(rest) >= FRAME_BYTES:
                whole = min(len(rest) // FRAME_BYTES, AT_ONCE) * FRAME_BYTES
                frames, rest = rest[:whole], rest[whole:]
                held += frames
                played = self._clock.reference(trio.current_time(), whole / (2 * RATE))
                probabilities = await voice.judge(frames, played)
                self._is_deaf = False
                for number, speech in enumerate(probabilities):
                    frame = held[number * FRAME_BYTES : (number + 1) * FRAME_BYTES]
                    judged = FrameJudged(self.stream, frame, speech)
                    if not self._pass_on(judged):
                        await self._tell(judged)
                held = held[len(probabilities) * FRAME_BYTES :]
                await self._tell_echo(voice)

    async def _tell_echo(self, voice: VoiceStream) -> None:
        """Tell the session once that the microphone hears the avatar."""
        if voice.echo is not None and not self._echo_told:
            self._echo_told = True
            await self._tell(EchoFound(self.stream, *voice.echo))

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        """The chunks as they come; what was said between them is told in its place."""
        while True:
            while self._queue:
                self._is_at_work = True
                item = self._queue.popleft()
                if isinstance(item, bytes):
                    self._charge.give_back(cost(item))
                    yield item
                else:
                    self._delivers = item
                    await self._tell(item)
                    self._delivers = None
            self._is_at_work = False
            if self._lost is not None:
                lost, self._lost = self._lost, None
                await self._tell(lost)
            self._grown = trio.Event()
            if not self._queue:
                await self._grown.wait()

    async def _samples(self) -> AsyncGenerator[bytes, None]:
        """The samples of all files that come one behind the other, decoded as they come."""
        async with aclosing(self._chunks()) as chunks:
            head = b""
            while True:
                head = await self._gather(chunks, head)
                format_ = identify(self._format, head)
                if format_ == AudioFormat("pcm16", RATE):
                    follows = self._raw(head, chunks)
                else:
                    follows = self._decoded(head, format_, chunks)
                head = b""
                async with aclosing(follows) as pieces:
                    async for piece, next_head in pieces:
                        if piece:
                            yield piece
                        head = next_head or head

    async def _gather(self, chunks: AsyncIterator[bytes], head: bytes) -> bytes:
        """Enough of a file to know its format."""
        while len(head) < HEAD and (not head or headless(self._format, head, is_whole=False).need):
            head += await anext(chunks)
        return head

    async def _raw(self, head: bytes, chunks: AsyncIterator[bytes]) -> AsyncGenerator[tuple[bytes, bytes], None]:
        yield head, b""
        async for chunk in chunks:
            if _begins_file(chunk):
                yield b"", chunk
                return
            yield chunk, b""

    async def _decoded(
        self, head: bytes, format_: AudioFormat, chunks: AsyncIterator[bytes]
    ) -> AsyncGenerator[tuple[bytes, bytes], None]:
        """Its samples, until a chunk begins another file; of what cannot be decoded the session is told once.

        Where the codec fails, raw samples go on with the next chunk; other sound needs another file.
        """
        try:
            async with self._engines.codec.decoding(format_, RATE) as decoding:
                yield await decoding.push(head), b""
                async for chunk in chunks:
                    if _begins_file(chunk):
                        yield await self._rest_of(decoding), chunk
                        return
                    yield await decoding.push(chunk), b""
        except Undecodable as error:
            await self._tell_undecodable(error)
        except EngineFailed as failed:
            await self._fail(failed)
        async for chunk in chunks:
            if format_.rate or _begins_file(chunk):
                yield b"", chunk
                return

    async def _rest_of(self, decoding: SoundDecoder) -> bytes:
        """The last samples of a file that is complete; where they cannot be had the session is told."""
        try:
            return await decoding.finish()
        except Undecodable as error:
            await self._tell_undecodable(error)
        except EngineFailed as failed:
            await self._fail(failed)
        return b""

    async def _tell_undecodable(self, error: Undecodable) -> None:
        why = f"the audio cannot be decoded: {error}; begin a new file of {self._format}, or send session.update"
        await self._tell(Unheard(self.stream, ErrorId.UNDECODABLE_AUDIO, why))


_NO_ROOM = "the server's memory for what is said and answered is full (memory_in_flight), and some of the sound is lost"
_TOO_MUCH = "sound comes faster than it can be listened to, and some of it is lost; send it as it is recorded"


def _begins_file(chunk: bytes) -> bool:
    return may_begin_file(chunk) and sniff(chunk) is not None
