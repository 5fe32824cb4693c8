"""Tokens that are good for one connection: which were used, by whom, and until when their connection may come back.

A token is spent when a socket joins with it. While that socket is there nobody else joins with it; once it has left, it
may come back for the grace period, also after the token has expired: the expiry bounds when the first one comes. What
was used is remembered until it has expired and cannot come back. Of a table that is full nothing is forgotten: new
tokens for a single use are refused then, because a forgotten one could be used again.
"""

import time
from typing import NamedTuple

import trio

from actors.deciding.events import MemberId
from actors.ports.access import AccessRefused, Grant
from actors.running.outlet import Outlet
from protocol.errors import RefusalStatus

MOST = 10_000
EXPIRED = "the token has expired; get a new one"
SPENT = "the token was good for one connection and has been used; get a new one"
IN_USE = "the token is good for one connection at a time, which is there; get another one"


class Holder(NamedTuple):
    """The socket that has joined with a token."""

    member: MemberId
    outlet: Outlet


class Use(NamedTuple):
    """The use of a token: who holds it now, until when it may come back, and when the token expires (Trio's clock)."""

    holder: Holder | None
    back_until: float
    expires: float


class SingleUses:
    """The uses by the ids of their tokens, `most` of them."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._uses: dict[str, Use] = {}
        self._held: dict[MemberId, str] = {}

    def holder(self, grant: Grant) -> Holder | None:
        """Who has joined with the token of this grant and is still there."""
        use = self._uses.get(grant.single_use) if grant.single_use else None
        return None if use is None else use.holder

    def check(self, grant: Grant) -> None:
        """Raises AccessRefused where nobody may join with this grant's token now: 401, and 503 of a full table."""
        if not grant.single_use:
            return
        use = self._uses.get(grant.single_use)
        if use is None:
            if grant.expires_at is not None and grant.expires_at <= time.time():
                raise AccessRefused(RefusalStatus.BAD_TOKEN, EXPIRED)
            self._forget()
            if len(self._uses) >= self._most:
                raise AccessRefused(
                    RefusalStatus.UNAVAILABLE,
                    f"{self._most} tokens for a single use are in use already; try again later",
                )
        elif use.holder is not None:
            raise AccessRefused(RefusalStatus.BAD_TOKEN, IN_USE)
        elif use.back_until <= trio.current_time():
            raise AccessRefused(RefusalStatus.BAD_TOKEN, SPENT)

    def take(self, grant: Grant, holder: Holder) -> None:
        """The socket has joined with this grant's token, which `check` let it."""
        if grant.single_use:
            left = 0.0 if grant.expires_at is None else grant.expires_at - time.time()
            self._uses[grant.single_use] = Use(holder, 0.0, trio.current_time() + left)
            self._held[holder.member] = grant.single_use

    def release(self, member: MemberId, grace: float) -> None:
        """The socket has left; its token brings it back for `grace` seconds. Nothing where it had none."""
        token = self._held.pop(member, None)
        if token is not None:
            self._uses[token] = self._uses[token]._replace(holder=None, back_until=trio.current_time() + grace)

    def _forget(self) -> None:
        """Forget what cannot be used again anyway, where the table is full."""
        now = trio.current_time()
        if len(self._uses) >= self._most:
            gone = [
                key for key, use in self._uses.items() if not use.holder and max(use.back_until, use.expires) <= now
            ]
            for key in gone:
                del self._uses[key]
