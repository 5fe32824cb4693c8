"""Runs a benchmark, server beside server, and prints the medians of its rounds: `python -m tests.bench --help`."""

import argparse
import asyncio
import statistics
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import msgspec

from tests.bench import bargein, load
from tests.bench.process import NODE, OURS, PEER, Process, has_node, part_cores, running

Measurement = load.Spoken | load.Connected | load.Kept | bargein.Interrupted
Measure = Callable[[Process], Coroutine[Any, Any, Measurement]]


def main() -> None:
    """Read the arguments, and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each server is measured")
    which = parser.add_subparsers(dest="benchmark", required=True)
    turns = which.add_parser("turns", help="sessions that speak: processor time a chunk, memory, commit to sound")
    turns.add_argument("--sessions", type=int, default=300)
    turns.add_argument("--seconds", type=float, default=20.0, help="how long they speak")
    connections = which.add_parser("connections", help="idle connections and their memory; connects per second")
    connections.add_argument("--idle", type=int, default=1_000)
    connections.add_argument("--comers", type=int, default=500)
    sessions = which.add_parser("sessions", help="sessions that nobody is connected to, and their memory")
    sessions.add_argument("--sessions", type=int, default=400, help="at most 480: the server holds 1,000 in all")
    interrupted = which.add_parser("barge-in", help="answers that are interrupted: what still comes, and how long")
    interrupted.add_argument("--sessions", type=int, default=200)
    arguments = parser.parse_args()
    core = part_cores()
    match arguments.benchmark:
        case "turns":
            _turns(core, arguments.rounds, arguments.sessions, arguments.seconds)
        case "connections":
            _connections(core, arguments.rounds, arguments.idle, arguments.comers)
        case "sessions":
            _sessions(core, arguments.rounds, arguments.sessions)
        case "barge-in":
            _barge_in(core, arguments.rounds, arguments.sessions)


def _turns(core: int, rounds: int, sessions: int, seconds: float) -> None:
    for is_base64 in (True, False):
        print(f"\n{sessions} sessions, {seconds:g} s, {'base64' if is_base64 else 'binary'}")

        def measure(server: Process, is_base64: bool = is_base64) -> Coroutine[Any, Any, load.Spoken]:
            return load.speak(server, sessions, seconds, is_base64=is_base64)

        _compare(core, (OURS, PEER), rounds, measure)


def _connections(core: int, rounds: int, idle: int, comers: int) -> None:
    print(f"\n{idle} idle connections; {comers} that come and go over each transport")
    servers = (OURS, PEER, NODE) if has_node() else (OURS, PEER)
    _compare(core, servers, rounds, lambda server: load.connect(server, idle, comers))


def _sessions(core: int, rounds: int, sessions: int) -> None:
    print(f"\n{sessions} configured sessions without a connection; as many idle connections")
    _compare(core, (OURS,), rounds, lambda server: load.keep(server, sessions))


def _barge_in(core: int, rounds: int, sessions: int) -> None:
    for stream in (False, True):
        print(f"\n{sessions} sessions that fall behind, {'a long answer in pieces' if stream else 'one long sound'}")

        def measure(server: Process, stream: bool = stream) -> Coroutine[Any, Any, bargein.Interrupted]:
            return bargein.interrupt(server, sessions, stream=stream)

        _compare(core, (OURS, PEER), rounds, measure)


def _compare(core: int, servers: Sequence[str], rounds: int, measure: Measure) -> None:
    """Measure the servers in turn, so often, and print each quantity's median and its ratio to the peer's.

    Where there is no peer, the ratio is that to the first server, which says nothing.
    """
    peer = PEER if PEER in servers else servers[0]
    measured: dict[str, list[Measurement]] = {server: [] for server in servers}
    for _ in range(rounds):
        for server in servers:
            measured[server].append(_run(core, server, measure))
            print(f"  {server}: {measured[server][-1]}", flush=True)
    fields = measured[peer][0].__struct_fields__
    print(f"{'median':>20}" + "".join(f"{server:>28}" for server in servers))
    for field in fields:
        print(f"{field:>20}" + "".join(_cell(field, measured[server], measured[peer]) for server in servers))


def _cell(field: str, own: Sequence[msgspec.Struct], peers: Sequence[msgspec.Struct]) -> str:
    """The median of a quantity, and the median of its ratios to the peer's of the same round."""
    values = [getattr(one, field) for one in own]
    ratios = [value / (getattr(peer, field) or 1e-9) for value, peer in zip(values, peers, strict=True)]
    return f"{statistics.median(values):>18.2f} ({statistics.median(ratios):5.2f} x)"


def _run(core: int, server: str, measure: Measure) -> Measurement:
    import uvloop

    async def run(process: Process) -> Measurement:
        return await measure(process)

    with running(server, core) as process, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run(process))


if __name__ == "__main__":
    main()
