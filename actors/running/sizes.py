"""The sizes of a server's pools and the bounds on its connections. The settings are made of it."""

from typing import Annotated

import msgspec

AtLeastOne = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
PerAddress = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
"""A bound for each address; 0: none."""
Workers = Annotated[int, msgspec.Meta(ge=1, le=1_000)]


class ConnectionLimits(msgspec.Struct, frozen=True):
    """The most connections that a server has at a time."""

    max_connections: AtLeastOne = 2_000
    """How many connections there are at most. At the bound: HTTP 503; of TCP streams there may be twice as many and
    1,000, and then one that waits for its peer is closed."""
    max_connections_per_address: PerAddress = 0
    """How many connections one address may have; 0: no limit. At the bound: HTTP 429 with `Retry-After`."""
    max_joins_per_minute_per_address: PerAddress = 0
    """How many CONNECTs one address may send within a minute, also those that are refused; 0: no limit. At the bound:
    CONNECT_ERROR 429 with `retryAfter`."""
    max_unconnected: AtLeastOne = 500
    """How many connections may be open that have not joined a session yet. At the bound: one of them is closed, the
    oldest of the address that has most."""


class PoolSizes(msgspec.Struct, frozen=True):
    """The workers of each stage of a turn, and how many turns may wait for one."""

    stt_workers: Workers = 32
    """How many utterances are recognised at once; see [providers.local] for the embedded recogniser. At the bound: the
    next ones wait in `queue`."""
    llm_workers: Workers = 32
    """How many answers are written at once. At the bound: the next ones wait in `queue`."""
    tts_workers: Workers = 32
    """How many answers are synthesised at once; see [providers.local] for the embedded synthesiser. At the bound: the
    next ones wait in `queue`."""
    queue: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 32
    """How many turns wait for a worker of a pool. At the bound: new turns get 3004."""
