"""The sizes of a server's pools and the bounds on its connections. The settings are made of it."""

from typing import Annotated

import msgspec

AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
Workers = Annotated[int, msgspec.Meta(ge=1, le=1_000)]


class ConnectionLimits(msgspec.Struct, frozen=True):
    """The most connections that a server has at a time."""

    max_connections: AtLeastOne = 2_000
    """How many connections there are at most."""
    max_connections_per_address: int = 0
    """How many connections one address may have; 0: no limit."""
    max_unconnected: AtLeastOne = 500
    """How many connections may be open that have not joined a session yet."""


class PoolSizes(msgspec.Struct, frozen=True):
    """The workers of each stage of a turn, and how many turns may wait for one."""

    stt_workers: Workers = 32
    """How many utterances are recognised at once; see [providers.local] for the embedded recogniser."""
    llm_workers: Workers = 32
    """How many answers are written at once."""
    tts_workers: Workers = 32
    """How many answers are synthesised at once; see [providers.local] for the embedded synthesiser."""
    queue: int = 32
    """How many turns wait for a worker of a pool before new ones are refused as busy."""
