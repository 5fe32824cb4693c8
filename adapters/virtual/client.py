"""A client of a server in this process: it speaks the real wire over a connection in memory, and keeps what it is told.

client = await VirtualClient.join(server, role="both", sessionId=...)
await client.configure(STT={"mediaFormat": "pcm16"})
await client.say(b"sound")
await client.until(SessionState("speaking"))
"""

from collections.abc import Mapping
from typing import Any, Self

import trio

from adapters.client.packets import Disconnected
from adapters.client.voiceclient import AudioPiece, Received, VoiceClient
from adapters.virtual.server import VirtualServer
from adapters.virtual.websocket import MemoryWebSocket
from protocol.connecting import Auth
from protocol.messages import SessionJoined, SessionState, SessionUpdated
from protocol.states import State

RESOURCE = "/socket.io/?EIO=4&transport=websocket"
CHUNK = 0.1
"""Seconds of sound in a chunk. Pages send 20 ms, which costs five times as much and is told apart by few tests."""


async def open_websocket(
    server: VirtualServer, stream: trio.abc.Stream, *, query: str = "", headers: tuple[tuple[str, str], ...] = ()
) -> MemoryWebSocket:
    """A WebSocket to the server over `stream`. Raises UpgradeRefused, ConnectionClosed. Cancelling closes the stream.

    `query` and `headers` are added to those of its request.
    """
    try:
        return await MemoryWebSocket.open(stream, f"{RESOURCE}&{query}" if query else RESOURCE, headers)
    except BaseException:
        await trio.aclose_forcefully(stream)
        raise


class VirtualClient:
    """A client that has joined a session. `heard` is all that it was told, in order, and `times` when.

    Times are Trio's. `over` is set when the connection has ended.
    """

    def __init__(self, voice: VoiceClient, stream: trio.abc.Stream) -> None:
        self.voice = voice
        self.heard: list[Received] = []
        self.times: list[float] = []
        self.over = trio.Event()
        self._stream = stream
        self._told = trio.Event()
        self._read = 0

    @classmethod
    async def join(
        cls,
        server: VirtualServer,
        auth: Auth | None = None,
        *,
        stream: trio.abc.Stream | None = None,
        listening: bool = True,
        query: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        **own: Any,
    ) -> Self:
        """Join a session; `own` are the fields of Auth, where `auth` is left out.

        Raises ConnectRefused, Disconnected, and what `open_websocket` raises; the connection is closed then, as it is
        by cancelling. Without `listening` it receives nothing until `listen` runs, and answers no ping.
        """
        stream = stream or server.dial()
        websocket = await open_websocket(server, stream, query=query, headers=headers)
        try:
            client = cls(await VoiceClient.join(websocket, auth or Auth(**own)), stream)
        except BaseException:
            await trio.aclose_forcefully(stream)
            raise
        if listening:
            server.nursery.start_soon(client.listen)
        return client

    async def listen(self) -> None:
        """Receive until the connection ends. Cancelling loses no message."""
        try:
            while True:
                self._tell(await self.voice.receive())
        except Disconnected:
            self.over.set()
            self._told.set()

    def _tell(self, message: Received) -> None:
        self.heard.append(message)
        self.times.append(trio.current_time())
        self._told.set()
        self._told = trio.Event()

    async def until(self, *wanted: Any) -> list[Received]:
        """What came since the last call, up to the first message that is, or is of the type of, one that is wanted.

        Raises Disconnected where the connection ends before. Cancelling loses nothing: the next call has it.
        """
        begun = self._read
        at = begun
        while True:
            while at < len(self.heard):
                message = self.heard[at]
                at += 1
                if any(message == one or (isinstance(one, type) and isinstance(message, one)) for one in wanted):
                    self._read = at
                    return self.heard[begun:at]
            if self.over.is_set():
                raise Disconnected(f"the connection ended before {wanted}: {self.heard[begun:]}")
            await self._told.wait()

    def rest(self) -> list[Received]:
        """What came since the last call of `until`."""
        begun, self._read = self._read, len(self.heard)
        return self.heard[begun:]

    @property
    def state(self) -> str:
        """The session's state, by what was told last; "" before anything was."""
        states = (
            message.state for message in reversed(self.heard) if isinstance(message, SessionState | SessionJoined)
        )
        return next(states, "")

    @property
    def pieces(self) -> list[AudioPiece]:
        """All the sound that came."""
        return [message for message in self.heard if isinstance(message, AudioPiece)]

    async def configure(self, **sections: Mapping[str, object]) -> None:
        """Send `session.update`, and wait until it is in force, with the state it leads to where it is the first.

        Raises Disconnected. Cancelling ends the wait.
        """
        was_idle = self.state in ("", State.IDLE)
        await self.voice.update(sections)
        *_, updated = await self.until(SessionUpdated)
        if was_idle and isinstance(updated, SessionUpdated) and updated.success:
            await self.until(SessionState(State.HANDSHAKEN))

    async def say(self, *chunks: bytes, interval: float = 0.0) -> None:
        """Send an utterance, each chunk after `interval` seconds, and commit it. Cancelling leaves it uncommitted."""
        await self.voice.say(chunks or (b"sound",), interval)

    async def stream(self, samples: bytes, rate: int = 16_000, *, chunk: float = CHUNK) -> None:
        """Send samples, mono s16le, as an open microphone does: each chunk when it has been spoken.

        Cancelling ends it between two chunks, or loses the connection.
        """
        size = 2 * round(rate * chunk)
        begun = trio.current_time()
        for number, start in enumerate(range(0, len(samples), size), 1):
            await trio.sleep_until(begun + number * chunk)
            await self.voice.append(samples[start : start + size])

    async def vanish(self) -> None:
        """Go without a word. Cancelling has no effect but to end the wait."""
        await trio.aclose_forcefully(self._stream)
