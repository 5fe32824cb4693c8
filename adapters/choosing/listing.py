"""`vivavoce providers`: the catalogue, and a check of each provider that is configured, for people or as JSON."""

import json

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from actors.ports.calls import EngineFailed, Kind
from adapters.choosing.asking import asking
from adapters.choosing.assembly import check_preferences
from adapters.choosing.catalogue import Listing
from adapters.choosing.handsfree import HandsFree
from adapters.reach.declaration import KINDS
from adapters.settings.errors import StartupFailed, first_of
from adapters.settings.settings import Settings
from adapters.vendors.embedded.voices import note
from protocol.printable import printable

_NAMED = 4
"""Models that are named in the table."""


class CheckResult(msgspec.Struct, frozen=True):
    """The result of the check of a provider of one kind; `trouble` says what is wrong, "" where nothing is."""

    kind: Kind
    name: str
    trouble: str


async def show(settings: Settings, console: Console, *, as_json: bool) -> int:
    """Print the catalogue; returns the exit code. Raises StartupFailed. Cancelling ends the calls to providers."""
    check_preferences(settings.providers)
    hands_free = HandsFree(settings.listening)
    async with asking(settings.providers) as roster:
        listings = roster.listings()
    if as_json:
        _print_json(listings, console)
    else:
        console.print(_table(listings))
        if line := note(settings.providers.local.text("voice")):
            console.print(f"local: {escape(line)}")
        console.print(escape(hands_free.note))
    return 0


async def check(settings: Settings, console: Console, *, as_json: bool) -> int:
    """Make the smallest real call to each configured provider, a line each; returns 1 where one fails, else 0.

    Raises StartupFailed. Cancelling ends the calls.
    """
    from adapters.choosing.engines import ProviderEngines

    check_preferences(settings.providers)
    engines = ProviderEngines(settings.providers, listening=settings.listening)
    try:
        async with engines.running():
            results = await engines.check()
    except* EngineFailed as error:
        raise StartupFailed(f"an engine does not start: {first_of(error)}") from None
    ordered = sorted(results.items(), key=lambda result: (KINDS.index(result[0][0]), result[0][1]))
    checked = [CheckResult(kind, name, trouble) for (kind, name), trouble in ordered]
    if as_json:
        _print_json(checked, console)
    else:
        for each in checked:
            console.out(printable(f"{each.kind} {each.name}: {each.trouble or 'ok'}"), highlight=False)
    return 1 if any(each.trouble for each in checked) else 0


def _print_json(value: object, console: Console) -> None:
    lines = msgspec.json.format(msgspec.json.encode(value), indent=2).decode().split("\n")
    for line in lines:  # JSON escapes what ends a line in ASCII, and leaves the rest of what moves a cursor
        console.out(_as_json(line), highlight=False)


def _as_json(line: str) -> str:
    """A line of JSON, in which what `printable` escapes is escaped as JSON does."""
    return "".join(letter if printable(letter) == letter else json.dumps(letter)[1:-1] for letter in line)


def _table(listings: dict[Kind, tuple[Listing, ...]]) -> Table:
    table = Table("", "provider", "state", "default model", "models", box=None, pad_edge=False)
    for kind, entries in listings.items():
        for entry in entries:
            mark = " *" if entry.default else ""
            cells = (kind, f"{entry.name}{mark}", entry.state, entry.default_model, _models(entry))
            # Their own brackets, as in [providers.openai], are no markup.
            table.add_row(*(escape(printable(cell)) for cell in cells))
    table.caption = "* answers where a session names nobody, or somebody that is not configured"
    table.caption_justify = "left"
    return table


def _models(entry: Listing) -> str:
    if entry.models is None:
        return "not known at the moment" if entry.configured else ""
    if not entry.models:
        return entry.note
    more = len(entry.models) - _NAMED
    return ", ".join(entry.models[:_NAMED]) + (f" and {more} more" if more > 0 else "")
