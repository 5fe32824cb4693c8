"""Reading JSON as game engines build it: keys in any case, unset fields as null or "", whole floats for integers."""

import difflib
import math
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from protocol.printable import printable

MAX_WARNINGS = 20
_SHOWN = 60
_NAMED = {"name": "name", "title": "title"}


class Unreadable(ValueError):
    """A value cannot be used; the message names the field, what came and what is allowed."""


class Checked(msgspec.Struct, frozen=True):
    """Marks a string field (with Annotated) whose values `parse` accepts; its ValueError says what is allowed."""

    parse: Callable[[str], object]


class Change(msgspec.Struct, frozen=True):
    """One field that an update sets: section and key by the names of the Python structs, value already converted.

    `is_named`: the client gave the value; else the field was left unset, and the value is its default.
    """

    section: str
    field: str
    value: Any
    is_named: bool = True


def show(value: object) -> str:
    """`value` as it came, short enough for an error message, on one line."""
    if isinstance(value, float) and not math.isfinite(value):
        return "a number that is too large"  # which JSON has no word for
    if isinstance(value, str | list | tuple):
        value = value[: _SHOWN + 1]
    try:
        text = msgspec.json.encode(value, enc_hook=repr).decode()
    except UnicodeEncodeError:
        text = ascii(value)
    text = printable(text[: _SHOWN + 1])
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def kind(value: object) -> str:
    """The kind of `value` in words, for messages that must not repeat it: words that were spoken, credentials."""
    kinds = {list: "an array", dict: "an object", str: "a string", bool: "true or false", bytes: "bytes"}
    return kinds.get(type(value), "a number")


def nearest(key: str, known: Collection[str]) -> str:
    """Words that point at the known key most like `key`, or at all of them."""
    folded = {name.lower(): name for name in known}
    close = difflib.get_close_matches(key[:_SHOWN].lower(), list(folded), n=1)
    return f"did you mean {folded[close[0]]}?" if close else f"known: {', '.join(known)}"


def fold(
    raw: Mapping[Any, object], known: Mapping[str, str], where: str, most: int = MAX_WARNINGS
) -> tuple[dict[str, object], list[str]]:
    """Match the keys of `raw`, in any case, to `known` (wire name to Python name).

    Returns the values under their Python names, and a warning for each key that is not known (the first `most`).
    """
    by_folded = {wire.lower(): name for wire, name in known.items()}
    values: dict[str, object] = {}
    warnings: list[str] = []
    for key, value in raw.items():
        name = by_folded.get(str(key).lower())
        if name is not None:
            values[name] = value
        elif len(warnings) < most:
            warnings.append(f"{where}{show(key)[1:-1]}: unknown key, ignored ({nearest(str(key), list(known))})")
    return values, warnings


def read(
    payload: object, root: type[msgspec.Struct], zero_is_unset: frozenset[tuple[str, str]]
) -> tuple[list[Change], list[str]]:
    """Read `payload` against `root`, a struct of sections that are structs of fields.

    null and "" set a field to its default, and so does 0 for the (section, field) pairs of `zero_is_unset`; a null
    section sets all of its fields. Raises Unreadable.
    """
    sections = {field.encode_name: field for field in _fields(root)}
    if unset(payload):
        return [], []
    if not isinstance(payload, Mapping):
        raise Unreadable(f"came {show(payload)}, allowed: an object with {', '.join(sections)}")
    given, warnings = fold(payload, {name: name for name in sections}, "")
    changes: list[Change] = []
    for name, raw in given.items():
        more, odd = _section(name, raw, sections[name].type, zero_is_unset, MAX_WARNINGS - len(warnings))
        changes += more
        warnings += odd
    return changes, warnings


_fields = cache(msgspec.structs.fields)
"""What `structs.fields` and `get_type_hints` say of a struct costs more to ask than all the rest of an update."""


@cache
def _hints(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(struct, include_extras=True)


def _section(
    name: str, raw: object, struct: type[msgspec.Struct], zero_is_unset: frozenset[tuple[str, str]], most: int
) -> tuple[list[Change], list[str]]:
    fields = {field.name: field for field in _fields(struct)}
    if unset(raw):
        return [Change(name, field.name, field.default, is_named=False) for field in fields.values()], []
    if not isinstance(raw, Mapping):
        raise Unreadable(f"{name}: came {show(raw)}, allowed: an object")
    given, warnings = fold(raw, {field.encode_name: field.name for field in fields.values()}, f"{name}.", most)
    hints = _hints(struct)
    changes: list[Change] = []
    for key, value in given.items():
        field = fields[key]
        where = f"{name}.{field.encode_name}"
        if isinstance(value, Mapping):
            warnings += fold(value, _NAMED, f"{where}.", most - len(warnings))[1]
        if unset(value) or (value == 0 and value is not False and (name, key) in zero_is_unset):
            changes.append(Change(name, key, field.default, is_named=False))
        else:
            converted = convert(value, hints[key], where, field.default)
            is_default = isinstance(converted, msgspec.Struct) and converted is field.default  # its name was left unset
            changes.append(Change(name, key, converted, is_named=not is_default))
    return changes, warnings


def unset(value: object) -> bool:
    """Whether an engine that fills every field means by `value` that it was left out."""
    return value is None or value == ""


def parted(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type of an annotated one, and what is annotated."""
    return (get_args(hint)[0], get_args(hint)[1:]) if get_origin(hint) is Annotated else (hint, ())


def convert(value: object, hint: Any, where: str, default: object = None) -> object:
    """`value` as the annotated type `hint`; raises Unreadable with `where`, what came and what is allowed."""
    plain, marks = parted(hint)
    if isinstance(plain, type) and issubclass(plain, msgspec.Struct):
        return _named(value, plain, where, default)
    came = value
    if plain is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    if get_origin(plain) is tuple and isinstance(value, str):
        value = [value]
    if get_origin(plain) is Literal and isinstance(value, str):
        value = value.lower()
    try:
        converted: object = msgspec.convert(value, hint, strict=True)
        for mark in marks:
            if isinstance(mark, Checked):
                mark.parse(str(converted))
        if isinstance(converted, tuple):
            _check_each(converted, plain)
    except ValueError:
        is_text = plain is str and isinstance(came, list | dict)  # perhaps a prompt in parts, which no log is to have
        shown = kind(came) if is_text else show(came)
        raise Unreadable(f"{where}: came {shown}, allowed: {allowed(hint)}") from None
    return converted


def _check_each(values: tuple[object, ...], hint: Any) -> None:
    """Raises ValueError where the items of a list are Checked and one is not accepted."""
    for mark in _item_marks(hint):
        for value in values:
            mark.parse(str(value))


def _item_marks(hint: Any) -> list[Checked]:
    """What is Checked of each item of a list."""
    return [mark for mark in parted(get_args(hint)[0])[1] if isinstance(mark, Checked)]


def _named(value: object, struct: type[msgspec.Struct], where: str, default: object) -> object:
    """A `{name, title}` struct; a plain string is its name, an empty name is the default."""
    raw = {"name": value} if isinstance(value, str) else value
    if not isinstance(raw, Mapping):
        raise Unreadable(f"{where}: came {show(value)}, allowed: a name, or an object with name and title")
    given, _ = fold(raw, _NAMED, "", 0)
    if unset(given.get("name")):
        return default
    name = convert(given["name"], _hints(struct)["name"], f"{where}.name")
    title = convert(given.get("title") or str(name).title(), str, f"{where}.title")
    return struct(name=name, title=title)


def allowed(hint: Any) -> str:
    """The values that the annotated type `hint` allows, in words."""
    plain, marks = parted(hint)
    for mark in marks:
        if isinstance(mark, Checked):
            return _refusal(mark)
    if get_origin(plain) is Literal:
        return ", ".join(str(value) for value in get_args(plain))
    words = {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}.get(plain)
    if words is None:
        most = next((mark.max_length for mark in marks if isinstance(mark, msgspec.Meta)), None)
        checks = _item_marks(plain)
        what = _refusal(checks[0]) if checks else "strings"
        return f"up to {most} {what}" if most else f"a list of {what}"
    bounds = next((mark for mark in marks if isinstance(mark, msgspec.Meta) and mark.ge is not None), None)
    return words if bounds is None else f"{words} from {bounds.ge} to {bounds.le}"


def _refusal(mark: Checked) -> str:
    try:
        mark.parse("\0")
    except ValueError as error:
        return str(error)
    return "a string"
