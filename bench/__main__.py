"""Runs a benchmark, server beside server, and prints the medians of its rounds: `python -m bench --help`."""

import argparse
import asyncio
import statistics
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from adapters.mouth.classifier import WEIGHTS
from bench import (
    audio,
    compare,
    echo,
    first_sound,
    frames,
    growth,
    handsfree,
    lag,
    load,
    memory,
    mouth,
    mouthfit,
    onset,
    plot,
    providers,
    recognition,
    recordings,
    voice_activity,
    voices,
)
from bench.process import (
    NODE,
    OURS,
    OURS_ORDINARY,
    OURS_RECORDING,
    OURS_WITH_CODEC,
    PEER,
    Process,
    has_node,
    part_cores,
    running,
)

Timed = first_sound.FirstSound | first_sound.Growth
Loaded = load.Connected | load.Kept | load.Returned
Measurement = Loaded | providers.Streamed | voices.VoiceCost | frames.FrameCost | Timed
Measure = Callable[[Process], Coroutine[Any, Any, Measurement]]


def make_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each server is measured")
    which = parser.add_subparsers(dest="benchmark", required=True)
    everything = which.add_parser("compare", help="chunks, turns, memory and more, beside two other servers; real time")
    everything.add_argument("--sessions", type=int, default=300)
    everything.add_argument("--seconds", type=float, default=0.1, help="of each slice in which they speak")
    everything.add_argument("--conversations", type=int, default=40, help="at once, with the real codec; 0: none")
    everything.add_argument("--ordinary", action="store_true", help="also this server with short_way = false")
    growing = which.add_parser("growth", help="a chunk with 10 to 3,000 sessions; one client that floods; real time")
    growing.add_argument("--sessions", type=int, nargs="+", default=growth.COUNTS)
    growing.add_argument("--speakers", type=int, default=300, help="beside the client that floods")
    growing.add_argument("--seconds", type=float, default=2.0, help="of each window in which they speak")
    for plotted in (everything, growing):
        plotted.add_argument("--plot", type=Path, help="where the plot is written to, as SVG")
    connections = which.add_parser("connections", help="idle connections and their memory; connects per second")
    connections.add_argument("--idle", type=int, default=1_000)
    connections.add_argument("--comers", type=int, default=500)
    sessions = which.add_parser("sessions", help="sessions that nobody is connected to, and their memory")
    sessions.add_argument("--sessions", type=int, default=400, help="at most 480: the server holds 1,000 in all")
    made_of = which.add_parser("memory", help="configured sessions: what one takes, and what that is made of")
    made_of.add_argument("--sessions", type=int, default=300)
    rounds = which.add_parser("rounds", help="utterances that are thrown away, again and again: what memory stays")
    rounds.add_argument("--sessions", type=int, default=30)
    rounds.add_argument("--megabytes", type=int, default=10, help="of each utterance")
    rounds.add_argument("--times", type=int, default=10, help="how often they speak and leave")
    which.add_parser("voices", help="the embedded voices: first sound, processor time, memory, two at once")
    streams = which.add_parser("providers", help="answers of models that are streamed: processor time a chunk")
    streams.add_argument("--chunks", type=int, default=2_000)
    hearing = which.add_parser("recognition", help="the embedded recognisers: wrong words, work, memory, waits")
    hearing.add_argument("--models", nargs="+", choices=recognition.MODELS, default=recognition.MODELS[:1])
    hearing.add_argument("--folder", type=Path, help="of recordings: WAV files, mono at 16 kHz, and .txt beside them")
    sound = which.add_parser("first-sound", help="turns at once with the real codec; utterances that grow long")
    sound.add_argument("--sessions", type=int, default=40, help="of the long utterances")
    sound.add_argument("--seconds", type=float, default=first_sound.LONG, help="of a long utterance")
    sound.add_argument("--turns", type=int, default=first_sound.TURNS)
    late = which.add_parser("lag", help="one client sends a megabyte of each kind: how long everybody else waits")
    late.add_argument("--shapes", nargs="+", choices=[*lag.SHAPES, *lag.POSTS], default=[*lag.SHAPES, *lag.POSTS])
    reading = which.add_parser("frames", help="WebSocket frames that are read, without sockets: processor time a frame")
    reading.add_argument("--chunks", type=int, default=2_000, help="of sound, in each stream")
    _add_sound(which)
    return parser


def _add_sound(which: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    kept = which.add_parser("recordings", help="sessions that are recorded: processor time a chunk and a turn")
    kept.add_argument("--sessions", type=int, default=300)
    kept.add_argument("--seconds", type=float, default=0.1, help="of each slice in which they speak")
    which.add_parser("audio", help="sound that is decoded, encoded, passed through: processor time for each second")
    activity = which.add_parser("voice-activity", help="hands-free: processor time for a second of listening; waits")
    voice_activity.add_arguments(activity)
    lips = which.add_parser("mouth", help="texts aligned to their sounds: errors, closures, processor time")
    lips.add_argument("--repeat", type=int, default=2, help="disguises of each sound of espeak-ng")
    lips.add_argument("--page", action="store_true", help="the talk page's mouth against its sound, in a browser")
    fitting = which.add_parser("fit-mouth", help="fit the classes of phonemes that texts are aligned by; some minutes")
    fitting.add_argument("--seed", type=int, default=16)
    fitting.add_argument("--file", type=Path, default=WEIGHTS, help="where the weights are written to")
    interrupting = which.add_parser("onset", help="hands-free: onset to held beside 200 microphones; costs, memory")
    onset.add_arguments(interrupting)
    conversing = which.add_parser("hands-free", help="conversations without a button: what is cut; virtual time")
    handsfree.add_arguments(conversing)
    rooms = which.add_parser("echo", help="the avatar's voice in the microphone: what interrupts, and what is kept")
    rooms.add_argument("--rooms", type=int, default=echo.ROOMS, help="of each level of echo")
    rooms.add_argument("--seed", type=int, default=0, help="of the first room; the judge was calibrated on 0 to 35")


def main() -> None:
    """Read the arguments, and measure."""
    arguments = make_parser().parse_args()
    core, rounds = part_cores(), arguments.rounds
    match arguments.benchmark:
        case "compare":
            _everything(core, rounds, arguments)
        case "growth":
            _growth(core, rounds, arguments)
        case "connections":
            _connections(core, rounds, arguments.idle, arguments.comers)
        case "sessions":
            _sessions(core, rounds, arguments.sessions)
        case "memory":
            memory.run(core, rounds, arguments.sessions)
        case "audio":
            audio.measure(rounds)
        case "rounds":
            _rounds(core, arguments.times, arguments.sessions, arguments.megabytes)
        case "first-sound":
            _first_sound(core, rounds, arguments)
        case "lag":
            _lag(core, rounds, arguments.shapes)
        case "recordings":
            amounts = compare.Amounts(arguments.sessions, arguments.seconds, turns=max(1, arguments.sessions // 3))
            comparison = recordings.run(core, rounds, amounts)
            print(f"\n{comparison.table(OURS_RECORDING)}\n\n{comparison.load()}")
        case "onset":
            onset.run(core, rounds, arguments)
        case _:
            _without_servers(rounds, arguments)


def _without_servers(rounds: int, arguments: argparse.Namespace) -> None:
    """Measure adapters and readers by themselves."""
    match arguments.benchmark:
        case "mouth":
            _mouth(rounds, arguments)
        case "fit-mouth":
            mouthfit.run(arguments.seed, arguments.file)
        case "echo":
            echo.measure(arguments.rooms, arguments.seed)
        case "recognition":
            recognition.measure(tuple(arguments.models), arguments.folder)
        case "hands-free":
            handsfree.run(arguments.turns, arguments.policy, arguments.detector, arguments.folder, arguments.language)
        case "voice-activity":
            voice_activity.run(arguments.model, arguments.sessions, arguments.seconds, rounds)
        case "voices":
            found = voices.installed()
            _tabulate(tuple(found), next(iter(found)), rounds, lambda name: voices.measure(found[name]))
        case "providers":
            print(f"\nan answer in {arguments.chunks} chunks")
            measure = partial(providers.measure, chunks=arguments.chunks)
            _tabulate(providers.READERS, providers.HTTPX, rounds, measure)
        case "frames":
            print(f"\n{arguments.chunks} chunks of 3,200 bytes in each stream")
            read = partial(frames.measure, chunks=arguments.chunks)
            _tabulate(frames.READERS, frames.WEBSOCKETS, rounds, read)


def _mouth(rounds: int, arguments: argparse.Namespace) -> None:
    if not arguments.page:
        return mouth.run(arguments.repeat)
    from bench import mouthpage  # needs Playwright

    return mouthpage.run(rounds)


def _servers() -> tuple[str, ...]:
    """All servers, the one first that the others are compared with."""
    return (NODE, PEER, OURS) if has_node() else (PEER, OURS)


def _everything(core: int, rounds: int, arguments: argparse.Namespace) -> None:
    amounts = compare.Amounts(arguments.sessions, arguments.seconds, turns=max(1, arguments.sessions // 3))
    servers = (*_servers(), OURS_ORDINARY) if arguments.ordinary else _servers()
    comparison = compare.run(core, rounds, amounts, servers, arguments.conversations)
    print(f"\n{comparison.table(OURS)}\n\n{comparison.load()}")
    if arguments.plot:
        arguments.plot.write_text(plot.bars(f"Cost, as a multiple of {servers[0]}'s", compare.ratios(comparison)))


def _growth(core: int, rounds: int, arguments: argparse.Namespace) -> None:
    scale = growth.Scale(tuple(arguments.sessions), arguments.seconds, arguments.speakers)
    series = {}
    for server in (OURS, NODE) if has_node() else (OURS,):
        grown = growth.grow(core, rounds, scale, server)
        print(f"\n{server}\n\n{grown.table(list(grown.rounds)[-1])}\n\n{grown.load()}\n")
        for quantity in (growth.CHUNK_IN_ALL, growth.CHUNK_EACH):
            series[f"{server}, {quantity.name}"] = [grown.median(name, quantity) or 0.0 for name in grown.rounds]
    fair = growth.be_fair(core, rounds, scale, _servers())
    print(f"\n{fair.table(OURS)}\n\n{fair.load()}")
    if arguments.plot:
        arguments.plot.write_text(plot.lines("Microseconds a chunk, with so many sessions", scale.counts, series))


def _rounds(core: int, times: int, sessions: int, megabytes: int) -> None:
    print(f"\n{sessions} utterances of {megabytes} MB, {times} rounds")
    measure = partial(load.go_round, sessions=sessions, rounds=times, size=megabytes * 1_000_000)
    _compare(core, (OURS,), 1, measure)


def _lag(core: int, rounds: int, shapes: Sequence[str]) -> None:
    """Each shape in a server of its own, so often; and the medians as a table."""
    import uvloop

    rows: dict[str, list[lag.Lag]] = {shape: [] for shape in shapes}
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


def _connections(core: int, rounds: int, idle: int, comers: int) -> None:
    print(f"\n{idle} idle connections; {comers} that come and go over each transport")
    servers = (OURS, PEER, NODE) if has_node() else (OURS, PEER)
    _compare(core, servers, rounds, lambda server: load.connect(server, idle, comers))


def _sessions(core: int, rounds: int, sessions: int) -> None:
    print(f"\n{sessions} configured sessions without a connection; as many idle connections")
    _compare(core, (OURS,), rounds, lambda server: load.keep(server, sessions))


def _first_sound(core: int, rounds: int, arguments: argparse.Namespace) -> None:
    modes = (PEER, first_sound.PASSING, first_sound.CONVERTING)
    for at_once in (1, 50, 300):
        print(f"\n{at_once} turns at once, commit to first sound")
        turns = partial(first_sound.commit_at_once, at_once=at_once, turns=arguments.turns)
        _of_modes(core, modes, rounds, turns)
    print(f"\n{arguments.sessions} utterances of {arguments.seconds:g} s")
    grow = partial(first_sound.grow, sessions=arguments.sessions, seconds=arguments.seconds)
    _of_modes(core, tuple(first_sound.MODES), rounds, grow)


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
