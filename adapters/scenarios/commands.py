"""The command `vivavoce eval`."""

import sys
from pathlib import Path

import click


@click.command("eval")
@click.argument("files", metavar="FILE|FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", default="", help="A running server, in real time.  [default: a server in virtual time]")
@click.option("--token", default="", envvar="VIVAVOCE_TOKEN", help="The credential, if that server asks for one.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write a JUnit report.")
@click.option("--page", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to read.")
@click.option("--seed", default=0, show_default=True, help="The order of what happens at the same time.")
@click.option("--seeds", default=1, show_default=True, type=click.IntRange(1, 10_000), help="Run each so many times.")
@click.option("--debug", is_flag=True, help="Show the server's log, and stack traces.")
def evaluate(
    files: tuple[Path, ...],
    url: str,
    token: str,
    junit: Path | None,
    page: Path | None,
    seed: int,
    seeds: int,
    debug: bool,
) -> None:
    """Run scenarios: conversations with what is expected of them, in TOML (docs/scenarios.md).

    Exit code 0: nothing failed; 1: something did; 2: a file cannot be used, or the server is not reached.
    """
    import logging

    from adapters.lifecycle import console, logs
    from adapters.lifecycle.exits import CANNOT, INTERRUPTED, refuse, set_up_faults
    from adapters.scenarios.evaluating import EvalOptions, evaluate
    from adapters.scenarios.reading import BadScenario
    from adapters.settings.errors import StartupFailed
    from protocol.printable import printable

    if url and seeds > 1:
        raise click.UsageError("--seeds is for virtual time: a running server has no seed")
    set_up_faults(debug)
    if debug:
        logs.set_up(debug)
    else:
        logging.disable(logging.CRITICAL)  # failures of providers are what scenarios are about
    try:
        code = evaluate(files, EvalOptions(url, token, seed, seeds, junit, page), click.echo)
    except BadScenario as error:
        for line in str(error).split("\n"):
            console.complain(f"vivavoce: {printable(line)}")
        code = CANNOT
    except StartupFailed as error:
        refuse(error, debug)
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        logging.disable(logging.NOTSET)
    sys.exit(code)
