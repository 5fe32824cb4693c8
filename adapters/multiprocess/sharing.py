"""The share of a process in what the settings allow the service: bounds on all that is held are divided.

What bounds one session, one connection or one request is the same in each process. New sessions go to the process with
fewest, so shares fill evenly.
"""

from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from adapters.settings.settings import Settings

S = TypeVar("S", bound=msgspec.Struct)
OF_LIMITS: Final = ("sessions", "memory_in_flight")
OF_CONNECTIONS: Final = ("max_connections", "max_unconnected")
OF_LISTENER: Final = ("max_silent_streams",)
OF_POOLS: Final = ("stt_workers", "llm_workers", "tts_workers", "queue")
OF_ENGINES: Final = ("stt_processes", "tts_processes")


def share(settings: Settings, count: int) -> Settings:
    """The settings of one of `count` processes; shares are rounded up."""
    server = settings.server
    server = replace(
        server,
        listener=_divide(server.listener, OF_LISTENER, count),
        connection_limits=_divide(server.connection_limits, OF_CONNECTIONS, count),
    )
    return replace(
        settings,
        server=server,
        limits=_divide(settings.limits, OF_LIMITS, count),
        pools=_divide(settings.pools, OF_POOLS, count),
        providers=replace(settings.providers, local=_divide(settings.providers.local, OF_ENGINES, count)),
    )


def _divide(section: S, names: tuple[str, ...], count: int) -> S:
    return replace(section, **{name: -(-getattr(section, name) // count) for name in names})
