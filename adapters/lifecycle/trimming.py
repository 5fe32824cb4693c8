"""Memory that was freed, given back to the system; glibc keeps it where something small that lives on lies above it."""

from collections.abc import Callable

import trio

from actors.deciding.account import Account

EVERY = 1.0
"""Seconds between looks."""
ENOUGH = 8_000_000
"""Bytes that were given back of the account since the last time: less is not worth the walk through the heap.

All wait for that walk: 66 ms for 300 MB that are free in blocks of 64 kB.
"""
CALM = 1_000_000
"""Bytes that may be given back between two looks in a quiet moment."""


async def run(account: Account, trim: Callable[[int], int] | None) -> None:
    """Trim the heap after much was given back, in a moment in which little more was; until cancelled."""
    done = before = account.returned
    while trim is not None:
        await trio.sleep(EVERY)
        if account.returned - before < CALM and account.returned - done >= ENOUGH:
            trim(0)
            done = account.returned
        before = account.returned
