"""The commands `vivavoce recordings`: what is kept is listed, deleted, and taken out as a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from adapters.recordings.store import StoredRecording

_CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), help="The settings file.  [default: vivavoce.toml, if any]"
)


@click.group()
def recordings() -> None:
    """The recordings of sessions, in the folder that [recordings] names."""


@recordings.command("list")
@_CONFIG
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_all(config: Path | None, as_json: bool) -> None:
    """List the recordings, the oldest first.

    Before that, those that a crash left unfinished are finished, and each `sound.wav` that is missing is made.
    Exit code 2: there is no folder, or it cannot be read.
    """
    from adapters.recordings import listing, store, tidying
    from adapters.recordings.tidyplan import TidyPlan

    folder = _folder(config)
    try:
        if not store.is_tidy(folder):
            tidying.tidy_now(TidyPlan(str(folder), waits=True))
        found = list(store.stored(folder))
    except OSError as error:
        _refuse_folder(folder, error)
    click.echo(listing.as_json(found) if as_json else listing.as_table(found, folder))


@recordings.command("delete")
@_CONFIG
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--subject", help="All of this subject: those that it began, and those in which it was.")
@click.option("--all", "everything", is_flag=True, help="All that there are.")
def delete_some(config: Path | None, names: tuple[str, ...], subject: str | None, everything: bool) -> None:
    """Delete the recordings NAME..., or those of --subject, or --all.

    One that is being made ends by that; its session goes on. Exit code 1: some could not be deleted; 2: there is no
    such recording, and nothing was deleted.
    """
    from adapters.recordings import store

    if sum((bool(names), subject is not None, everything)) != 1:
        raise click.UsageError("say which: NAME..., --subject SUBJECT, or --all")
    folder = _folder(config)
    try:
        for name in names:
            store.find(folder, name)
        chosen = list(names) or [one.name for one in _chosen(folder, subject)]
    except store.NoRecording as error:
        _refuse(error)
    except OSError as error:
        _refuse_folder(folder, error)
    failed = [name for name in chosen if not _delete(folder, name)]
    of = "" if subject is None else f" of {subject}"
    click.echo(f"deleted {len(chosen) - len(failed)} recordings{of}")
    sys.exit(1 if failed else 0)


def _chosen(folder: Path, subject: str | None) -> list["StoredRecording"]:
    """All recordings, or those of the subject."""
    from adapters.recordings import store

    return [one for one in store.stored(folder) if subject is None or store.is_of(one, subject)]


def _delete(folder: Path, name: str) -> bool:
    from adapters.lifecycle import console
    from adapters.recordings import store

    try:
        store.delete(folder, name)
    except (store.NoRecording, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        console.complain(f"vivavoce: {name} is not deleted: {why}")
        return False
    return True


@recordings.command("export")
@_CONFIG
@click.argument("name")
@click.option("--to", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The ZIP file.")
def export(config: Path | None, name: str, target: Path) -> None:
    """Write the recording NAME into a ZIP file, which only this user can read.

    Exit code 2: there is no such recording, the file is there already, or it cannot be written.
    """
    from adapters.recordings import exporting, store

    folder = _folder(config)
    try:
        exporting.export(store.find(folder, name), target)
    except (store.NoRecording, exporting.NotExported) as error:
        _refuse(error)
    click.echo(f"wrote {target}")


def _folder(config: Path | None) -> Path:
    """The folder of the settings; ends the program where there is none."""
    import os

    from adapters.lifecycle.exits import set_up_faults
    from adapters.settings.errors import BadSettings
    from adapters.settings.reading import load

    set_up_faults(debug=False)
    try:
        folder = load(config, os.environ, {}).recordings.folder
    except BadSettings as error:
        _refuse(error)
    if not folder:
        _refuse(BadSettings("[recordings] folder is not set: nothing is recorded; --config names the settings file"))
    return Path(folder).absolute()


def _refuse(error: Exception) -> NoReturn:
    from adapters.lifecycle.exits import refuse

    refuse(error, debug=False)


def _refuse_folder(folder: Path, error: OSError) -> NoReturn:
    _refuse(OSError(f"{folder} cannot be read: {error.strerror}"))
