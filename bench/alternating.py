"""Servers that run beside each other and are measured in turn, window by window: what slows the machine slows all."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack
from typing import Self

from bench.process import Process, running
from bench.readings import Round


class Turns:
    """The right to use the cores: one load has it at a time, and hands it on between two windows."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._lock.acquire()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()

    async def pass_on(self) -> None:
        """Let the others have their turn, in the order in which they came. Cancelled, it has not got it back."""
        self._lock.release()
        await self._lock.acquire()


Load = Callable[[Process, Turns], Coroutine[None, None, Round]]


def alternate(core: int, loads: Mapping[str, tuple[str, Load]]) -> dict[str, Round]:
    """What each load has measured, by its name; each is given with its server, of which it has a fresh process.

    A load that fails has measured nothing, and a line says why; the others go on. Raises TimeoutError where a server
    does not come up.
    """
    import uvloop

    with ExitStack() as stack:
        servers = {name: stack.enter_context(running(server, core)) for name, (server, _) in loads.items()}
        runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        return runner.run(_measured(servers, {name: load for name, (_, load) in loads.items()}))


async def _measured(servers: Mapping[str, Process], loads: Mapping[str, Load]) -> dict[str, Round]:
    turns = Turns()
    rounds = await asyncio.gather(*[_attempt(name, loads[name], server, turns) for name, server in servers.items()])
    return dict(zip(servers, rounds, strict=True))


async def _attempt(name: str, load: Load, server: Process, turns: Turns) -> Round:
    begun = time.monotonic()
    try:
        async with turns:
            readings = await load(server, turns)
    except (RuntimeError, TimeoutError, ConnectionError) as error:
        print(f"  {name}: FAILED: {error!r}", flush=True)
        return ()
    print(f"  {name}: {len(readings)} quantities, {time.monotonic() - begun:.0f} s", flush=True)
    return readings
