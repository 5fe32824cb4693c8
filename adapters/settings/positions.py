"""Where in a TOML text a key is set: `tomllib` tells the values, not their lines."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
"""Names of tables and keys, and behind the name of a list the index in it."""


def line_of(text: str, path: Path) -> int:
    """The line, from 1, on which the statement that sets `path` begins: a key's, or the header of its table.

    `text` is valid TOML with `\\n` or `\\r\\n` line ends. 1 where nothing sets `path`.
    """
    header: Path = ()
    counts: dict[tuple[str, ...], int] = {}
    for line, statement, table in _statements(text):
        if statement.lstrip().startswith("["):
            header = _place_of(_only_path(table), counts, is_list=statement.lstrip().startswith("[["))
            found = header[: len(path)] == path
        else:
            found = _holds(table, header, path)
        if found:
            return line
    return 1


def _statements(text: str) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """Each statement's first line, text and value: TOML ends a statement at the first line end where it is complete."""
    begun, statement = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        statement += line + "\n"
        try:
            table = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        yield begun, statement, table
        begun, statement = number + 1, ""


def _only_path(table: Mapping[str, Any]) -> tuple[str, ...]:
    """The names in a header, which parsed alone is a chain of tables (or, for `[[name]]`, of lists of one)."""
    names: list[str] = []
    while table:
        name, inner = next(iter(table.items()))
        names.append(name)
        table = inner[0] if isinstance(inner, list) else inner
    return tuple(names)


def _place_of(names: tuple[str, ...], counts: dict[tuple[str, ...], int], *, is_list: bool) -> Path:
    """The place of a header with these names; `counts` has how many of each list came so far, and is kept."""
    if is_list:
        for inner in [known for known in counts if known[: len(names)] == names and known != names]:
            del counts[inner]
        counts[names] = counts.get(names, 0) + 1
    place: list[str | int] = []
    for depth, name in enumerate(names, 1):
        place.append(name)
        if names[:depth] in counts:
            place.append(counts[names[:depth]] - 1)
    return tuple(place)


def _holds(table: Mapping[str, Any], header: Path, path: Path) -> bool:
    """Whether the statement `table` under `header` sets `path`, or something inside it."""
    if len(path) <= len(header) or path[: len(header)] != header:
        return False
    inner: Any = table
    for name in path[len(header) :]:
        if isinstance(name, int):
            if not isinstance(inner, list) or name >= len(inner):
                return False
        elif not isinstance(inner, Mapping) or name not in inner:
            return False
        inner = inner[name]
    return True
