"""One connection to a Wyoming peer: events in both directions, each within the time that the peer has for it."""

import math

import trio

from actors.ports.calls import EngineFailed
from actors.ports.pace import Pace
from actors.ports.sound import Undecodable
from adapters.reach.call import Patience
from adapters.reach.contract import ProviderFailed
from adapters.reach.wyoming.frames import NotWyoming, WyomingReader, pack
from adapters.reach.wyoming.messages import Incoming, Outgoing, WyomingDescribe, WyomingError, WyomingInfo

SAID = 300
"""Characters of a peer's own message that an error repeats."""


class WyomingConnection:
    """One connection to a peer, used by one task that sends and one that receives."""

    def __init__(self, stream: trio.abc.Stream, name: str, patience: Patience) -> None:
        """`name`: of the peer, for errors."""
        self._stream = stream
        self._name = name
        self._patience = patience
        self._reader = WyomingReader()
        self._is_gone = False
        self._waiting = trio.CancelScope()
        self._trouble: EngineFailed | Undecodable | None = None
        self._owed_since = math.inf
        self._waited = 0.0
        self._heard = False
        self._pace = Pace()

    async def send(self, event: Outgoing) -> None:
        """Send `event`; nothing where the peer has gone, which `receive` tells. Raises ProviderFailed.

        Cancelling may leave half an event sent: then the connection is of no more use.
        """
        if self._is_gone:
            await trio.lowlevel.checkpoint()
            return
        with trio.move_on_after(self._patience.silence):
            try:
                await self._stream.send_all(pack(event))
            except trio.BrokenResourceError:
                self._is_gone = True
            return
        raise ProviderFailed(
            f"{self._name} stopped reading for {self._patience.silence:g} seconds: see whether it hangs"
        )

    def expect(self) -> None:
        """From now on the peer owes an answer, and `receive` waits no longer than is allowed."""
        self._owed_since, self._waited, self._heard = trio.current_time(), 0.0, False
        self._waiting.deadline = self._owed_since + self._allowed()

    def fail(self, error: EngineFailed | Undecodable) -> None:
        """Have `receive` raise `error`."""
        self._trouble = error
        self._waiting.cancel()

    async def ask(self) -> WyomingInfo:
        """The programs that the peer has. Raises ProviderFailed. After cancelling, the connection has to be closed."""
        await self.send(WyomingDescribe())
        self.expect()
        while True:
            if isinstance(event := await self.receive(), WyomingInfo):
                self._owed_since = math.inf
                return event

    async def receive(self) -> Incoming:
        """The next event of a known type. Raises ProviderFailed, or what `fail` was given. Cancelling loses nothing."""
        began = trio.current_time()
        self._waiting = trio.CancelScope(deadline=began + self._allowed())
        if self._trouble:
            self._waiting.cancel()
        with self._waiting:
            event = await self._next()
            self._waited += max(trio.current_time() - max(began, self._owed_since), 0.0)
            self._heard = True
            return event
        raise self._trouble or ProviderFailed(
            f"{self._name} did not go on within {self._allowed():g} seconds: see whether it is overloaded"
        )

    def _allowed(self) -> float:
        """Seconds for which the peer may be waited for."""
        if self._owed_since == math.inf:
            return math.inf
        pause = self._patience.silence if self._heard else self._patience.first_byte
        return max(min(pause, self._patience.whole - self._waited), 0.0)

    async def _next(self) -> Incoming:
        """The next event but an error. Raises ProviderFailed."""
        while True:
            await self._pace.spend(1)  # many small events may have come at once
            try:
                event = self._reader.take()
            except NotWyoming as error:
                raise ProviderFailed(f"{self._name} does not speak Wyoming as it should: {error}") from None
            match event:
                case WyomingError(text):
                    raise ProviderFailed(f"{self._name} failed: {text[:SAID] or 'it does not say why'}")
                case int(missing):
                    self._reader.feed(await self._read(missing))
                case None:
                    continue
                case _:
                    return event

    async def _read(self, missing: int) -> bytes:
        """The next bytes, `missing` of them being needed. Raises ProviderFailed at the end of the stream."""
        try:
            chunk = await self._stream.receive_some(max(65_536, missing))
        except trio.BrokenResourceError:
            chunk = b""
        if not chunk:
            raise ProviderFailed(f"{self._name} closed the connection before it had answered: see its log")
        return bytes(chunk)
