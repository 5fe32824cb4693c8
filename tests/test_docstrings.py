"""Docstrings begin with their subject, and each public coroutine says what cancelling it does."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("protocol", "actors", "adapters", "bench", "docs")
SEE = re.compile(r"See `(\w+)\.(\w+)`")
"""A method that satisfies a port names the port's method, whose docstring holds for it."""

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def sources() -> dict[str, ast.Module]:
    """Every module of the source, by its path."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def definitions(node: ast.AST, above: tuple[ast.AST, ...] = ()) -> Iterator[tuple[Definition, tuple[ast.AST, ...]]]:
    """Every class and function below `node`, with what it stands in, the outermost first."""
    above = (*above, node)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            yield child, above
            yield from definitions(child, above)


def said(node: ast.AST) -> str:
    """The docstring, "" where there is none."""
    return (ast.get_docstring(node) or "") if isinstance(node, Definition | ast.Module) else ""


def is_public(node: ast.AST) -> bool:
    """Whether users may name it: a module, or a class or a function without a _ at its beginning."""
    return isinstance(node, ast.Module) or (isinstance(node, Definition) and not node.name.startswith("_"))


@functools.cache
def methods() -> dict[tuple[str, str], str]:
    """What holds for each method: its own docstring and its class's; class names are unique."""
    return {
        (above[-1].name, node.name): said(node) + said(above[-1])
        for tree in sources().values()
        for node, above in definitions(tree)
        if isinstance(above[-1], ast.ClassDef)
    }


def coroutines(tree: ast.Module) -> Iterator[tuple[ast.AsyncFunctionDef, str]]:
    """Every public coroutine, with all that is said of it: by itself, its class, its module, and the port it names."""
    for node, above in definitions(tree):
        is_inner = any(isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) for each in above)
        if isinstance(node, ast.AsyncFunctionDef) and not is_inner and all(map(is_public, (*above, node))):
            named = [methods().get((name, method), "") for name, method in SEE.findall(said(node))]
            yield node, " ".join((*map(said, above), said(node), *named))


def everything() -> Iterator[tuple[str, ast.AST]]:
    """Every module, class and function of the source, each with its module's path."""
    for path, tree in sources().items():
        yield path, tree
        yield from ((path, node) for node, _ in definitions(tree))


def test_no_docstring_begins_with_as() -> None:
    riddles = [f"{path}: {said(node)[:60]}" for path, node in everything() if said(node).startswith("As ")]
    assert riddles == []


def test_each_public_coroutine_says_what_cancelling_it_does() -> None:
    told = [(path, node.name, text) for path, tree in sources().items() for node, text in coroutines(tree)]
    assert told
    assert [f"{path}: {name}" for path, name, text in told if "ancel" not in text] == []


def test_a_docstring_that_names_a_method_names_one_that_there_is() -> None:
    named = [(path, pair) for path, node in everything() for pair in SEE.findall(said(node))]
    assert named
    assert [f"{path}: {pair}" for path, pair in named if pair not in methods()] == []
