"""A server process of `--workers`: a whole server whose streams come from its parent (adapters/multiprocess/parent.py).

    python -m adapters.serverprocess DESCRIPTOR [--debug]

The descriptor is the control channel. The settings come by it, and so does the request to end. SIGTERM to this process
alone ends it in good order too, and the parent starts another one. Where the parent is gone it ends by itself.
"""

import contextlib
import os
import socket
import ssl
import sys
from functools import partial
from typing import Final

import msgspec
import trio

from adapters.lifecycle import logs
from adapters.lifecycle.ending import Ending, received
from adapters.lifecycle.exits import set_up_faults
from adapters.lifecycle.signals import hold_back, ignore
from adapters.multiprocess.channel import ChannelClosed, ControlChannel
from adapters.multiprocess.directory import SEPARATOR
from adapters.multiprocess.frames import StartedFrame, StartFailedFrame, StartFrame, ToProcess
from adapters.multiprocess.link import ParentLink
from adapters.multiprocess.process import Values, unpack_settings
from adapters.multiprocess.sharing import share
from adapters.relay.hub import RelayHub
from adapters.serving import Leave, Running, Standing, start
from adapters.settings.errors import StartupFailed, first_of
from adapters.settings.reading import settle
from adapters.settings.settings import Settings
from adapters.wire import lan
from adapters.wire.passing import Passed
from adapters.wire.sockets import ListeningSockets, make_contexts

LAST_FRAMES: Final = 1.0
"""Seconds in which the parent takes what is said last."""


class ServingProcess:
    """One server process; `begin` is the parent's first frame."""

    def __init__(self, channel: "ControlChannel[ToProcess]", begin: StartFrame) -> None:
        self._begin = begin
        self._channel = channel
        self._link = ParentLink(channel, begin.name)
        self._ending = Ending()
        self._contexts: dict[str, ssl.SSLContext] = {}

    def _settings(self, values: Values) -> Settings:
        return share(settle(values), self._begin.count)

    async def run(self) -> None:
        """Serve until the parent, or a signal, says that it is to end. Cancelling ends it at once."""
        ending = self._ending
        with received() as signals:
            async with trio.open_nursery() as nursery:
                ending.reload = _leave_it_to_the_parent
                nursery.start_soon(ending.heed, signals)
                nursery.start_soon(self._write)
                nursery.start_soon(self._end_when_asked)
                leave: Leave | None = None
                with ending.life:
                    leave = (await self._start(nursery)).take_leave
                    await trio.sleep_forever()
                if leave is not None:
                    with ending.shutdown:
                        await leave()
                nursery.cancel_scope.cancel()

    async def _start(self, nursery: trio.Nursery) -> Running:
        """Start the server. Raises StartupFailed."""
        lines: list[str] = []
        settings = self._settings(unpack_settings(self._begin.settings))
        link = self._link
        standing = Standing(self._open_ports, self._begin.operator, self._begin.name + SEPARATOR, link, link, link)
        self._contexts = await make_contexts(settings.server, lan.folder())
        running = await start(settings, nursery, lines.append, standing)
        link.parts = running.parts
        relays = RelayHub(running.supervisor, settings.server.timing, link.ask_for)
        await nursery.start(relays.run)
        running.supervisor.relays, link.attach = relays, relays.attach
        nursery.start_soon(self._listen, running, nursery)
        reloading = running.reloading(lambda: self._settings(link.settings))
        nursery.start_soon(link.keep_settings, reloading.reload)
        nursery.start_soon(link.tell_load, lambda: (len(running.supervisor.session_registry), running.listener.streams))
        self._channel.send(StartedFrame(tuple(lines[1:])))
        return running

    async def _open_ports(self) -> ListeningSockets:
        """Where the parent listens."""
        begin = self._begin
        return ListeningSockets([], begin.host, begin.port, begin.lan)

    async def _listen(self, running: Running, nursery: trio.Nursery) -> None:
        """Do what the parent says until it is gone."""

        def take(stream: trio.SocketStream, passed: Passed, secured: str) -> None:
            whole: trio.abc.Stream = stream
            if secured:
                context = self._contexts[secured]
                whole = trio.SSLStream(stream, context, server_side=True, https_compatible=True)
            nursery.start_soon(running.listener.serve, whole, passed)

        try:
            await self._link.listen(take)
        except ChannelClosed:
            self._ending.life.cancel()

    async def _write(self) -> None:
        try:
            await self._link.write()
        except ChannelClosed:
            self._ending.life.cancel()

    async def _end_when_asked(self) -> None:
        await self._link.asked_to_end.wait()
        self._ending.life.cancel()
        await self._link.asked_to_end_at_once.wait()
        self._ending.shutdown.cancel()


async def _leave_it_to_the_parent() -> None:
    """SIGHUP is for the parent, which reads the settings for all processes."""


async def serve(descriptor: int, *, debug: bool) -> None:
    """Serve by what comes on the control channel. Raises StartupFailed. Cancelling ends it at once."""
    os.set_inheritable(descriptor, False)
    sock = trio.socket.from_stdlib_socket(socket.socket(fileno=descriptor))
    channel: ControlChannel[ToProcess] = ControlChannel(sock, msgspec.msgpack.Decoder(ToProcess))
    try:
        begin, _ = await channel.receive()
    except ChannelClosed:
        return
    assert isinstance(begin, StartFrame)
    settings = settle(unpack_settings(begin.settings))
    logs.set_up(debug, settings.log.format, begin.name)
    failed: BaseException | None = None
    try:
        await ServingProcess(channel, begin).run()
    except* StartupFailed as failures:
        failed = failures
    if failed is not None:
        channel.send(StartFailedFrame(str(first_of(failed))))
        with trio.move_on_after(LAST_FRAMES), contextlib.suppress(ChannelClosed):
            await channel.write()
    channel.close()


def main() -> None:
    """Run the process that the parent has started."""
    hold_back()
    debug = "--debug" in sys.argv
    logs.set_up(debug)
    set_up_faults(debug)
    trio.run(partial(serve, int(sys.argv[1]), debug=debug))
    ignore()


if __name__ == "__main__":
    main()
