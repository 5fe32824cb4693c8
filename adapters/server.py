"""A server that is one process, from the first line printed to the last."""

from collections.abc import Callable
from functools import partial

import trio

from adapters.access.exposure import check_exposure
from adapters.lifecycle import console
from adapters.lifecycle.ending import Ending, received
from adapters.lifecycle.opening import opened
from adapters.serving import Leave, Standing, start
from adapters.settings.kept import make_token
from adapters.settings.settings import Settings
from adapters.wire import lan
from adapters.wire.sockets import open_sockets


async def run(
    settings: Settings, say: Callable[[str], None] = console.say, load: Callable[[], Settings] | None = None
) -> None:
    """Serve until a signal ends it in good order; `say` gets what a person at the console should know.

    `load` reads the settings again, at SIGHUP; without it they are those of the start.
    Raises StartupFailed, with what to do. Cancelling ends it at once.
    """
    with received() as signals:
        async with trio.open_nursery() as nursery:
            ending = Ending()
            nursery.start_soon(ending.heed, signals)
            leave: Leave | None = None
            with ending.life:
                settings = opened(settings)
                await check_exposure(settings.server)
                standing = Standing(partial(open_sockets, settings.server, lan.folder()), make_token())
                running = await start(settings, nursery, say, standing)
                reloading = running.reloading(lambda: opened(load() if load is not None else settings))
                leave, ending.reload = running.take_leave, reloading.reload
                await trio.sleep_forever()
            say("vivavoce: going down")
            if leave is not None:
                with ending.shutdown:
                    await leave()
            nursery.cancel_scope.cancel()
