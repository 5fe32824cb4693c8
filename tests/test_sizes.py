"""The limits on the source: how long files and functions may be, and that a class name stands in one module.

How complex a function may be is checked by ruff (C901 in pyproject.toml).
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ("protocol", "actors", "adapters", "bench", "docs", "supply")
MOST_LINES, MOST_LINES_OF_TESTS = 350, 500
LONGEST_FUNCTION = 45
FILES = {
    path.relative_to(ROOT).as_posix(): path
    for part in (*SOURCE, "tests")
    for path in sorted((ROOT / part).rglob("*.py"))
}
OF_SOURCE = [name for name in FILES if not name.startswith("tests/")]


@cache
def parse(name: str) -> ast.Module:
    """The file's text."""
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions, methods and functions within them."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the last one; decorators are not counted."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_file_is_too_long() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in FILES.items()}
    most = {name: MOST_LINES_OF_TESTS if name.startswith("tests/") else MOST_LINES for name in FILES}
    assert {name: count for name, count in lines.items() if count > most[name]} == {}


@pytest.mark.parametrize("part", SOURCE)
def test_no_function_is_too_long(part: str) -> None:
    of_part = [name for name in OF_SOURCE if name.startswith(f"{part}/")]
    assert of_part
    too_long = {
        f"{name}: {function.name}": length(function)
        for name in of_part
        for function in functions(parse(name))
        if length(function) > LONGEST_FUNCTION
    }
    assert too_long == {}


@pytest.mark.parametrize("parts", [SOURCE, ("tests",)], ids=["source", "tests"])
def test_a_class_name_stands_in_one_module(parts: tuple[str, ...]) -> None:
    places: dict[str, list[str]] = {}
    for name in FILES:
        if name.startswith(tuple(f"{part}/" for part in parts)):
            for node in ast.walk(parse(name)):
                if isinstance(node, ast.ClassDef):
                    places.setdefault(node.name, []).append(name)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_packages_do_not_hold_code() -> None:
    # Importing a package runs its __init__, so code there would load one part of the package for every other.
    full = {name for name in OF_SOURCE if name.endswith("__init__.py") and parse(name).body}
    assert full == set()
