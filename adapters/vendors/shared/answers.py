"""A provider's answer as what its documentation says it is; where it is something else, ProviderFailed says of what."""

from typing import TypeVar

import msgspec

from adapters.reach.contract import Endpoint, ProviderFailed

MODELS, TRANSCRIPT, VOICES = "its models", "a transcript", "its voices"
"""What is asked for, as the error names it."""
T = TypeVar("T")


def understood(endpoint: Endpoint, answer: object, as_type: type[T], what: str) -> T:
    """The value of a JSON text as `as_type`. Raises ProviderFailed, which names `what` was asked for."""
    try:
        return msgspec.convert(answer, as_type)
    except msgspec.ValidationError:
        raise something_else(endpoint, what) from None


def decoded(endpoint: Endpoint, body: bytes | str, as_type: type[T], what: str) -> T:
    """A JSON text as `as_type`; what the type does not name is skipped unread. Raises as `understood`."""
    try:
        return msgspec.json.decode(body, type=as_type)
    except (msgspec.DecodeError, RecursionError):
        raise something_else(endpoint, what) from None


def something_else(endpoint: Endpoint, what: str) -> ProviderFailed:
    """The error for an answer that is not `what` was asked for."""
    return ProviderFailed(f"{endpoint.title} answered with something other than {what}")
