"""The command `vivavoce replay`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protocol.address import URL

if TYPE_CHECKING:
    from adapters.recordings.reading import SessionRecording
    from adapters.replay.livereplay import LiveOptions
    from adapters.replay.report import ReplayReport


def _exclusive(virtual: bool, given: dict[str, Any]) -> None:
    """Raise UsageError where an option is for the other kind of replay."""
    for option, value in given.items():
        if virtual and value:
            raise click.UsageError(f"{option} is for a replay against a server: leave out --virtual, or {option}")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--virtual", is_flag=True, help="In this process and in virtual time, with the recorded providers.")
@click.option("--url", help=f"The server.  [default: {URL}]")
@click.option("--token", default="", envvar="VIVAVOCE_TOKEN", help="The credential, if the server asks for one.")
@click.option("--realtime/--no-realtime", default=True, help="At the recorded times, or as soon as it is answered.")
@click.option("--tolerance-ms", type=click.IntRange(0, 60_000), default=250, show_default=True, help="Of times.")
@click.option(
    "--to-scenario",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what was said and heard as a scenario for `vivavoce eval`; with --virtual.",
)
@click.option("--debug", is_flag=True, help="Show stack traces.")
def replay(
    folder: Path,
    virtual: bool,
    url: str | None,
    token: str,
    realtime: bool,
    tolerance_ms: int,
    to_scenario: Path | None,
    debug: bool,
) -> None:
    """Play the recording in FOLDER, and show the first difference in what its members are told.

    Against a running server, words, states and the sound of parts are compared; with --virtual, every message.

    Exit code 0: the same; 1: different; 2: it cannot be played.
    """
    from adapters.lifecycle.exits import INTERRUPTED, refuse, run_command, set_up_faults
    from adapters.recordings.reading import UnreadableRecording, read
    from adapters.replay.livereplay import LiveOptions
    from adapters.replay.report import replay_and_compare
    from adapters.replay.toscenario import write_scenario
    from adapters.settings.errors import StartupFailed

    set_up_faults(debug)
    _exclusive(virtual, {"--url": url, "--no-realtime": not realtime})
    if to_scenario is not None and not virtual:
        raise click.UsageError("--to-scenario is for --virtual")
    try:
        recording = read(folder)
        if virtual:
            code = _show(replay_and_compare(recording, tolerance_ms / 1000))
            if to_scenario is not None:
                write_scenario(recording, to_scenario)
                click.echo(f"written: {to_scenario}")
            sys.exit(code)
    except UnreadableRecording as error:
        refuse(error, debug)
    except OSError as error:
        refuse(StartupFailed(f"{to_scenario}: it cannot be written: {error.strerror}"), debug)
    options = LiveOptions(url or URL, token, realtime)
    sys.exit(run_command(lambda: _replay_live(recording, options), interrupted=INTERRUPTED, debug=debug))


async def _replay_live(recording: "SessionRecording", options: "LiveOptions") -> int:
    """Play against a server: the exit code. Raises StartupFailed where that cannot be."""
    from adapters.client.packets import Disconnected, Unreachable
    from adapters.client.voiceclient import ConnectRefused
    from adapters.reach.exceptiongroups import FirstCause
    from adapters.recordings.reading import UnreadableRecording
    from adapters.replay.report import replay_live_and_compare
    from adapters.settings.errors import StartupFailed

    try:
        with FirstCause():
            return _show(await replay_live_and_compare(recording, options))
    except ConnectRefused as error:
        raise StartupFailed(f"{options.url} refuses: {error}") from None
    except (Unreachable, Disconnected, UnreadableRecording) as error:
        raise StartupFailed(str(error)) from None


def _show(report: "ReplayReport") -> int:
    for line in report.lines:
        click.echo(line)
    return 0 if report.is_same else 1
