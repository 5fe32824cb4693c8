"""`python -m tests.soak --turns 1000000`: random conversations around a whole server in virtual time."""

import sys
from pathlib import Path
from random import SystemRandom

import click

from tests.soak import virtual
from tests.soak.virtualblock import TURNS, BlockFailed


@click.command()
@click.option("--turns", type=click.IntRange(1), help="How many turns, in virtual time, against a server in memory.")
@click.option("--seed", type=int, help="The seed; the same one gives the same conversations.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keeps what is done; goes on from it.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes at a time.")
@click.option("--block", type=click.IntRange(0), help="Play this block of --turns alone, twice.")
def main(turns: int | None, seed: int | None, state: Path | None, jobs: int, block: int | None) -> None:
    """Hold a server to its protocol. Exit code 0: no rule was broken; 1: one was."""
    if turns is None:
        raise click.UsageError("--turns says how many")
    drawn = SystemRandom().getrandbits(32) if seed is None else seed
    try:
        kept = virtual.read_state(state, drawn)
    except virtual.StateMismatch as error:
        raise click.UsageError(str(error)) from None
    sys.exit(_play_turns(kept, turns, state, jobs, block))


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
