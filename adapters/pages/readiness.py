"""The page /readyz: whether a load balancer may send this server new sessions, and why not."""

from itertools import chain
from typing import Protocol

import msgspec

from actors.ports.calls import Kind
from actors.running.sessions import SessionRegistry
from adapters.pages.summing import Part, ProcessParts, of_one, told_missing
from adapters.wire.http import Response, json_response
from adapters.wire.routes import Page


class ReadyEngines(Protocol):
    """What readiness asks of the engines."""

    def is_failing(self) -> bool:
        """Whether an engine of this machine has no process at all."""

    def problems(self) -> tuple[str, ...]:
        """Which engines have fewer processes than they should, in words."""

    def without_any(self) -> tuple[Kind, ...]:
        """The kinds of work for which every provider is set aside."""


def part(engines: ReadyEngines, registry: SessionRegistry) -> Part:
    """The reasons why no new session can begin in this process and be answered."""
    return lambda about: msgspec.json.encode(list(_reasons(engines, registry)))


def ready(engines: ReadyEngines, registry: SessionRegistry) -> Page:
    """The route /readyz of a service that is one process."""
    return of_one(part(engines, registry), answer)


def answer(parts: ProcessParts) -> Response:
    """For anybody: 200 while new sessions can begin in one of the processes and be answered, else 503 with the reasons.

    A provider that is set aside while another one stands in is no reason: it would be one on every server at once.
    """
    known = [_decode(said) for said in parts.said]
    if known and not all(known):
        return json_response(200, {"status": "ready", "reasons": []})
    reasons = list(dict.fromkeys((*chain(*known), *told_missing(parts.missing))))
    return json_response(503, {"status": "unavailable", "reasons": reasons})


_decode = msgspec.json.Decoder(list[str]).decode


def _reasons(engines: ReadyEngines, registry: SessionRegistry) -> list[str]:
    reasons = ["the server is going down"] if registry.draining else []
    if engines.is_failing():
        reasons += engines.problems()
    reasons += [f"{kind}: every provider is set aside after failures" for kind in engines.without_any()]
    if registry.is_full:
        reasons.append(f"there are {registry.shared.limits.sessions} sessions already (limits.sessions)")
    return reasons
