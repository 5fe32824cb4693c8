"""The contract of every provider's adapter: its endpoint, its offer, and how it fails."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec

from actors.ports.calls import EngineFailed
from actors.ports.catalogue import ModelLimits
from actors.ports.watching import Usage


class Endpoint(msgspec.Struct, frozen=True):
    """A provider's address and key; `repr` hides the key.

    `url` is the base, without a slash at its end; `key` "" where none is needed; `key_setting` names the setting and
    the variable that hold the key, for errors; `region` where the provider has such.
    """

    name: str
    title: str
    url: str
    key: str = ""
    key_setting: str = ""
    region: str = ""

    def __repr__(self) -> str:
        return f"<Endpoint {self.name} at {self.url}>"


class Offer(msgspec.Struct, frozen=True):
    """The models, voices and languages that a provider lists for one kind; empty where it has no list.

    `limits`: of the models that can less than the others.
    """

    models: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    limits: Mapping[str, ModelLimits] = {}


@runtime_checkable
class Listed(Protocol):
    """The methods of every adapter besides its port.

    Cancelling one closes its connection, or stops the work of its process.
    """

    async def offer(self) -> Offer:
        """Ask the provider for its models, voices and languages. Raises ProviderFailed. Never called during a turn."""

    async def check(self) -> None:
        """Make the smallest real call. Raises ProviderFailed with what is wrong."""


class Verdict(StrEnum):
    """The meaning of a failure for a caller that might try again."""

    PASSING = "passing"
    """It can pass: a time-out, 408, 429, 5xx, an answer that makes no sense or breaks off."""
    ABSENT = "absent"
    """It is absent: no such name, no route, nothing listens, no TLS. That outlasts the wait for another try."""
    FINAL = "final"
    """The same call would fail again: another 4xx."""
    REFUSED = "refused"
    """The provider does not let us in: 401, 402, 403. It is set aside."""


class ProviderFailed(EngineFailed):
    """A provider could not; `retry_after` in seconds where it said when to come again, else 0."""

    def __init__(self, message: str, verdict: Verdict = Verdict.PASSING, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.retry_after = retry_after


def _unheard() -> None:
    """Ignore that a provider was reached."""


reaching: ContextVar[Callable[[], None]] = ContextVar("reaching", default=_unheard)
"""Called when a provider has been reached; the caller sets it, in a task of the call's own."""


def _unmetered(usage: Usage) -> None:
    """Ignore what was used."""


metering: ContextVar[Callable[[Usage], None]] = ContextVar("metering", default=_unmetered)
"""Called with what a provider says that a call used of it; the caller sets it, in a task of the call's own."""


def used(usage: Usage) -> None:
    """Tell the caller what the provider says that the call has used, in addition to what was told before."""
    metering.get()(usage)


def reached() -> None:
    """Tell the caller that there is a connection to the provider, whose silence means work from now on."""
    reaching.get()()
