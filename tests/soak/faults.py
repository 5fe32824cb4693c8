"""The faults of a soak: each is injected, lasts a while, and is undone."""

import math
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from random import Random

import psutil
import trio

from tests.soak.findings import AFTER, KILLED_SERVER, NO_DESCRIPTORS
from tests.soak.operator import Operator
from tests.soak.providers import BEHAVIOURS
from tests.soak.script import PlannedFault, Visit
from tests.soak.settings import LESS_MEMORY, LIMITS
from tests.soak.visited import Caller, VisitedServer
from tests.soak.visits import configuration, configure

HOUR = 3_600.0
FROZEN = 2.5


class Injection:
    """What a fault has to do with: the server, who visits it, and its own part of the seed."""

    def __init__(self, operator: Operator, visited: VisitedServer, planned: PlannedFault) -> None:
        self.operator = operator
        self.visited = visited
        self.planned = planned
        self.random = Random(planned.seed)

    async def run(self) -> None:
        """Inject the fault, and undo it after its time, or when this is cancelled."""
        findings, kind = self.visited.findings, self.planned.kind
        findings.faults[kind] += 1
        findings.weather[kind] = findings.weather.get(kind, 0) + 1
        try:
            await FAULTS_BY_KIND[kind](self)
        finally:
            findings.weather[kind] -= 1
            if not findings.weather[kind]:
                del findings.weather[kind]

    async def last(self) -> None:
        """Wait for as long as the fault is to last."""
        await trio.sleep(self.planned.seconds)


async def kill_workers(injection: Injection) -> None:
    """`kill -9` of a worker process, and of more where there is time."""
    until = trio.current_time() + injection.planned.seconds
    while trio.current_time() < until:
        if workers := injection.operator.process.workers():
            with suppress(psutil.NoSuchProcess):
                psutil.Process(injection.random.choice(workers).pid).kill()
        await trio.sleep(injection.random.uniform(0.5, 2.0))


async def stop_a_worker(injection: Injection) -> None:
    """SIGSTOP of a worker process, and SIGCONT if it is still there."""
    workers = injection.operator.process.workers()
    if not workers:
        return
    process = psutil.Process(injection.random.choice(workers).pid)
    with suppress(psutil.NoSuchProcess):
        process.suspend()
        try:
            await injection.last()
        finally:
            process.resume()


async def freeze(injection: Injection) -> None:
    """SIGSTOP of the server itself, for less than a client waits for a pong."""
    processes = injection.operator.process.all()
    for process in processes:
        process.suspend()
    try:
        await trio.sleep(min(injection.planned.seconds, FROZEN))
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()


async def kill_a_server(injection: Injection) -> None:
    """`kill -9` of one of several processes that serve: its clients come again."""
    with suppress(psutil.NoSuchProcess):
        injection.random.choice(injection.operator.process.serving()).kill()
    try:
        await injection.last()
    finally:
        injection.visited.findings.crowded_until = injection.visited.findings.now + AFTER


async def take_descriptors(injection: Injection) -> None:
    """The server may open hardly any file more than it has."""
    more = injection.random.randint(0, 4)

    def few(process: psutil.Process) -> int:
        return int(process.num_fds()) + more

    try:
        with injection.operator.process.limited(resource.RLIMIT_NOFILE, few):
            await injection.last()
    finally:
        injection.visited.findings.crowded_until = injection.visited.findings.now + AFTER


async def fill_the_disk(injection: Injection) -> None:
    """No file of the server may grow: its log is one."""
    with injection.operator.process.limited(resource.RLIMIT_FSIZE, lambda _: 0):
        await injection.last()


async def fill_the_memory(injection: Injection) -> None:
    """Clients send utterances, and commit none, until the memory in flight is used up."""
    count = math.ceil(LIMITS.memory_in_flight / LIMITS.utterance_bytes) + 1
    async with AsyncExitStack() as stack:
        hoarders = []
        for number in range(count):
            caller = Caller(injection.visited, Visit(0.0, "full memory", injection.planned.seed + number))
            caller.host = "127.0.0.4"
            client = await stack.enter_async_context(caller.joined(caller.auth(), keeps_rules=False))
            if client is not None and await configure(client, configuration(caller, "pcm16")):
                hoarders.append(client)
        until = trio.current_time() + injection.planned.seconds
        while trio.current_time() < until:
            for client in hoarders:
                await client.send("input.buffer.append", bytes(100_000))
            await trio.sleep(0.5)


async def lessen_the_memory(injection: Injection) -> None:
    """The settings have less memory in flight, and then as much as before."""
    injection.operator.write_settings(memory=LESS_MEMORY)
    try:
        await injection.last()
    finally:
        injection.operator.write_settings()


async def read_settings_again(injection: Injection) -> None:
    """SIGHUP, several times; a token of nobody that is here changes."""
    until = trio.current_time() + injection.planned.seconds
    while trio.current_time() < until:
        injection.operator.write_settings(token=f"kiosk-{injection.random.getrandbits(32)}")
        await trio.sleep(injection.random.uniform(0.01, 1.0))


async def spoil_the_settings(injection: Injection) -> None:
    """SIGHUP with a file that cannot be used: nothing may change."""
    bad = ("[limits]\nreceiving = -1\n", "this is no TOML", '[server]\nnosuchkey = "x"\n', "\x00" * 100)
    injection.operator.write_settings(text=injection.random.choice(bad))
    try:
        await injection.last()
    finally:
        injection.operator.write_settings()


def _clock(direction: int) -> Callable[[Injection], Awaitable[None]]:
    async def set_the_clock(injection: Injection) -> None:
        """The server's time of day jumps, and jumps back."""
        injection.operator.board.clock = direction * injection.random.choice((5.0, HOUR, 400 * 24 * HOUR))
        try:
            await injection.last()
        finally:
            injection.operator.board.clock = 0.0

    return set_the_clock


async def misbehave(injection: Injection) -> None:
    """A provider, or each of them, behaves badly."""
    providers = injection.operator.providers
    chosen = injection.random.choice((providers, providers[:1], providers[1:]))
    behaviour = BEHAVIOURS[injection.planned.kind](injection.random)
    before = [(provider, provider.behave) for provider in chosen]
    for provider in chosen:
        provider.behave = behaviour
    try:
        await injection.last()
    finally:
        for provider, behave in before:
            provider.behave = behave


FAULTS_BY_KIND: Mapping[str, Callable[[Injection], Awaitable[None]]] = {
    "kill a worker": kill_workers,
    "stop a worker": stop_a_worker,
    "freeze": freeze,
    KILLED_SERVER: kill_a_server,
    NO_DESCRIPTORS: take_descriptors,
    "full disk": fill_the_disk,
    "full memory": fill_the_memory,
    "less memory": lessen_the_memory,
    "settings again": read_settings_again,
    "bad settings": spoil_the_settings,
    "clock back": _clock(-1),
    "clock on": _clock(1),
    **dict.fromkeys(BEHAVIOURS, misbehave),
}


@asynccontextmanager
async def injecting(
    operator: Operator, visited: VisitedServer, planned: tuple[PlannedFault, ...]
) -> AsyncIterator[None]:
    """All these faults at their times from now on; at the end of the block each is undone."""
    async with trio.open_nursery() as nursery:

        async def at_its_time(fault: PlannedFault) -> None:
            await trio.sleep(fault.at)
            await Injection(operator, visited, fault).run()

        for fault in planned:
            nursery.start_soon(at_its_time, fault)
        yield
        nursery.cancel_scope.cancel()
