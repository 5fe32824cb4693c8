"""The page /readyz: whether a load balancer may send this server new sessions, and why not."""

from typing import Protocol

from actors.ports.calls import Kind
from actors.running.sessions import SessionRegistry
from adapters.pages.static import Route
from adapters.wire.heads import Request
from adapters.wire.http import Response, json_response


class ReadyEngines(Protocol):
    """What readiness asks of the engines."""

    def is_failing(self) -> bool:
        """Whether an engine of this machine has no process at all."""

    def problems(self) -> tuple[str, ...]:
        """Which engines have fewer processes than they should, in words."""

    def without_any(self) -> tuple[Kind, ...]:
        """The kinds of work for which every provider is set aside."""


def ready(engines: ReadyEngines, registry: SessionRegistry) -> Route:
    """The route /readyz, for anybody: 200 while new sessions can begin and be answered, else 503 with the reasons.

    A provider that is set aside while another one stands in is no reason: it would be one on every server at once.
    """

    def readyz(request: Request) -> Response:
        reasons = list(_reasons(engines, registry))
        status = "unavailable" if reasons else "ready"
        return json_response(503 if reasons else 200, {"status": status, "reasons": reasons})

    return readyz


def _reasons(engines: ReadyEngines, registry: SessionRegistry) -> list[str]:
    reasons = ["the server is going down"] if registry.draining else []
    if engines.is_failing():
        reasons += engines.problems()
    reasons += [f"{kind}: every provider is set aside after failures" for kind in engines.without_any()]
    if registry.is_full:
        reasons.append(f"there are {registry.shared.limits.sessions} sessions already (limits.sessions)")
    return reasons
