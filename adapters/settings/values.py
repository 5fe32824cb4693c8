"""One value of the settings: how it is read from a text, which values are allowed, and the error for others."""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args, get_origin

import msgspec

from adapters.reach.values import is_secret
from adapters.settings.errors import BadSettings
from protocol.messages import Names
from protocol.tolerant import Checked, allowed, show

NAMES = 'pairs of names, such as "session.update" = "session.configure"'


class CheckedPairs(msgspec.Struct, frozen=True):
    """Marks a mapping (with Annotated) that `parse` accepts: `words` are what is allowed.

    A ValueError of `parse` that has words of its own is told as it stands.
    """

    parse: Callable[[Any], None]
    words: str


def check_names(names: Mapping[str, str]) -> None:
    """Raises ValueError where no client could use these names of the protocol."""
    Names(dict(names))


def from_text(text: str, hint: Any) -> object:
    """`text` as what `hint` asks for, as far as it can be read so; else itself, for `check` to refuse."""
    plain = _plain(hint)
    if is_mapping(hint):
        pairs = [item.partition("=") for item in text.split(",")]
        return {key.strip(): value.strip() for key, _, value in pairs} if all(sep for _, sep, _ in pairs) else text
    if get_origin(plain) is tuple:
        return [item.strip() for item in text.split(",") if item.strip()]
    if plain is bool:
        return {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower(), text)
    if plain in (int, float):
        try:
            return plain(text)
        except ValueError:
            return text
    return text


def check(value: object, hint: Any, where: str) -> object:
    """`value` as the type `hint`, within its bounds; no number is negative or endless.

    Raises BadSettings, which names the place by `where`, what came (no secret) and what is allowed.
    """
    plain = _plain(hint)
    if plain is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        converted: object = msgspec.convert(value, hint)
        if isinstance(converted, int | float) and not 0 <= converted < math.inf:
            raise ValueError
        marks = [mark for mark in get_args(_element(hint) or hint)[1:] if isinstance(mark, Checked)]
        for text in converted if isinstance(converted, tuple) else (converted,):
            for mark in marks:
                mark.parse(str(text))
    except ValueError:
        is_hidden = is_secret(hint) or "@" in str(value)  # an address may have a password in it
        came = "something else" if is_hidden else str(value) if isinstance(value, float) else show(value)
        raise BadSettings(f"{where}: came {came}, allowed: {_words(hint)}") from None
    if isinstance(converted, Mapping):
        _check_pairs(converted, hint, where)
    return converted


def is_mapping(hint: Any) -> bool:
    """Whether a value of the type `hint` is made of pairs."""
    return get_origin(_plain(hint)) is Mapping


def is_of_texts(hint: Any) -> bool:
    """Whether the pairs are of two texts each."""
    return is_mapping(hint) and get_args(_plain(hint))[1] is str


def _pairs(hint: Any) -> CheckedPairs | None:
    marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((mark for mark in marks if isinstance(mark, CheckedPairs)), None)


def _check_pairs(pairs: Mapping[str, Any], hint: Any, where: str) -> None:
    mark = _pairs(hint)
    if mark is None:
        return
    try:
        mark.parse(pairs)
    except ValueError as error:
        told = str(error) or f"came something else, allowed: {mark.words}"
        raise BadSettings(f"{where}: {told}") from None


def _words(hint: Any) -> str:
    """The values that `hint` allows, in words."""
    plain = _plain(hint)
    if (pairs := _pairs(hint)) is not None:
        return pairs.words
    if plain not in (int, float):
        element = _element(hint)
        return f"a list, each {allowed(element)}" if element not in (None, str) else allowed(hint)
    bounds = next((mark for mark in get_args(hint)[1:] if isinstance(mark, msgspec.Meta)), msgspec.Meta())
    most = "" if bounds.le is None else f" to {bounds.le}"
    return f"{'a whole number' if plain is int else 'a number'} from {bounds.ge or 0}{most}"


def _plain(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _element(hint: Any) -> Any:
    """The type of a list's elements; None for what is no list."""
    plain = _plain(hint)
    return get_args(plain)[0] if get_origin(plain) is tuple else None
