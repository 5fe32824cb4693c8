"""The readers of `frames`: the same WebSocket frames read by ours, by `websockets` and by wsproto, without sockets.

Each reader hands its messages over as a server wants them, whole, `str` or `bytes`, and answers pings where it does so
by itself. Everything happens in this process, which measures its own processor time.
"""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import msgspec
from websockets.frames import Frame as Fragment
from websockets.frames import Opcode
from websockets.protocol import OPEN, SERVER, Protocol
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, TextMessage

from bench import exchange
from bench.wire import frame
from protocol.websocket import FrameReader

OURS, WEBSOCKETS, WSPROTO = "ours", "websockets", "wsproto"
READERS = (OURS, WEBSOCKETS, WSPROTO)
READ = 65_536
"""Bytes of one read."""
_MOST = 1_000_000
_WARM = 100
Message = str | bytes
Read = Callable[[bytes], list[Message]]
"""Read bytes, and return the messages that are complete."""


class FrameCost(msgspec.Struct, frozen=True):
    """Microseconds of processor time for a frame, in streams of chunks of sound, 3,200 bytes each.

    `us_binary`: an event and its binary attachment, two frames, in reads of 64 kB; `us_binary_apart`: the same, each
    pair in a read of its own, as a person speaks; `us_base64`: one text of 4.3 kB a chunk, each in a read of its own.
    """

    us_binary: float
    us_binary_apart: float
    us_base64: float


def measure(reader: str, chunks: int) -> FrameCost:
    """The cost of each stream of so many chunks. Raises RuntimeError where messages are missing or wrong."""
    binary, base64 = exchange.append(is_base64=False), exchange.append(is_base64=True)
    return FrameCost(
        _measure(reader, binary, chunks, is_joined=True),
        _measure(reader, binary, chunks, is_joined=False),
        _measure(reader, base64, chunks, is_joined=False),
    )


def _measure(name: str, chunk: tuple[Message, ...], chunks: int, *, is_joined: bool) -> float:
    apart = [b"".join(map(frame, chunk))] * chunks
    reads = list(_cut(b"".join(apart))) if is_joined else apart
    read = _MADE[name]()
    for data in apart[:_WARM]:
        _check(read(data), chunk)
    count = 0
    begin = time.process_time()
    for data in reads:
        count += len(read(data))
    used = time.process_time() - begin
    if count != chunks * len(chunk):
        raise RuntimeError(f"{name}: {count} messages of {chunks * len(chunk)} came")
    return used / count * 1e6


def _cut(stream: bytes) -> Iterator[bytes]:
    for start, stop in pairwise((*range(0, len(stream), READ), len(stream))):
        yield stream[start:stop]


def _check(came: list[Message], expected: tuple[Message, ...]) -> None:
    if tuple(came) != expected:
        raise RuntimeError("the messages are others than those that were sent")


# ---- the readers


def _ours() -> Read:
    reader = FrameReader(_MOST)

    def read(data: bytes) -> list[Message]:
        messages = [item for item in reader.receive(data) if isinstance(item, str | bytes)]
        while reader.has_more:
            messages += [item for item in reader.receive() if isinstance(item, str | bytes)]
        return messages

    return read


def _websockets() -> Read:
    protocol = Protocol(SERVER, state=OPEN, max_size=_MOST)
    fragments: list[Fragment] = []

    def read(data: bytes) -> list[Message]:
        protocol.receive_data(data)
        messages: list[Message] = []
        for event in protocol.events_received():
            assert isinstance(event, Fragment)
            if event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                fragments.append(event)
                if event.fin:
                    messages.append(_joined(fragments))
                    fragments.clear()
        protocol.data_to_send()
        return messages

    return read


def _joined(fragments: list[Fragment]) -> Message:
    data = bytes(fragments[0].data) if len(fragments) == 1 else b"".join(fragment.data for fragment in fragments)
    return data.decode() if fragments[0].opcode is Opcode.TEXT else data


def _wsproto() -> Read:
    connection = Connection(ConnectionType.SERVER)
    text: list[str] = []
    sound: list[bytes] = []

    def read(data: bytes) -> list[Message]:
        connection.receive_data(data)
        messages: list[Message] = []
        for event in connection.events():
            match event:
                case TextMessage():
                    text.append(event.data)
                    if event.message_finished:
                        messages.append("".join(text))
                        text.clear()
                case BytesMessage():
                    sound.append(bytes(event.data))
                    if event.message_finished:
                        messages.append(b"".join(sound))
                        sound.clear()
        return messages

    return read


_MADE: dict[str, Callable[[], Read]] = {OURS: _ours, WEBSOCKETS: _websockets, WSPROTO: _wsproto}
