"""Runs a benchmark, server beside server, and prints the medians of its rounds: `python -m bench --help`."""

import argparse
import asyncio
import statistics
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

import msgspec

from bench import audio, bargein, first_sound, frames, lag, load, providers
from bench.process import NODE, OURS, OURS_WITH_CODEC, PEER, Process, has_node, part_cores, running

Timed = first_sound.FirstSound | first_sound.ConversationTimes | first_sound.Growth
Loaded = load.SpeakingCost | load.Connected | load.Kept | load.Returned
Measurement = Loaded | bargein.Interrupted | providers.Streamed | frames.FrameCost | Timed
MEMORY_ROUNDS = 10
Measure = Callable[[Process], Coroutine[Any, Any, Measurement]]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
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
    memory = which.add_parser("rounds", help="utterances that are thrown away, again and again: what memory stays")
    memory.add_argument("--sessions", type=int, default=30)
    memory.add_argument("--megabytes", type=int, default=10, help="of each utterance")
    interrupted = which.add_parser("barge-in", help="answers that are interrupted: what still comes, and how long")
    interrupted.add_argument("--sessions", type=int, default=200)
    streams = which.add_parser("providers", help="answers of models that are streamed: processor time a chunk")
    streams.add_argument("--chunks", type=int, default=2_000)
    which.add_parser("audio", help="sound that is decoded, encoded, passed through: processor time for each second")
    sound = which.add_parser("first-sound", help="turns at once, conversations in pieces, utterances that grow long")
    sound.add_argument("--sessions", type=int, default=40, help="of the conversations and of the long utterances")
    which.add_parser("lag", help="one client sends a megabyte of each kind: how long everybody else waits")
    reading = which.add_parser("frames", help="WebSocket frames that are read, without sockets: processor time a frame")
    reading.add_argument("--chunks", type=int, default=2_000, help="of sound, in each stream")
    return parser.parse_args()


def main() -> None:
    """Read the arguments, and measure."""
    arguments = _arguments()
    core, rounds = part_cores(), arguments.rounds
    match arguments.benchmark:
        case "turns":
            _turns(core, rounds, arguments.sessions, arguments.seconds)
        case "connections":
            _connections(core, rounds, arguments.idle, arguments.comers)
        case "sessions":
            _sessions(core, rounds, arguments.sessions)
        case "audio":
            audio.measure(rounds)
        case "rounds":
            _rounds(core, arguments.sessions, arguments.megabytes)
        case "barge-in":
            _barge_in(core, rounds, arguments.sessions)
        case "first-sound":
            _first_sound(core, rounds, arguments.sessions)
        case "lag":
            _lag(core, rounds)
        case "providers":
            print(f"\nan answer in {arguments.chunks} chunks")
            measure = partial(providers.measure, chunks=arguments.chunks)
            _tabulate(providers.READERS, providers.HTTPX, rounds, measure)
        case "frames":
            print(f"\n{arguments.chunks} chunks of 3,200 bytes in each stream")
            read = partial(frames.measure, chunks=arguments.chunks)
            _tabulate(frames.READERS, frames.WEBSOCKETS, rounds, read)


def _rounds(core: int, sessions: int, megabytes: int) -> None:
    print(f"\n{sessions} utterances of {megabytes} MB, {MEMORY_ROUNDS} rounds")
    measure = partial(load.go_round, sessions=sessions, rounds=MEMORY_ROUNDS, size=megabytes * 1_000_000)
    _compare(core, (OURS,), 1, measure)


def _lag(core: int, rounds: int) -> None:
    """Each shape in a server of its own, so often; and the medians as a table."""
    import uvloop

    rows: dict[str, list[lag.Lag]] = {shape: [] for shape in (*lag.SHAPES, *lag.POSTS)}
    file = lag.steps_file()
    try:
        for shape in (*rows,) * rounds:
            with (
                running(OURS_WITH_CODEC, core, f"--steps={file}") as process,
                asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
            ):
                rows[shape].append(runner.run(lag.measure(process, lag.Steps(file), shape)))
            print(f"  {shape}: {rows[shape][-1]}", flush=True)
    finally:
        file.unlink()
    fields = lag.Lag.__struct_fields__
    print(f"{'median':>36}" + "".join(f"{field:>12}" for field in fields))
    for shape, values in rows.items():
        medians = [statistics.median(getattr(value, field) for value in values) for field in fields]
        print(f"{shape:>36}" + "".join(f"{median:>12.1f}" for median in medians))


def _turns(core: int, rounds: int, sessions: int, seconds: float) -> None:
    for is_base64 in (True, False):
        print(f"\n{sessions} sessions, {seconds:g} s, {'base64' if is_base64 else 'binary'}")

        def measure(server: Process, is_base64: bool = is_base64) -> Coroutine[Any, Any, load.SpeakingCost]:
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


def _first_sound(core: int, rounds: int, sessions: int) -> None:
    modes = (PEER, first_sound.PASSING, first_sound.CONVERTING)
    for at_once in (1, 50, 300):
        print(f"\n{at_once} turns at once, commit to first sound")
        _of_modes(core, modes, rounds, partial(first_sound.commit_at_once, at_once=at_once))
    print(f"\n{sessions} conversations, {first_sound.SPOKEN:g} s of speech and {first_sound.ANSWERED:g} s of answer")
    _of_modes(core, modes, rounds, partial(first_sound.converse, sessions=sessions))
    print(f"\n{sessions} utterances of {first_sound.LONG:g} s")
    _of_modes(core, tuple(first_sound.MODES), rounds, partial(first_sound.grow, sessions=sessions))


def _of_modes(
    core: int, modes: Sequence[str], rounds: int, measure: Callable[..., Coroutine[Any, Any, Measurement]]
) -> None:
    """Measure the ways through the servers in turn."""

    def measured(name: str) -> Measurement:
        mode = first_sound.MODES[name]
        return _run(core, mode.server, partial(measure, mode=mode))

    _tabulate(modes, PEER, rounds, measured)


def _compare(core: int, servers: Sequence[str], rounds: int, measure: Measure) -> None:
    """Measure the servers in turn; where there is no peer, the ratio is that to the first, which says nothing."""
    peer = PEER if PEER in servers else servers[0]
    _tabulate(servers, peer, rounds, lambda server: _run(core, server, measure))


def _tabulate(servers: Sequence[str], peer: str, rounds: int, measure: Callable[[str], Measurement]) -> None:
    """Measure all in turn, so often, and print each quantity's median and its ratio to the peer's."""
    measured: dict[str, list[Measurement]] = {server: [] for server in servers}
    for _ in range(rounds):
        for server in servers:
            measured[server].append(measure(server))
            print(f"  {server}: {measured[server][-1]}", flush=True)
    fields = measured[peer][0].__struct_fields__
    print(f"{'median':>20}" + "".join(f"{server:>28}" for server in servers))
    for field in fields:
        print(f"{field:>20}" + "".join(_cell(field, measured[server], measured[peer]) for server in servers))


def _cell(field: str, own: Sequence[msgspec.Struct], peers: Sequence[msgspec.Struct]) -> str:
    """The median of a quantity, and the median of its ratios to the peer's of the same round, where that is not 0."""
    values = [getattr(one, field) for one in own]
    ratios = [value / base for value, peer in zip(values, peers, strict=True) if (base := getattr(peer, field))]
    ratio = f"({statistics.median(ratios):5.2f} x)" if ratios else ""
    return f"{statistics.median(values):>18.2f} {ratio:>9}"


def _run(core: int, server: str, measure: Measure) -> Measurement:
    import uvloop

    async def run(process: Process) -> Measurement:
        return await measure(process)

    with running(server, core) as process, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run(process))


if __name__ == "__main__":
    main()
