"""A candidate: a provider of one kind that can be asked, what it offers, and why it is set aside.

Terms: docs/glossary.md.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec
import trio

from actors.ports.calls import Kind
from actors.ports.synthesis import Speech
from adapters.reach.contract import Listed, Offer
from adapters.reach.lengths import Limit

E = TypeVar("E")


class CandidateProfile(msgspec.Struct, frozen=True):
    """The facts about a provider of one kind before its first call: its names, its defaults, why it takes part.

    `model` and `voice` are used in calls that name none, or that were meant for another provider. `is_tentative`: it is
    used only once it lists something of this kind. `may_lack`: it is used until its list shows that it has no such
    model. `is_found`: it is not configured, discovery found it. `is_embedded`: it is a part of this server, small and
    always there. `limit`: how much of a speech one request of a synthesiser may have. `unmarked`: see
    `Service`.
    """

    name: str
    title: str
    kind: Kind
    model: str = ""
    voice: str = ""
    why: str = ""
    is_tentative: bool = False
    may_lack: bool = False
    is_found: bool = False
    is_embedded: bool = False
    limit: Callable[[Speech], Limit] | None = None
    unmarked: tuple[str, ...] | None = None


class Candidate(Generic[E]):
    """A provider of one kind that can be asked, with its circuit breaker's state (see `breaker`).

    `offer` is what it said it has, None while that is not known; `is_cut`: it has more than that. `aside` says why it
    is set aside, "" where it is not. `probing` is the scope of its probes, which begin after `wait` seconds at least;
    that grows until a call succeeds. `lost` counts the calls in a row in which it was silent until another one
    answered. `is_gone`: it does not take part any more.
    """

    def __init__(self, profile: CandidateProfile, engine: E) -> None:
        self.profile = profile
        self.name = profile.name
        self.title = profile.title
        self.kind: Kind = profile.kind
        self.engine = engine
        self.offer: Offer | None = None
        self.is_cut = False
        self.aside = ""
        self.probing = trio.CancelScope()
        self.wait = 0.0
        self.lost = 0
        self.has_succeeded = False
        self.is_seen = False
        self.is_gone = False

    @property
    def model(self) -> str:
        """The model for calls that name none: the one that is set, else the first that it lists, else ""."""
        return self.profile.model or next(iter(self.offer.models if self.offer else ()), "")

    @property
    def has_answered(self) -> bool:
        """Whether it is known to be there: by its list, by a call, or because it refused its list (`is_seen`)."""
        return self.has_succeeded or self.is_seen or self.offer is not None

    @property
    def is_ready(self) -> bool:
        """Whether it is known to do this kind of work at all."""
        if self.profile.is_tentative:
            return bool(self.offer and (self.offer.models or self.offer.voices))
        return not self.profile.may_lack or self.offer is None or bool(self.offer.models)

    @property
    def listed(self) -> Listed | None:
        """The engine, where it can be asked what it has and be checked; else None."""
        engine: object = self.engine
        return engine if isinstance(engine, Listed) else None
