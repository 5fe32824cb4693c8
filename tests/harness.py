"""A whole server on memory streams, its scripted engines, and clients that speak to it through real frames.

    async with serving(engines) as server, server.joined() as client:
        await client.configure()
        await client.say(b"sound")
        assert await client.until(state("speaking")) == [...]

All of it runs on Trio's clock and, seeded, in the same order each time.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import h11
import msgspec
import trio
from trio.testing import wait_all_tasks_blocked

from actors.deciding.limits import Limits
from actors.ports.taping import Recorder
from actors.ports.watching import Watcher, unwatched
from actors.running.sessiontrace import TracingPlan
from actors.running.sizes import ConnectionLimits, PoolSizes
from actors.running.supervisor import ServerPlan
from adapters.client.voiceclient import AudioPiece
from adapters.recordings.engines import TapedEngines
from adapters.virtual.client import VirtualClient
from adapters.virtual.server import door_of
from protocol import engineio, socketio
from protocol.connecting import Auth
from protocol.engineio import Frame
from protocol.messages import CustomError, SessionState
from protocol.socketio import Packet
from protocol.timing import Timing, Waits
from tests.inprocess import InProcess, running
from tests.scripted import ScriptedEngines

PATIENCE = 1_000.0
"""How long a test may take on its own clock: a net, without which heartbeats would keep a stuck one alive for ever."""
RESOURCE = "/socket.io/?EIO=4&transport=websocket"


def state(name: str) -> SessionState:
    """`session.state`."""
    return SessionState(name)


def errors(messages: Iterable[object]) -> list[int]:
    """The ids of the errors among the messages."""
    return [message.error_id for message in messages if isinstance(message, CustomError)]


def kinds(messages: Iterable[object]) -> list[object]:
    """Messages by their types, and states by their names."""
    return [message.state if isinstance(message, SessionState) else type(message) for message in messages]


class Client(VirtualClient):
    """A client that receives all the time."""

    async def check_a_turn_works(self) -> None:
        """The next utterance is answered as if nothing had been."""
        self.rest()
        await self.say()
        assert [message.done for message in await self.until(AudioPiece) if isinstance(message, AudioPiece)] == [True]
        await self.until(state("handshaken"))

    async def leave(self) -> None:
        """Go for good."""
        await self.voice.packets.send(Packet(socketio.DISCONNECT))
        await self.vanish()


class Polling:
    """A client that polls, request for request."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self.sid = ""

    async def request(self, method: str, body: bytes = b"") -> tuple[int, str]:
        """One request on a connection of its own: status and body."""
        async with self._server.dial() as stream:
            return await exchange(stream, method, self.target, body)

    @property
    def target(self) -> str:
        """The path and query of its requests."""
        return f"/socket.io/?EIO=4&transport=polling{f'&sid={self.sid}' if self.sid else ''}"

    async def open(self, auth: Auth | None = None) -> None:
        """Open the connection and send CONNECT."""
        _, body = await self.request("GET")
        self.sid = msgspec.json.decode(body[1:])["sid"]
        await self.send(Packet(socketio.CONNECT, data=auth or Auth()))

    async def send(self, packet: Packet) -> tuple[int, str]:
        """POST a packet."""
        payload = "".join(engineio.encode_payload(map(engineio.decode_frame, socketio.encode(packet))))
        return await self.request("POST", payload.encode())

    async def emit(self, event: str, *arguments: object) -> None:
        """POST an event."""
        status, _ = await self.send(Packet(socketio.EVENT, data=[event, *arguments]))
        assert status == 200

    async def poll(self) -> list[str]:
        """GET what there is: Socket.IO events, each as text; pings are answered."""
        status, body = await self.request("GET")
        assert status == 200, body
        messages = []
        for packet in engineio.decode_payload(body.encode()):
            if packet.type == engineio.PING:
                await self.request("POST", b"3")
            elif packet.type == engineio.MESSAGE:
                messages.append(_as_text(packet.data))
        return messages


def _as_text(frame: Frame) -> str:
    return frame if isinstance(frame, str) else f"<{len(frame)} bytes>"


async def exchange(stream: trio.abc.Stream, method: str, target: str, body: bytes) -> tuple[int, str]:
    """A request and its response over `stream`."""
    http = h11.Connection(h11.CLIENT)
    head = h11.Request(method=method, target=target, headers=[("Host", "memory"), ("Content-Length", str(len(body)))])
    parts = (http.send(head), http.send(h11.Data(data=body)), http.send(h11.EndOfMessage()))
    await stream.send_all(b"".join(part for part in parts if part))
    status, answer = 0, b""
    while True:
        match event := http.next_event():
            case h11.NEED_DATA:
                http.receive_data(bytes(await stream.receive_some(65_536)))
            case h11.Response():
                status = event.status_code
            case h11.Data():
                answer += bytes(event.data)
            case h11.EndOfMessage() | h11.ConnectionClosed():
                return status, answer.decode()


class Server:
    """A server in this process, and its clients."""

    def __init__(self, server: InProcess, engines: ScriptedEngines) -> None:
        self.supervisor = server.supervisor
        self.engines = engines
        self.session_registry = server.supervisor.session_registry
        self.stream = server.dial
        self._server = server

    @asynccontextmanager
    async def dial(self) -> AsyncIterator[trio.abc.Stream]:
        """A new connection, closed at the end."""
        stream = self.stream()
        try:
            yield stream
        finally:
            await trio.aclose_forcefully(stream)

    async def join(
        self,
        auth: Auth | None = None,
        *,
        listening: bool = True,
        lockstep: bool = False,
        query: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        **own: Any,
    ) -> Client:
        """A client over WebSocket that has joined a session; without `listening` it answers no ping.

        `query` and `headers` are added to those of its request.
        """
        return await Client.join(
            self._server,
            auth or Auth(**own),
            stream=self.stream(lockstep=lockstep),
            listening=listening,
            query=query,
            headers=headers,
        )

    @asynccontextmanager
    async def joined(self, auth: Auth | None = None, **own: Any) -> AsyncIterator[Client]:
        """A client that goes without a word at the end."""
        client = await self.join(auth, **own)
        try:
            yield client
        finally:
            await client.vanish()

    @property
    def seats(self) -> dict[str, int]:
        """The seats that are taken in each pool."""
        return {kind: pool.taken for kind, pool in self.supervisor.pools.items() if pool.taken}

    async def settle(self) -> None:
        """Until nothing moves any more without time passing."""
        await wait_all_tasks_blocked()

    async def check_nothing_is_left(self) -> None:
        """After the grace period nothing remains of any session: no record, task, seat, work or connection."""
        await trio.sleep(self.session_registry.shared.limits.grace + 60.0)
        assert self.seats == {}
        assert self.engines.running == {}
        self._server.check_nothing_is_left()


@asynccontextmanager
async def serving(
    engines: ScriptedEngines | None = None,
    *,
    limits: Limits | None = None,
    pools: PoolSizes | None = None,
    timing: Timing | None = None,
    token: str = "",
    tracing: TracingPlan | None = None,
    watch: Watcher = unwatched,
    recorder: Recorder | None = None,
) -> AsyncIterator[Server]:
    """A server, until the end of the block. By then nothing of its sessions may be left, once the clients are gone.

    `recorder`: records its sessions, with what its engines answer.
    """
    scripted = engines or ScriptedEngines()
    plan = ServerPlan(
        limits or Limits(),
        pools or PoolSizes(),
        timing or Timing(),
        Waits(),
        ConnectionLimits(),
        tracing or TracingPlan(),
    )
    asked = scripted if recorder is None else TapedEngines(scripted)
    async with running(asked, plan, door=door_of(token), watch=watch, recorder=recorder, patience=PATIENCE) as server:
        yield Server(server, scripted)
        server.nursery.cancel_scope.cancel()
