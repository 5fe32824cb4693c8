"""A provider's answer as what its documentation says it is; where it is something else, ProviderFailed says of what."""

from typing import TypeVar

import msgspec

from adapters.reach.contract import Endpoint, ProviderFailed

MODELS, SOUND, TRANSCRIPT = (
    f"answered with something other than {what}" for what in ("its models", "sound", "a transcript")
)
LIST = "sent a list that cannot be read: is its address right?"
"""What a provider did whose answer is something else than it was asked for, as the error says it."""
T = TypeVar("T")


def understood(endpoint: Endpoint, answer: object, as_type: type[T], fault: str) -> T:
    """The value of a JSON text as `as_type`. Raises ProviderFailed, which says that the provider did `fault`."""
    try:
        return msgspec.convert(answer, as_type)
    except msgspec.ValidationError:
        raise unreadable(endpoint, fault) from None


def decoded(endpoint: Endpoint, body: bytes | str, as_type: type[T], fault: str) -> T:
    """A JSON text as `as_type`; what the type does not name is skipped unread. Raises as `understood`."""
    try:
        return msgspec.json.decode(body, type=as_type)
    except (msgspec.DecodeError, RecursionError):
        raise unreadable(endpoint, fault) from None


def unreadable(endpoint: Endpoint, fault: str) -> ProviderFailed:
    """The error for an answer that is something else than was asked for; `fault` is one of the texts above."""
    return ProviderFailed(f"{endpoint.title} {fault}")
