"""A Wyoming server: its address, its programs, and a connection for each call."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio

from adapters.reach.call import Patience
from adapters.reach.contract import ProviderFailed, Verdict, reached
from adapters.reach.wyoming.connection import WyomingConnection
from adapters.reach.wyoming.messages import WyomingInfo

PATIENCE = Patience(first_byte=18.0)
"""Engines on a small machine load their model at the first call, and recognise slower than the person spoke; but within
the session's own limit, so that the next provider is asked."""

Dial = Callable[[str, int], Awaitable[trio.abc.Stream]]


class WyomingServer:
    """The address of a peer, and the programs that it has: asked at the first call, and after a call that failed."""

    def __init__(
        self, host: str, port: int, title: str, patience: Patience = PATIENCE, dial: Dial = trio.open_tcp_stream
    ) -> None:
        """`title` for errors; `dial` opens the connections."""
        self._host, self._port = host, port
        self.name = f"{title} at {host}:{port}"
        self._patience = patience
        self._dial = dial
        self._info: WyomingInfo | None = None

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[WyomingConnection]:
        """Open a connection for one call: Wyoming engines close it after the answer.

        Raises ProviderFailed. The connection is closed however the block ends, also by cancelling.
        """
        try:
            stream = await self._reach()
            try:
                yield WyomingConnection(stream, self.name, self._patience)
            finally:
                await trio.aclose_forcefully(stream)
        except ProviderFailed:
            self._info = None
            raise

    async def _reach(self) -> trio.abc.Stream:
        within = self._patience.connect
        with trio.move_on_after(within):
            try:
                stream = await self._dial(self._host, self._port)
            except OSError:
                raise ProviderFailed(
                    f"{self.name} cannot be reached: start it, or correct its host and port in the settings",
                    Verdict.ABSENT,
                ) from None
            reached()
            return stream
        raise ProviderFailed(
            f"{self.name} cannot be reached within {within:g} seconds: see whether its host and port are right",
            Verdict.ABSENT,
        )

    async def known(self, line: WyomingConnection) -> WyomingInfo:
        """The programs that the peer has, asked over `line` where they are not known yet.

        Raises ProviderFailed. After cancelling, `line` has to be closed.
        """
        if self._info is None:
            self._info = await line.ask()
        return self._info

    async def look(self) -> WyomingInfo:
        """The programs that the peer has now. Raises ProviderFailed. Cancelling closes the connection."""
        async with self.connect() as line:
            self._info = await line.ask()
            return self._info
