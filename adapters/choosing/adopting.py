"""Adopting: servers that are found on this machine become candidates, for as long as they are there."""

from collections.abc import Mapping

import trio

from actors.ports.calls import Kind
from adapters.choosing.assembly import configured_places, of_found
from adapters.choosing.catalogue import Roster
from adapters.choosing.discovery import LOOPBACK, Discovery, Found, Places
from adapters.reach.web import Web
from adapters.settings.providers import Providers

_Taken = Mapping[tuple[str, Kind], Found]


def places_of(providers: Providers) -> Places:
    """The places to look at: this machine, and the hosts that the operator names."""
    return Places((LOOPBACK, *providers.discover_hosts))


async def adopt(
    roster: Roster,
    providers: Providers,
    places: Places,
    web: Web,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Look for servers now and then, until cancelled; `started` after the first look, which takes a second at most.

    A server that is found takes part in `roster`, and one that has gone does so no more. Without `providers.discover`
    nothing is looked for.
    """
    if not providers.discover:
        task_status.started()
        return
    looking = Discovery(web, places, configured_places(providers))
    await looking.look()
    before = _adopted(roster, looking.found, {}, web)
    task_status.started()
    async for found in looking.changes():
        before = _adopted(roster, found, before, web)


def _adopted(roster: Roster, found: tuple[Found, ...], before: _Taken, web: Web) -> _Taken:
    """The candidates now; one that has not changed is kept, because its calls may be under way."""
    taken = {(candidate.name, candidate.kind) for candidate in roster.all() if not candidate.profile.is_found}
    now = {(each.name, kind): each for each in found for kind in each.models if (each.name, kind) not in taken}
    for name, kind in before.keys() - now.keys():
        roster.remove(kind, name)
    for (name, kind), each in now.items():
        if before.get((name, kind)) != each:
            roster.add(of_found(each, kind, web))
    return now
