"""supply/needs.txt: which packages each package of the lock asks for, on whatever platform and with whatever extra."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_suffix(".txt")
_HEAD: Final = "# Made by `python -m supply lock`: which packages of lock.txt each of them asks for.\n"


def text_of(needs: Mapping[str, tuple[str, ...]]) -> str:
    """The file's text: a line each, as in `trio: attrs idna`."""
    return _HEAD + "".join(f"{name}: {' '.join(needed)}\n" for name, needed in sorted(needs.items()))


def load() -> dict[str, tuple[str, ...]]:
    """What supply/needs.txt says; a package that asks for none is not in it."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(": ") for line in lines if not line.startswith("#"))
    return {name: tuple(needed.split()) for name, _, needed in pairs}
