"""A real HTTP/1.1 server on loopback that plays a provider: scripted answers, broken ones too, and what it saw."""

import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from enum import Enum
from urllib.parse import parse_qsl, urlsplit

import h11
import msgspec
import trio

from adapters.reach.contract import Endpoint
from adapters.reach.web import Web

KEY = "sk-planted-4711"
"""The key of every endpoint here; tests look for it where it must not be."""
NET = 10.0
"""Seconds after which a test hangs."""


class Break(Enum):
    """How an answer can end before its end."""

    CUT = "closed"
    RESET = "reset"


Step = bytes | float | trio.Event | Break
"""What an answer is made of: bytes to send (a chunk of their own), seconds or an event to wait for, a way to break
off."""


class File(msgspec.Struct, frozen=True):
    """A part of a multipart body that has a file name."""

    name: str
    content_type: str
    data: bytes


class Request(msgspec.Struct, frozen=True):
    """What the server was asked; names of headers are in small letters, `fields` and `files` those of multipart."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    fields: Mapping[str, tuple[str, ...]] = {}
    files: Mapping[str, File] = {}

    @property
    def json(self) -> dict[str, object]:
        """The body as a JSON object."""
        return msgspec.json.decode(self.body, type=dict[str, object])


class Reply(msgspec.Struct, frozen=True):
    """An answer: sent with a Content-Length where it is `body`, chunk by chunk where it is `steps`.

    `raw`: the steps are all that is sent, head included, as no server should; then the connection is closed.
    """

    status: int = 200
    content_type: str = "application/json"
    body: bytes = b""
    steps: tuple[Step, ...] = ()
    headers: Mapping[str, str] = {}
    raw: bool = False


Responder = Callable[[Request], Reply]


def script(*replies: Reply) -> Responder:
    """Answer with one after the other, and the last one again and again."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def json_reply(value: object, status: int = 200, **headers: str) -> Reply:
    """`value` as JSON; underscores in the names of headers are dashes."""
    return Reply(
        status,
        body=msgspec.json.encode(value),
        headers={name.replace("_", "-"): text for name, text in headers.items()},
    )


def sse(*steps: Step, status: int = 200) -> Reply:
    """A stream of server-sent events."""
    return Reply(status, "text/event-stream; charset=utf-8", steps=steps)


def drip(data: bytes) -> tuple[bytes, ...]:
    """Each byte a chunk of its own."""
    return tuple(bytes([byte]) for byte in data)


class Loopback:
    """The server: `requests` that came, connections `accepted`, those `open`, answers being given (`busy`).

    `keeps`: whether a connection serves more than one request.
    """

    def __init__(self, respond: Responder) -> None:
        self.respond = respond
        self.url = ""
        self.keeps = True
        self.requests: list[Request] = []
        self.accepted = self.open = self.busy = 0
        self._changed = trio.Event()
        self._streams: set[trio.SocketStream] = set()

    async def hang_up(self) -> None:
        """Close all connections, as a server does that has kept them long enough."""
        for stream in tuple(self._streams):
            await stream.aclose()
        await self.until(lambda now: now.open == 0)

    async def until(self, condition: Callable[["Loopback"], bool]) -> None:
        """Wait until it holds."""
        with trio.fail_after(NET):
            while not condition(self):
                await self._changed.wait()

    async def serve(self, stream: trio.SocketStream) -> None:
        """One connection."""
        self.accepted += 1
        self._count(open_=1)
        self._streams.add(stream)
        try:
            await _Connection(self, stream).run()
        except (trio.BrokenResourceError, trio.ClosedResourceError, h11.RemoteProtocolError):
            pass
        finally:
            self._streams.discard(stream)
            await trio.aclose_forcefully(stream)
            self._count(open_=-1)

    def _count(self, open_: int = 0, busy: int = 0) -> None:
        self.open += open_
        self.busy += busy
        self._changed.set()
        self._changed = trio.Event()

    def begin(self, request: Request) -> Reply:
        """A request is complete."""
        self.requests.append(request)
        self._count(busy=1)
        return self.respond(request)

    def end(self) -> None:
        """Its answer is over, one way or another."""
        self._count(busy=-1)


class _Connection:
    def __init__(self, server: Loopback, stream: trio.SocketStream) -> None:
        self._server = server
        self._stream = stream
        self._h11 = h11.Connection(h11.SERVER)

    async def run(self) -> None:
        while (request := await self._request()) is not None:
            reply = self._server.begin(request)
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._watch, nursery.cancel_scope)
                    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                        await self._answer(reply)
                    nursery.cancel_scope.cancel()
            finally:
                self._server.end()
            if self._h11.states != {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
                return
            self._h11.start_next_cycle()

    async def _watch(self, scope: trio.CancelScope) -> None:
        """Notice that the client has gone while its answer waits."""
        try:
            data = await self._stream.receive_some()
        except trio.ClosedResourceError:
            return  # it is the answer that breaks off
        except trio.BrokenResourceError:
            data = b""
        if data and self._h11.our_state is h11.DONE:  # it has its answer already, and was quicker than our own task
            self._h11.receive_data(data)
            return
        if data:
            raise AssertionError("the client sent more before it had its answer")
        scope.cancel()

    async def _event(self) -> object:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            self._h11.receive_data(await self._stream.receive_some())
        return event

    async def _request(self) -> Request | None:
        head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        body = b""
        while isinstance(event := await self._event(), h11.Data):
            body += event.data
        if not isinstance(event, h11.EndOfMessage):
            return None
        headers = {name.decode(): value.decode() for name, value in head.headers}
        target = urlsplit(head.target.decode())
        fields, files = _multipart(headers.get("content-type", ""), body)
        return Request(head.method.decode(), target.path, dict(parse_qsl(target.query)), headers, body, fields, files)

    async def _answer(self, reply: Reply) -> None:
        if reply.raw:
            await self._send_raw(reply.steps)
            return
        headers = {"Content-Type": reply.content_type, **reply.headers}
        if not self._server.keeps:
            headers["Connection"] = "close"
        if reply.steps:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(len(reply.body))
        head = h11.Response(status_code=reply.status, headers=list(headers.items()))
        if not reply.steps:
            # At once: whoever has all that was promised may ask again before our own task has told h11 of the end.
            await self._send(head, h11.Data(data=reply.body), h11.EndOfMessage())
            return
        await self._send(head)
        for step in reply.steps:
            match step:
                case bytes():
                    await self._send(h11.Data(data=step))
                case float():
                    await trio.sleep(step)
                case trio.Event():
                    await step.wait()
                case Break():
                    await self._break(step)
                    return
        await self._send(h11.EndOfMessage())

    async def _send_raw(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            match step:
                case bytes():
                    await self._stream.send_all(step)
                case float():
                    await trio.sleep(step)
                case trio.Event():
                    await step.wait()
                case Break():
                    await self._break(step)
                    return
        await self._break(Break.CUT)

    async def _send(self, *events: h11.Event) -> None:
        data = b"".join(self._h11.send(event) or b"" for event in events)
        if data:
            await self._stream.send_all(data)

    async def _break(self, how: Break) -> None:
        if how is Break.RESET:
            self._stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._h11.send_failed()
        await trio.aclose_forcefully(self._stream)


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, tuple[str, ...]], dict[str, File]]:
    """The fields and files of a multipart/form-data body, RFC 7578."""
    fields: dict[str, tuple[str, ...]] = {}
    files: dict[str, File] = {}
    if not content_type.startswith("multipart/form-data"):
        return fields, files
    boundary = content_type.partition("boundary=")[2].strip('"').encode()
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        about = _part_head(head.decode())
        if "filename" in about:
            files[about["name"]] = File(about["filename"], about.get("content-type", ""), data)
        else:
            fields[about["name"]] = (*fields.get(about["name"], ()), data.decode())
    return fields, files


def _part_head(head: str) -> dict[str, str]:
    about: dict[str, str] = {}
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        about[name.lower()] = value.strip()
        if name.lower() == "content-disposition":
            for item in value.split(";")[1:]:
                key, _, text = item.strip().partition("=")
                about[key] = text.strip('"')
    return about


@asynccontextmanager
async def _background() -> AsyncIterator[trio.Nursery]:
    """A nursery for what serves a test; what the test raises comes out as it is, and not in a group."""
    raised: list[Exception] = []
    async with trio.open_nursery() as nursery:
        try:
            yield nursery
        except Exception as error:
            raised.append(error)
        nursery.cancel_scope.cancel()
    for one in raised:
        raise one


@asynccontextmanager
async def loopback(*replies: Reply, respond: Responder | None = None) -> AsyncIterator[Loopback]:
    """A server that answers by `respond`, else with `replies`, the last one again and again."""
    server = Loopback(respond or script(*(replies or (Reply(),))))
    async with _background() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        server.url = f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        nursery.start_soon(trio.serve_listeners, server.serve, listeners)
        yield server


@asynccontextmanager
async def browsing() -> AsyncIterator[Web]:
    """The client that the adapters share."""
    web = Web()
    async with _background() as nursery:
        await nursery.start(web.run)
        yield web


def endpoint_of(server: Loopback, path: str = "", name: str = "double", key: str = KEY) -> Endpoint:
    """Where the double is."""
    return Endpoint(name, name.title(), server.url + path, key, f"{name.upper()}_API_KEY")


class _Steps(trio.abc.Instrument):
    """Cancels a scope when a task has made so many steps."""

    def __init__(self, steps: int) -> None:
        self._left = steps
        self._scope = trio.CancelScope()
        self._task: trio.lowlevel.Task | None = None

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[trio.CancelScope]:
        self._task = trio.lowlevel.current_task()
        trio.lowlevel.add_instrument(self)
        try:
            with self._scope:
                yield self._scope
        finally:
            trio.lowlevel.remove_instrument(self)

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        if task is self._task:
            self._left -= 1
            if self._left == 0:
                self._scope.cancel()


async def cancel_everywhere(server: Loopback, call: Callable[[], Awaitable[object]], most: int = 500) -> None:
    """Make the call again and again, cancelled at its first step, its second, and so on until it comes through.

    First over one connection, then over a new one each. After each, a call that is not cancelled works, no answer is
    being given any more, and no connection is open but the one that is kept.
    """
    for server.keeps in (True, False):
        steps, is_through = 0, False
        while not is_through:
            steps += 1
            assert steps < most, "it never came through"
            with trio.fail_after(NET):
                async with _Steps(steps).watch() as scope:
                    await call()
                await call()
            is_through = not scope.cancelled_caught
            await server.until(lambda now: now.busy == 0 and now.open <= now.keeps)
        assert steps > 3, "the call hardly waits, so this shows nothing"
