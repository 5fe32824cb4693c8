"""What the parent does with a stream: it reads the line of the first request, and finds the process for it.

Nothing is answered here. What cannot be understood goes to the process with least to do, which says what is wrong. A
stream that speaks TLS cannot be read, and goes there too.
"""

import logging
import os
from collections.abc import Callable
from typing import Final

import trio

from adapters.multiprocess.directory import OwnerTable
from adapters.multiprocess.frames import StreamFrame
from adapters.wire.heads import MAX_HEAD, BadRequest, read_target
from adapters.wire.peers import peer_address
from adapters.wire.streams import StreamSlots
from protocol.handshake import BadHandshake, read_handshake
from protocol.messages import Names

log = logging.getLogger(__name__)
IDLE: Final = 65.0
"""Seconds until the first byte of a request; as in `adapters/wire/http.py`."""
READ_SIZE: Final = 16_384

Pass = Callable[[str, StreamFrame, int], bool]
"""Gives the process of this name a stream by its descriptor; False where it does not take it."""


class Dispatcher:
    """Finds for each stream its process by `table`, and gives it there by `pass_on`."""

    def __init__(self, table: OwnerTable, names: Names, slots: StreamSlots, pass_on: Pass) -> None:
        self._table = table
        self._names = names
        self._slots = slots
        self._pass_on = pass_on

    async def take(self, stream: trio.SocketStream, secured: str) -> None:
        """A new stream; it is closed where nobody takes it. Cancelling closes it."""
        slot = self._slots.enter(peer_address(stream))
        if slot is None:
            return await trio.aclose_forcefully(stream)
        begun: bytes | None = None
        try:
            with slot.scope:
                begun = b"" if secured else await _first_line(stream)
        finally:
            self._slots.leave(slot)
            if begun is None:
                await trio.aclose_forcefully(stream)
        if begun is not None:
            self.dispatch(stream.socket.detach(), StreamFrame(begun, secured=secured))
        return None

    def dispatch(self, descriptor: int, frame: StreamFrame) -> None:
        """Give a stream to its process; it is closed where there is none, or where that does not keep up."""
        sid, session = self._named(frame.begun)
        try:
            name, is_final = self._table.choose(sid, session, trio.current_time())
        except LookupError:
            log.warning("a connection was closed: no server process is ready")
            name = ""
        else:
            frame = StreamFrame(frame.begun, frame.address, frame.secured, is_final)
        if not name or not self._pass_on(name, frame, descriptor):
            os.close(descriptor)

    def _named(self, begun: bytes) -> tuple[str, str]:
        """The sid and the session in the first line of a request, each "" where there is none that can be used."""
        parts = begun.lstrip(b"\r\n").partition(b"\n")[0].split(b" ")
        try:
            query = read_target(parts[0].decode("ascii"), parts[1].decode("ascii"))[2]
            sid = query.get("sid", "")
            return sid, "" if sid else read_handshake(None, query, self._names).session_id
        except (BadRequest, BadHandshake, IndexError, UnicodeDecodeError):
            return "", ""


async def _first_line(stream: trio.SocketStream) -> bytes | None:
    """What has come once there is a whole line of a request, or as much as a head may have; None where none comes."""
    begun = bytearray()
    with trio.move_on_after(IDLE):
        try:
            while b"\n" not in begun.lstrip(b"\r\n") and len(begun) < MAX_HEAD:
                data = await stream.receive_some(READ_SIZE)
                begun += data
                if not data:
                    return bytes(begun) or None
        except trio.BrokenResourceError:
            return None
        return bytes(begun)
    return bytes(begun) or None
