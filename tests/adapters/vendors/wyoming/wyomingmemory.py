"""Wyoming peers in memory, which do what a test says, and the adapters that dial them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio
import trio.testing

from actors.ports.recognition import Audio, Utterance
from actors.ports.synthesis import Speech
from adapters.reach.call import Patience
from adapters.vendors.wyoming.stt import WyomingRecogniser
from adapters.vendors.wyoming.tts import WyomingSpeech
from protocol.audioformat import AudioFormat

HEARD = AudioFormat("pcm16", 16_000)
SHORT = Patience(connect=2.0, first_byte=5.0, silence=3.0, whole=20.0)
INFO = {"asr": [{"models": [{"name": "m"}]}], "tts": [{"voices": [{"name": "v"}]}]}
Play = Callable[["MemoryPeer"], Awaitable[None]]


def utterance(audio: Audio, language: str = "", model: str = "", prompt: str = "") -> Utterance:
    """What is to be recognised."""
    return Utterance(audio, HEARD, model, language, prompt)


def speech(text: str = "Hello.", voice: str = "", language: str = "") -> Speech:
    """What is to be spoken."""
    return Speech(text, "", voice, language, "unspecified", 1.0)


async def unheard(_: str) -> None:
    """For tests that only want the end."""


class MemoryPeer:
    """The other end of a connection in memory."""

    def __init__(self, stream: trio.testing.MemoryReceiveStream, answer: trio.testing.MemorySendStream) -> None:
        self.stream = stream
        self.answer = answer
        self._rest = b""

    async def hears(self) -> str:
        """The type of the next event."""
        while b"\n" not in self._rest:
            chunk = await self.stream.receive_some()
            if not chunk:
                return "closed"
            self._rest += chunk
        line, self._rest = self._rest.split(b"\n", 1)
        header = json.loads(line)
        size = header.get("data_length", 0) + header.get("payload_length", 0)
        while len(self._rest) < size:
            self._rest += await self.stream.receive_some()
        self._rest = self._rest[size:]
        return str(header["type"])

    async def until(self, kind: str) -> None:
        """Hear events up to one of this type; `describe` is answered."""
        while (heard := await self.hears()) != kind:
            if heard == "closed":
                raise trio.BrokenResourceError
            if heard == "describe":
                await self.says("info", INFO)

    async def says(self, kind: str, data: object = None, payload: bytes = b"") -> None:
        """Send an event, as older peers do it."""
        header = {"type": kind, "version": "0.0.1", "data": data, "payload_length": len(payload) or None}
        await self.answer.send_all(json.dumps(header).encode() + b"\n" + payload)


class Memory:
    """Dials peers in memory, each of which does what `play` says; counts those that are open."""

    def __init__(self, nursery: trio.Nursery, play: Play) -> None:
        self._nursery = nursery
        self._play = play
        self.streams: list[trio.StapledStream[trio.abc.SendStream, trio.abc.ReceiveStream]] = []

    async def dial(self, _host: str, _port: int) -> trio.abc.Stream:
        """A connection."""
        await trio.lowlevel.checkpoint()
        near_send, far_receive = trio.testing.memory_stream_one_way_pair()
        far_send, near_receive = trio.testing.memory_stream_one_way_pair()
        stream = trio.StapledStream[trio.abc.SendStream, trio.abc.ReceiveStream](near_send, near_receive)
        self.streams.append(stream)
        self._nursery.start_soon(self._live, MemoryPeer(far_receive, far_send))
        return stream

    async def _live(self, peer: MemoryPeer) -> None:
        try:
            await self._play(peer)
        except trio.BrokenResourceError:
            return  # the adapter has gone

    async def all_are_closed(self) -> bool:
        """Whether no connection is open any more."""
        for stream in self.streams:
            try:
                await stream.send_all(b"x")
            except trio.ClosedResourceError:
                continue
            return False
        return True


@asynccontextmanager
async def recogniser(play: Play) -> AsyncIterator[tuple[WyomingRecogniser, Memory]]:
    """An adapter whose peers do `play`; in the end, no connection is open."""
    async with trio.open_nursery() as nursery:
        memory = Memory(nursery, play)
        yield WyomingRecogniser("h", 1, patience=SHORT, dial=memory.dial), memory
        assert await memory.all_are_closed()
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def synthesiser(play: Play) -> AsyncIterator[tuple[WyomingSpeech, Memory]]:
    """An adapter whose peers do `play`; in the end, no connection is open."""
    async with trio.open_nursery() as nursery:
        memory = Memory(nursery, play)
        yield WyomingSpeech("h", 1, patience=SHORT, dial=memory.dial), memory
        assert await memory.all_are_closed()
        nursery.cancel_scope.cancel()


async def cancel_after(steps: int, scope: trio.CancelScope) -> None:
    """Cancel `scope` when the others have had so many steps."""
    for _ in range(steps):
        await trio.lowlevel.checkpoint()
    scope.cancel()
