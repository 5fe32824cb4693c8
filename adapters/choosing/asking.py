"""The roster without a server: providers are asked for their lists once, and no engine of this machine is started."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import trio

from adapters.choosing.adopting import adopt, places_of
from adapters.choosing.assembly import configured
from adapters.choosing.catalogue import FIRST_WITHIN, Lists, Roster
from adapters.choosing.discovery import Places
from adapters.choosing.embedded import not_running
from adapters.reach.web import Web
from adapters.settings.providers import Providers


@asynccontextmanager
async def asking(providers: Providers, places: Places | None = None) -> AsyncIterator[Roster]:
    """Every provider, with what it says that it has; it is asked for two seconds at most, and servers are looked for.

    Raises StartupFailed where a provider's class is missing. Cancelling ends the calls.
    """
    web, roster = Web(), Roster(providers)
    for candidate in configured(providers, web):
        roster.add(candidate)
    async with trio.open_nursery() as nursery:
        await nursery.start(web.run)
        await nursery.start(adopt, roster, providers, places or places_of(providers), web)
        for candidate in not_running(providers).values():
            roster.add(candidate)
        with trio.move_on_after(FIRST_WITHIN):
            await Lists(roster, Random()).renew()
        yield roster
        nursery.cancel_scope.cancel()
