"""`python -m tests.soak`: random clients and faults, for minutes around a real server, or for turns in virtual time."""

import sys
import tempfile
from functools import partial
from pathlib import Path
from random import SystemRandom

import click
import trio

from tests.soak import virtual
from tests.soak.report import report
from tests.soak.running import Soak
from tests.soak.script import EACH
from tests.soak.sounds import speak
from tests.soak.virtualblock import TURNS, BlockFailed


@click.command()
@click.option("--minutes", type=float, help="How long, on the real clock, against a real server with faults.")
@click.option("--each", default=EACH, show_default=True, help="With --minutes: how many clients come in a second.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="With --minutes: as of `serve`.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="With --minutes: a folder for the log.")
@click.option("--debug", is_flag=True, help="With --minutes: have the server log more, with stack traces.")
@click.option("--turns", type=click.IntRange(1), help="How many turns, in virtual time, against a server in memory.")
@click.option("--seed", type=int, help="The seed; the same one gives the same conversations.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keeps what is done; goes on from it.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes at a time.")
@click.option("--block", type=click.IntRange(0), help="Play this block of --turns alone, twice.")
def main(
    minutes: float | None,
    each: float,
    workers: int,
    keep: Path | None,
    debug: bool,
    turns: int | None,
    seed: int | None,
    state: Path | None,
    jobs: int,
    block: int | None,
) -> None:
    """Hold a server to its protocol.

    Exit code 0: no rule was broken; 1: one was; 2: the server did not start. Ctrl-C tells what --minutes has found.
    """
    if (minutes is None) is (turns is None):
        raise click.UsageError("--minutes says how long, or --turns how many: one of the two")
    drawn = SystemRandom().getrandbits(32) if seed is None else seed
    if minutes is not None:
        sys.exit(_run_minutes(Soak(drawn, minutes * 60, each, workers, debug), keep))
    assert turns is not None
    try:
        kept = virtual.read_state(state, drawn)
    except virtual.StateMismatch as error:
        raise click.UsageError(str(error)) from None
    sys.exit(_play_turns(kept, turns, state, jobs, block))


def _run_minutes(soak: Soak, keep: Path | None) -> int:
    """The soak of a real server; returns the exit code. `keep`: where its log, settings and recordings stay."""
    click.echo(f"seed {soak.seed}")
    spoken = speak()
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch:
        folder = keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            trio.run(partial(soak.run, folder, spoken, click.echo))
        except (RuntimeError, trio.TooSlowError) as error:
            click.echo(f"the server does not start: {error}", err=True)
            return 2
        if soak.is_interrupted:
            click.echo("interrupted")
        for told in report(soak):
            click.echo(told)
    return 1 if soak.findings.found else 0


def _play_turns(state: virtual.SoakState, turns: int, path: Path | None, jobs: int, block: int | None) -> int:
    """The deterministic soak; returns the exit code."""
    click.echo(f"seed {state.seed}")
    with virtual.processes(jobs) as pool:
        try:
            if block is None:
                virtual.soak(state, turns, path, jobs, click.echo, pool)
            else:
                state = virtual.SoakState(state.seed)
                virtual.replay(state, block, pool)
        except BlockFailed as failed:
            pool.shutdown(wait=False, cancel_futures=True)
            for line in failed.lines:
                click.echo(line)
            again = f"python -m tests.soak --turns {TURNS} --seed {state.seed} --block {failed.block}"
            click.echo(f"{failed}\nseed {state.seed}, block {failed.block}; again: {again}", err=True)
            return 1
    for line in virtual.report(state):
        click.echo(line)
    return 0


if __name__ == "__main__":
    main()
