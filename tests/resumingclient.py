"""A client that keeps what it was sent, frame by frame, and resumes as docs/protocol.md says a client does.

Its connections break: after so many bytes of what the server sends, wherever in a message that is.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import trio
from trio_websocket import ConnectionClosed, wrap_client_stream

from protocol.engineio import Frame
from tests.harness import RESOURCE, Server

Message = tuple[Frame, ...]
UNBROKEN = 10**9


class BreakingStream(trio.abc.Stream):
    """A connection over which so many bytes come; then it is over, or with `half_open` nothing comes any more."""

    def __init__(self, stream: trio.abc.Stream, most: int, *, half_open: bool) -> None:
        self._stream = stream
        self._most = most
        self._half_open = half_open
        self.broken = trio.Event()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """What comes, up to the break. Cancelling loses nothing."""
        if self._most:
            data = bytes(await self._stream.receive_some(min(self._most, max_bytes or self._most)))
            self._most -= len(data)
            return data
        self.broken.set()
        if not self._half_open:
            await trio.aclose_forcefully(self._stream)
        raise trio.BrokenResourceError

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """As it is, while the connection is there."""
        if not self.broken.is_set():
            await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        """As it is."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """A connection that is half open stays so."""
        if not self._half_open:
            await self._stream.aclose()


class ResumingClient:
    """A client with this handshake; `messages`: all that it has of the session, as frames.

    `resumed`: what `session.joined` said of each CONNECT: how many messages came again, None where nothing was resumed.
    """

    def __init__(self, server: Server, nursery: trio.Nursery, **auth: object) -> None:
        self.messages: list[Message] = []
        self.resumed: list[int | None] = []
        self.is_joined = False
        self.over = trio.Event()
        self.pid = ""
        self.session_id = ""
        self._server = server
        self._nursery = nursery
        self._auth = auth
        self.shows_pid = True
        self._socket: Any = None
        self._turn = 0
        self._pieces: dict[int, int] = {}
        self._part = 0
        self._mark = 0  # how many messages there are up to the last piece, or start of a response
        self._again = 0  # how many of those behind it are still to come again
        self._changed = trio.Event()

    # ---- what it does

    async def connect(self, most: int = UNBROKEN, *, half_open: bool = False, resume: object = None) -> None:
        """Connect, by a connection that breaks after `most` bytes, and go on listening until then.

        `resume`: said in place of what it has.
        """
        self.is_joined, self.over = False, trio.Event()
        stream = BreakingStream(self._server.stream(), most, half_open=half_open)
        self._nursery.start_soon(self._live, stream, resume or (self.point if self.session_id else None))

    async def say(self, event: str, *payload: object) -> None:
        """Send an event without attachments."""
        await self._socket.send_message(f"42{msgspec.json.encode([event, *payload]).decode()}")

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until that is so, which is looked at whenever something came."""
        while not condition():
            await self._changed.wait()

    async def until_joined(self) -> None:
        """Wait until it has been told so."""
        await self.until(lambda: self.is_joined)

    async def until_event(self, name: str, count: int = 1) -> None:
        """Wait until it has so many of these."""
        await self.until(lambda: self.events.count(name) >= count)

    @property
    def point(self) -> dict[str, int]:
        """The last piece that it has."""
        return {"turn": self._turn, "id": self._part, "pieces": self._pieces.get(self._part, 0)}

    @property
    def events(self) -> list[str]:
        """The names of the events that it has."""
        return [name_of(message) for message in self.messages]

    # ---- what comes

    async def _live(self, stream: BreakingStream, resume: object) -> None:
        try:
            async with trio.open_nursery() as nursery:
                self._socket = await wrap_client_stream(nursery, stream, "memory", RESOURCE, message_queue_size=1)  # type: ignore[arg-type]
                try:
                    await self._listen(resume)
                finally:
                    nursery.cancel_scope.cancel()
        except* (ConnectionClosed, trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        except* Exception as group:
            if not stream.broken.is_set():
                raise group from None
        self.over.set()

    async def _listen(self, resume: object) -> None:
        header: str | None = None
        attachments: list[bytes] = []
        while True:
            frame = await self._socket.get_message()
            if isinstance(frame, bytes):
                attachments.append(frame)
            elif frame[0] in "02":
                await self._socket.send_message("3" if frame[0] == "2" else f"40{self._handshake(resume)}")
                continue
            elif frame.startswith("40"):
                self.pid = msgspec.json.decode(frame[2:])["pid"]
                continue
            else:
                assert frame[:2] in ("42", "45"), frame
                header, attachments = frame, []
            assert header is not None
            if len(attachments) == int(header[2] if header[1] == "5" else 0):
                self._take((header, *attachments), resume)

    def _handshake(self, resume: object) -> str:
        given: dict[str, object] = dict(self._auth)
        if self.session_id:
            given["sessionId"] = self.session_id
        if resume is not None:
            given["resume"] = resume
        if self.shows_pid and self.pid:
            given["pid"] = self.pid
        return msgspec.json.encode(given).decode()

    def _take(self, message: Message, resume: object) -> None:
        name, payload = event_of(message)
        if name == "session.joined":
            self._join(payload, resume)
        elif self._again:
            assert message == self.messages[len(self.messages) - self._again], "it is sent again as it was"
            self._again -= 1
        else:
            self.messages.append(message)
            self._count(name, payload)
        self._changed.set()
        self._changed = trio.Event()

    def _join(self, payload: dict[str, Any], resume: object) -> None:
        self.session_id = payload["sessionId"]
        assert ("resumed" in payload) == (resume is not None)
        self._again = 0
        if payload.get("resumed"):
            assert payload["resumed"] == resume
            self._again = len(self.messages) - self._mark
            self.resumed.append(self._again)
        else:
            self._mark = len(self.messages)
            self.resumed.append(None)
        self.is_joined = True

    def _count(self, name: str, payload: dict[str, Any]) -> None:
        if name == "response.started":
            self._turn, self._part, self._pieces = payload["turn"], 0, {}
        elif name == "response.audio.delta":
            self._part = payload["id"]
            self._pieces[self._part] = self._pieces.get(self._part, 0) + 1
        else:
            return
        self._mark = len(self.messages)


def event_of(message: Message) -> tuple[str, Any]:
    """The name and the payload of an event; attachments are placeholders in it."""
    text = message[0]
    assert isinstance(text, str)
    name, payload = msgspec.json.decode(text[text.index("[") :])
    return name, payload


def name_of(message: Message) -> str:
    """The name of an event."""
    return event_of(message)[0]
