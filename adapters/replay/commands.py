"""The command `vivavoce replay`."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--virtual", is_flag=True, required=True, help="In this process and in virtual time, with the recorded providers."
)
@click.option("--tolerance-ms", type=click.IntRange(0, 60_000), default=250, show_default=True, help="Of times.")
@click.option("--debug", is_flag=True, help="Show stack traces.")
def replay(folder: Path, virtual: bool, tolerance_ms: int, debug: bool) -> None:
    """Play the recording in FOLDER, and show the first difference in what its members are told.

    Exit code 0: the same; 1: different; 2: it cannot be played.
    """
    from adapters.lifecycle.exits import refuse, set_up_faults
    from adapters.recordings.reading import UnreadableRecording, read
    from adapters.replay.report import replay_and_compare

    set_up_faults(debug)
    try:
        report = replay_and_compare(read(folder), tolerance_ms / 1000)
    except UnreadableRecording as error:
        refuse(error, debug)
    for line in report.lines:
        click.echo(line)
    sys.exit(0 if report.is_same else 1)
