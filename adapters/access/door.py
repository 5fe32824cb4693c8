"""The doorkeeper of a server: every entry point has it judge the tokens that a client shows.

A token is shown as `Authorization: Bearer`, as `?token=`, or, in Socket.IO's CONNECT, as `auth.token`; HTTP requests
have no `auth`. `auth.token` goes before `?token=`, as with every key of the handshake. A client that shows a token in
the header and another one elsewhere is let in where either is right.

A token is one of the settings, or a guest's, or signed by another service. On a server without credentials only guests'
tokens are judged, for their session and their use; everybody is one subject there.
"""

from collections.abc import Sequence

import msgspec
import trio

from actors.ports.access import ANYONE, AccessRefused, Grant
from adapters.access.credentials import Credentials
from adapters.access.guests import KIND
from adapters.access.webtokens import read_header, refused
from adapters.reach.web import Web
from protocol.errors import RefusalStatus

MISSING = (
    "this server asks for a token, and none came: give it as `token` in auth or in the query, "
    "or as Authorization: Bearer"
)
WRONG = "the token that came is not this server's; its operator knows the right one"
NOT_THE_OPERATORS = "the token that came is right, and not the operator's, which this needs"
_DOTS = 2


class Door:
    """Judges tokens by its `credentials`, which may be replaced while the server runs; `web` fetches keys."""

    def __init__(self, credentials: Credentials, web: Web | None = None) -> None:
        self.credentials = credentials
        self.web = web or Web()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep what keys are fetched with until cancelled. Nothing else waits for it."""
        await self.web.run(task_status=task_status)

    async def admit(self, shown: Sequence[str]) -> Grant:
        """What the tokens grant. Raises AccessRefused. Cancelling changes nothing."""
        if not self.credentials.is_open:
            return await self._judge(shown)
        guest = next((one for one in shown if _header(one).get("typ") == KIND), None)
        if guest is None:
            return Grant(ANYONE)
        return msgspec.structs.replace(self.credentials.guests.read(guest), subject=ANYONE)

    async def admit_operator(self, shown: Sequence[str]) -> Grant:
        """The operator's grant. Raises AccessRefused. Cancelling changes nothing."""
        grant = await self._judge(shown)
        if not grant.is_operator:
            raise AccessRefused(RefusalStatus.NOT_YOURS, NOT_THE_OPERATORS)
        return grant

    async def _judge(self, shown: Sequence[str]) -> Grant:
        """The grant of a token of the settings, else of the first other one that is right."""
        given = [one for one in shown if one]
        if (known := self.credentials.find(given)) is not None:
            return known
        faults = []
        for token in given:
            try:
                return await self._read(token)
            except AccessRefused as fault:
                faults.append(fault)
        try:
            raise faults[0] if faults else refused(MISSING)
        finally:
            faults.clear()  # what is raised holds this frame: with the list, both would wait for the garbage collector

    async def _read(self, token: str) -> Grant:
        if token.count(".") != _DOTS:
            raise refused(WRONG)
        header = read_header(token)
        if header.get("typ") == KIND:
            return self.credentials.guests.read(token)
        if self.credentials.web_tokens is None:
            raise refused(WRONG)
        return await self.credentials.web_tokens.read(token, header)


def _header(token: str) -> dict[str, object]:
    """The header of what may be a JWT; empty where it is none."""
    try:
        return read_header(token) if token.count(".") == _DOTS else {}
    except AccessRefused:
        return {}
