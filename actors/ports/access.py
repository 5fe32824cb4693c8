"""Who may: what a token grants, how it is refused, and the port by which the tokens that a client shows are judged."""

from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec

from protocol.connecting import Role
from protocol.errors import RefusalStatus

OPERATOR = "operator"
"""The subject of `server.token`, who may join any session and see the operator's pages. No other token has it."""
ANYONE = "anyone"
"""The one subject of a server without credentials."""


MOST = 1_000_000_000_000
"""What a limit may say; a number beyond it is hardly meant, and one without end cannot be counted with."""
Most = Annotated[int, msgspec.Meta(ge=0, le=MOST)] | None


class SubjectLimits(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The most that a subject may use; None: no limit here. A day is the last 24 hours."""

    turns_per_minute: Most = None
    audio_seconds_per_day: Annotated[float, msgspec.Meta(ge=0, le=MOST)] | None = None
    speech_chars_per_day: Most = None
    sessions: Most = None


class Grant(msgspec.Struct, frozen=True):
    """What a client may do, by the token that it shows.

    `role`: the one role that it may have; "both" or None: any. `sessions`: the ids of the sessions that it may join,
    whoever began them, and no others; None: those that its subject began. `character`: which one it is for, "": any.
    `expires_at`: seconds since 1970, None: never. `single_use`: an id, where the token is good for one connection.
    """

    subject: str
    is_operator: bool = False
    role: Role | None = None
    sessions: frozenset[str] | None = None
    character: str = ""
    limits: SubjectLimits = SubjectLimits()
    expires_at: float | None = None
    single_use: str = ""


class AccessRefused(Exception):
    """The reason why a client may not; `status` is one of HTTP, `retry_after` seconds after which it may, or None."""

    def __init__(self, status: RefusalStatus, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class Doorkeeper(Protocol):
    """Judges tokens. "" among those that are `shown` is no token; of several one has to be right."""

    async def admit(self, shown: Sequence[str]) -> Grant:
        """What the tokens grant. May wait for keys, within a deadline of its own.

        Raises AccessRefused (401). Cancelling changes nothing.
        """

    async def admit_operator(self, shown: Sequence[str]) -> Grant:
        """The operator's grant. Raises AccessRefused: 401 where no token is right, 403 where it is not the operator's.

        Waits and cancels as `admit`.
        """
