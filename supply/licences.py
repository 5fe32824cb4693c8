"""The licences of what a server runs on: listed in supply/licences.toml, compared with what is installed."""

import tomllib
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Final

import license_expression
import msgspec

from supply.lock import Locked, brought_by

FILE: Final = Path(__file__).with_suffix(".toml")
RUNTIME: Final = ("voice", "kokoro", "piper", "whisper", "sherpa", "traces")
"""The extras that a server can have; all others are for work on vivavoce."""
_LONGEST_NAME = 60
"""A longer field `License` is the licence's text."""
_CLASSIFIER: Final = "License :: OSI Approved :: "
_LICENSING: Final = license_expression.Licensing()


class Model(msgspec.Struct, frozen=True):
    """A voice or model: where it comes from and its licence, in words."""

    name: str
    comes: str
    licence: str
    note: str


class Licences(msgspec.Struct, frozen=True):
    """supply/licences.toml: SPDX expressions by the packages' normalised names, and why exceptions are made."""

    allowed: frozenset[str]
    spellings: dict[str, str]
    packages: dict[str, str]
    exceptions: dict[str, str]
    read_elsewhere: dict[str, str]
    models: tuple[Model, ...]


def load() -> Licences:
    """What supply/licences.toml says. Raises msgspec.ValidationError."""
    return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), Licences)


def runtime(packages: Sequence[Locked]) -> dict[str, Locked]:
    """The packages of the lock that a server can run on, by name."""
    return {package.name: package for package in brought_by(packages, RUNTIME)}


def is_allowed(expression: str, allowed: frozenset[str]) -> bool:
    """Whether licences that are allowed satisfy an SPDX expression: of `OR` one side, of `AND` both."""
    return _holds(_LICENSING.parse(expression), allowed)


def _holds(node: license_expression.LicenseExpression, allowed: frozenset[str]) -> bool:
    if isinstance(node, _LICENSING.AND):
        return all(_holds(part, allowed) for part in node.args)
    if isinstance(node, _LICENSING.OR):
        return any(_holds(part, allowed) for part in node.args)
    return str(node) in allowed


def stated(package: str, spellings: dict[str, str]) -> str | None:
    """The licence that the installed package states, as SPDX where it can be; None where it is not installed."""
    try:
        fields = metadata(package)
    except PackageNotFoundError:
        return None
    (named, *_), (expression, *_) = (fields.get_all(name, [""]) for name in ("License", "License-Expression"))
    classes = (line.removeprefix(_CLASSIFIER) for line in fields.get_all("Classifier", []) if _CLASSIFIER in line)
    short = named if len(named) <= _LONGEST_NAME else ""
    found: str = expression or short or " AND ".join(classes)
    return spellings.get(found, found)


def problems(packages: Sequence[Locked], licences: Licences) -> Iterator[str]:
    """What is wrong with the list, a line each: packages missing or too many, licences not allowed or not as stated."""
    needed = runtime(packages)
    for name in sorted(needed.keys() - licences.packages.keys()):
        yield f"{name}: its licence is not in supply/licences.toml; read it and add it"
    for name in sorted(licences.packages.keys() - needed.keys()):
        yield f"{name}: in supply/licences.toml, but no server runs on it; take it out"
    for name in sorted(needed.keys() & licences.packages.keys()):
        listed = licences.packages[name]
        if is_allowed(listed, licences.allowed) == (name in licences.exceptions):
            yield f"{name}: {listed} is allowed if and only if it needs no exception; see [exceptions]"
        found = stated(name, licences.spellings)
        if found is not None and (found == listed) == (name in licences.read_elsewhere):
            yield f"{name}: listed as {listed}, but the package says {found or 'nothing'}; see [read_elsewhere]"
