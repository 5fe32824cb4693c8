"""Reading scenarios: each file is checked as a whole before any of them runs, and a mistake is told with its line."""

import functools
import operator
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, NoReturn, Union, get_args, get_origin, get_type_hints

import msgspec

from actors.deciding.limits import Limits
from adapters.recordings import reading as recordings
from adapters.recordings.reading import SessionRecording, UnreadableRecording
from adapters.scenarios.checking import Fault, Place, faults
from adapters.scenarios.scenario import Scenario, ScenarioFile
from adapters.settings.positions import line_of
from protocol.configuration import Configuration, merge, read_update
from protocol.errors import BadMessage
from protocol.tolerant import allowed, nearest, show

MOST_BYTES: Final = 1_000_000
"""Bytes of a file, above which it is hardly a scenario."""
_SYNTAX_LINE: Final = re.compile(r"(.*) \(at line (\d+), column \d+\)\Z", re.DOTALL)
_AT: Final = re.compile(r" - at `\$(.*)`\Z", re.DOTALL)
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
Refuse = Callable[[Fault], NoReturn]
"""Raises BadScenario."""
SAMPLES: Final = "pcm16"
"""The format in which the caller sends sound."""


class BadScenario(Exception):
    """A file cannot be used as a scenario; the message says where, what came and what is allowed."""


def read_all(paths: Sequence[Path]) -> tuple[Scenario, ...]:
    """The scenarios in these files, in order. Raises BadScenario with a line for each file that cannot be used."""
    scenarios: list[Scenario] = []
    refused: list[str] = []
    for path in paths:
        try:
            scenarios.append(read(path))
        except BadScenario as error:
            refused.append(str(error))
    if refused:
        raise BadScenario("\n".join(refused))
    return tuple(scenarios)


def read(path: Path) -> Scenario:
    """The scenario in a file. Raises BadScenario."""
    text = _text(path)
    table = _table(path, text)

    def refuse(fault: Fault) -> NoReturn:
        line = line_of(text, fault.place) if fault.place else 1
        raise BadScenario(f"{path} line {line}: {named(fault.place)}{fault.words}")

    try:
        file = msgspec.convert(table, ScenarioFile)
    except msgspec.ValidationError as error:
        refuse(_fault(str(error), table))
    scenario = _checked(path, file, refuse)
    for fault in faults(scenario):
        refuse(fault)
    return scenario


def _checked(path: Path, file: ScenarioFile, refuse: Refuse) -> Scenario:
    """The scenario with what other parts of the project read of it."""
    update = {"STT": {}, **file.session}
    if isinstance(heard := update["STT"], Mapping):
        update["STT"] = {"mediaFormat": SAMPLES, **heard}
    try:
        read_in = read_update(update)
    except BadMessage as error:
        refuse(_of_session(error.message.removeprefix("session.update: ")))
    for warning in read_in.warnings:
        refuse(_of_session(warning.replace(", ignored", "")))
    for fault in _unfit(file.limits, Limits, ("limits",)):
        refuse(fault)
    limits = msgspec.convert(file.limits, Limits)
    return Scenario(path, file, update, merge(Configuration(), read_in), limits, _recording(path, file, refuse))


def _recording(path: Path, file: ScenarioFile, refuse: Refuse) -> SessionRecording | None:
    if file.recording is None:
        return None
    try:
        return recordings.read(path.parent / file.recording)
    except UnreadableRecording as error:
        refuse(Fault(("recording",), str(error)))


def _of_session(said: str) -> Fault:
    """The fault of a setting, of which what is `said` begins with the name."""
    name, _, words = said.partition(": ")
    return Fault(("session", *name.split(".")), words) if words else Fault(("session",), said)


def _unfit(given: Mapping[str, object], struct: type[msgspec.Struct], above: Place) -> Iterator[Fault]:
    """What is not of the struct: unknown keys, and values that it does not take."""
    hints = get_type_hints(struct, include_extras=True)
    for key, value in given.items():
        place = (*above, key)
        if key not in hints:
            yield Fault(place, f"unknown key ({nearest(key, sorted(hints))})")
        elif isinstance(value, Mapping) and isinstance(hints[key], type) and issubclass(hints[key], msgspec.Struct):
            yield from _unfit(value, hints[key], place)
        else:
            try:
                msgspec.convert(value, hints[key])
            except msgspec.ValidationError:
                yield Fault(place, f"came {show(value)}, allowed: {allowed(hints[key])}")


# ---- the text of a file


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadScenario(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(raw) > MOST_BYTES:
        raise BadScenario(f"{path}: larger than {MOST_BYTES} bytes, so hardly a scenario")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadScenario(f"{path} line {line}: not UTF-8; save the file as UTF-8") from None


def _table(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text + "\n")  # so that a fault on the last line has a line number too
    except tomllib.TOMLDecodeError as error:
        located = _SYNTAX_LINE.match(str(error))
        raise BadScenario(f"{path} line {located[2]}: {located[1]}" if located else f"{path}: {error}") from None
    except RecursionError:
        raise BadScenario(f"{path}: nested too deeply") from None


# ---- what msgspec says, in our words


def _fault(said: str, table: Mapping[str, Any]) -> Fault:
    """The place and the words of an error of msgspec's."""
    located = _AT.search(said)
    place = _place(located[1]) if located else ()
    what = said[: located.start()] if located else said
    if unknown := _UNKNOWN.fullmatch(what):
        known = sorted(field.encode_name for field in msgspec.structs.fields(_struct(place)))
        return Fault((*place, unknown[1]), f"unknown key ({nearest(unknown[1], known)})")
    if missing := _MISSING.fullmatch(what):
        return Fault(place, f"{missing[1]} is missing")
    return Fault(place, f"came {show(_value(table, place))}, allowed: {_words(_hint(place))}")


def _place(path: str) -> Place:
    return tuple(name or (int(number) if number else 0) for name, number, _ in _STEP.findall(path))


def named(place: Place) -> str:
    """The words for a place: `[[caller]] 2 at_ms: `, which count from 1."""
    words: list[str] = []
    for at, name in enumerate(place):
        if isinstance(name, int):
            words[-1] = f"[[{words[-1]}]] {name + 1}"
        else:
            words.append(f"[{name}]" if at + 1 < len(place) and isinstance(place[at + 1], str) else name)
    return f"{' '.join(words)}: " if words else ""


def _value(table: Any, place: Place) -> object:
    for name in place:
        table = table[name]
    return table


def _hint(place: Place) -> Any:
    """The annotated type of what stands at a place of a scenario."""
    hint: Any = ScenarioFile
    for name in place:
        if isinstance(name, int):
            hint = get_args(_plain(hint))[0]
        else:
            struct = _plain(hint)
            field = next(field for field in msgspec.structs.fields(struct) if field.encode_name == name)
            hint = get_type_hints(struct, include_extras=True)[field.name]
    return hint


def _struct(place: Place) -> type[msgspec.Struct]:
    struct: type[msgspec.Struct] = _plain(_hint(place))
    return struct


def _plain(hint: Any) -> Any:
    """The type without its annotations, and without the None or UNSET of a key that may be left out."""
    while True:
        if hasattr(hint, "__metadata__"):
            hint = hint.__origin__
        elif _is_optional(hint):
            hint = _given(hint)
        else:
            return hint


def _given(hint: Any) -> Any:
    """The type of what is given, where it may be left out."""
    left = [other for other in get_args(hint) if other not in (type(None), msgspec.UnsetType)]
    return functools.reduce(operator.or_, left)


def _is_optional(hint: Any) -> bool:
    if not isinstance(hint, UnionType) and get_origin(hint) is not Union:
        return False
    return any(other in (type(None), msgspec.UnsetType) for other in get_args(hint))


def _words(hint: Any) -> str:
    """The values that a type allows, in words: those of its description, where it has one."""
    given = _given(hint) if _is_optional(hint) else hint
    marks = getattr(given, "__metadata__", ())
    told = next((mark.description for mark in marks if isinstance(mark, msgspec.Meta) and mark.description), None)
    plain = _plain(given)
    if told is not None:
        return str(told)
    if isinstance(plain, type) and issubclass(plain, msgspec.Struct | dict):
        return "a section"
    if str(plain).startswith("tuple"):
        return "sections in double brackets"
    if set(get_args(plain)) == {int, str}:
        return "the number or the name of a step"
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return ", ".join(plain)
    return allowed(Annotated[plain, "plain"])
