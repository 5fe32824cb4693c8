"""Reading the settings again while the server runs (SIGHUP): what can be is taken, all else is named.

Tokens and keys are good for who connects from now on, limits for sessions that begin from now on, providers for calls
that begin from now on. Nothing is taken of settings that cannot be used: a mistake in a file changes nothing.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import msgspec
import trio
from msgspec.structs import replace

from actors.running.supervisor import Supervisor
from adapters.access.credentials import make_credentials
from adapters.access.door import Door
from adapters.choosing.engines import ProviderEngines
from adapters.settings.errors import BadSettings, StartupFailed
from adapters.settings.settings import Server, Settings
from adapters.settings.tree import is_inline

log = logging.getLogger(__name__)
WITHIN = 10.0
"""Seconds that reading may take: a file may be on a network."""
CREDENTIALS = ("token", "tokens", "jwt", "guest_key")
_SHOWN = 20


class Reloader:
    """Takes settings in place of those `in_force`; `load` reads them, in a thread."""

    def __init__(
        self,
        load: Callable[[], Settings],
        in_force: Settings,
        door: Door,
        supervisor: Supervisor,
        engines: ProviderEngines,
    ) -> None:
        self._load = load
        self._in_force = in_force
        self._door = door
        self._supervisor = supervisor
        self._engines = engines
        self._lock = trio.Lock()

    async def reload(self) -> None:
        """Read and take them; a line in the log says what was taken, or why nothing was. Cancelling takes nothing."""
        async with self._lock:
            try:
                with trio.fail_after(WITHIN):
                    new = await trio.to_thread.run_sync(self._load, abandon_on_cancel=True)
                    credentials = await trio.to_thread.run_sync(self._credentials, new.server, abandon_on_cancel=True)
                taken_of_providers, left = self._engines.take(new.providers)
            except (BadSettings, StartupFailed) as error:
                log.error("the settings were not read again, and are as before: %s", error)
                return
            except trio.TooSlowError:
                log.error("the settings were not read again, and are as before: that took longer than %g s", WITHIN)
                return
            if credentials is not None:
                self._door.credentials = credentials
            self._supervisor.take_limits(new.limits)
            taken = [*self._take(new, has_credentials=credentials is not None), *taken_of_providers]
            waiting = [*(name for name in differences(self._in_force, new) if name.split(".")[0] != "providers"), *left]
            log.info("the settings were read again; taken: %s; needs a restart: %s", _listed(taken), _listed(waiting))

    def _credentials(self, server: Server) -> Any:
        """The credentials; None where the server would be opened or closed by them, for which much else is decided."""
        if server.has_credentials != self._in_force.server.has_credentials:
            return None
        return make_credentials(server, self._door.web, "", self._door.credentials)

    def _take(self, new: Settings, *, has_credentials: bool) -> list[str]:
        """Note what is in force now; the names of what has changed by it."""
        old = self._in_force
        kept = {name: getattr(new.server, name) for name in CREDENTIALS} if has_credentials else {}
        self._in_force = replace(old, limits=new.limits, server=replace(old.server, **kept))
        return list(differences(old, self._in_force))


def differences(old: msgspec.Struct, new: msgspec.Struct, place: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of the settings that differ, as server.port."""
    for name, hint in get_type_hints(type(old), include_extras=True).items():
        before, after = getattr(old, name), getattr(new, name)
        inner = place if is_inline(hint) else (*place, name)
        if before == after:
            continue
        if isinstance(before, msgspec.Struct) and type(before) is type(after):
            yield from differences(before, after, inner)
        else:
            yield ".".join(inner)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(names[:_SHOWN]) or "nothing") + more
