"""The header by which a provider knows to which trace a call belongs."""

from collections.abc import Mapping

from actors.ports.callcontext import current_call

TRACEPARENT = "traceparent"


def with_trace(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a call, and `traceparent` where the call belongs to a trace."""
    span = current_call().span
    return dict(headers) if span is None else {**headers, TRACEPARENT: span.traceparent}
