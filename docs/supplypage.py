"""The generated tables of docs/supply.md: licences of packages and models, from supply/licences.toml and lock.txt."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from docs.markedpage import fill
from docs.messages import table
from supply.licences import RUNTIME, load, runtime
from supply.lock import SERVER
from supply.lock import load as load_lock

PAGE: Final = Path(__file__).parent / "supply.md"


def supply() -> str:
    """docs/supply.md as it is, with the tables of licences."""
    return fill(PAGE, {"allowed": _allowed, "exceptions": _exceptions, "models": _models, "packages": _packages})


def _allowed() -> Iterator[str]:
    yield f"Allowed are {', '.join(sorted(load().allowed))}."


def _exceptions() -> Iterator[str]:
    licences = load()
    rows = ((f"`{name}`", licences.packages[name], why) for name, why in licences.exceptions.items())
    return table(("package", "licence", "why, and what follows"), rows)


def _models() -> Iterator[str]:
    rows = ((model.name, model.comes, model.licence, model.note) for model in load().models)
    return table(("voice or model", "comes by", "licence", ""), rows)


def _packages() -> Iterator[str]:
    licences, packages = load(), runtime(load_lock())
    rows = (
        (
            f"`{name}`",
            package.version,
            licences.packages[name],
            ", ".join(extra for extra in (SERVER, *RUNTIME) if extra in package.extras),
        )
        for name, package in packages.items()
    )
    return table(("package", "version", "licence", "comes with"), rows)
