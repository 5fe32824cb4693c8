"""Arbitrary JSON, with and without bytes in it, for the property tests, and how they ask for a refusal."""

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

Refusal = TypeVar("Refusal", bound=Exception)
_LEAVES: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists and objects of `leaves`."""
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=10,
    )


JSON = nested(_LEAVES)
JSON_WITH_BYTES = nested(_LEAVES | st.binary(max_size=12))


def arguments(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """What follows the name of an event."""
    return st.lists(values, max_size=3)


def refusal_of(kind: type[Refusal], call: Callable[[], object]) -> Refusal | None:
    """The `kind` of error that `call` raises, None where it raises none; any other error goes on."""
    try:
        call()
    except kind as refusal:
        return refusal
    return None
