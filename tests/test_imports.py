"""Imports: `protocol <- actors <- adapters`, pure modules without trio, and nothing that Windows lacks."""

import ast
import functools
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("protocol", "actors", "adapters")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
PURE_ROOMS = ("actors.deciding.", "actors.words.")
"""What decides or knows words; it knows neither Trio nor time."""
OF_SESSIONS = {
    *(
        f"actors.deciding.{name}"
        for name in (
            "answering", "conversation", "ending", "events", "hearing", "machine", "membership", "naming", "speaking",
            "step", "triggers", "turn",
        )
    ),
    *(f"actors.running.{name}" for name in ("jobs", "listening", "seats", "session")),
}  # fmt: skip
IMPURE = {"trio", "asyncio", "socket", "ssl", "time", "threading", "subprocess", "selectors", "logging"}
POSIX_ONLY = {
    "crypt", "fcntl", "grp", "nis", "ossaudiodev", "posix", "pty", "pwd", "readline", "resource", "spwd", "syslog",
    "termios", "tty", "uvloop",
}  # fmt: skip


def imports(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported, wherever in the file, by its full name; `from a import b` is `a.b` as well."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_at_top(tree: ast.Module) -> Iterator[str]:
    """What importing the module imports: all but what is inside functions and `if TYPE_CHECKING`."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imports(ast.Module([node], []))
        pending += ast.iter_child_nodes(node)


@functools.cache
def parse(module: str) -> ast.Module:
    """The module's text."""
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def rings(arrows: Mapping[str, Collection[str]]) -> list[set[str]]:
    """The groups of names that import each other, on whatever way round."""

    def reach(start: str) -> set[str]:
        reached: set[str] = set()
        pending = [start]
        while pending:
            new = set(arrows.get(pending.pop(), ())) - reached
            reached |= new
            pending += new
        return reached

    reached = {name: reach(name) for name in arrows}
    found = [{name, *(other for other in ways if name in reached.get(other, ()))} for name, ways in reached.items()]
    return [ring for number, ring in enumerate(found) if len(ring) > 1 and ring not in found[:number]]


def arrows_between(room: Callable[[str], str]) -> dict[str, set[str]]:
    """What imports what, `if TYPE_CHECKING` and inside functions too, by what `room` makes of a module's name."""
    arrows: dict[str, set[str]] = {}
    for module in MODULES:
        known = {room(name) for name in imported(module)}
        arrows.setdefault(room(module), set()).update(known - {room(module)})
    return arrows


@cache
def named(module: str) -> frozenset[str]:
    """All that the module imports, wherever in the file."""
    return frozenset(imports(parse(module)))


@cache
def imported(module: str) -> frozenset[str]:
    """The modules of this project that the module imports."""
    return named(module) & MODULES.keys()


def below(*rooms: str) -> list[str]:
    """The modules whose names begin like this; there are some."""
    found = [module for module in MODULES if module.startswith(rooms)]
    assert found
    return found


def packages(names: Iterable[str]) -> set[str]:
    """The first part of each name."""
    return {name.split(".")[0] for name in names}


def test_arrows_lead_from_adapters_to_actors_to_protocol() -> None:
    for module in MODULES:
        own = PACKAGES.index(module.split(".")[0])
        above = packages(named(module)) & set(PACKAGES[own + 1 :])
        assert not above, f"{module} imports {above}"


def test_no_modules_import_each_other() -> None:
    assert rings(arrows_between(lambda module: module)) == []


def test_no_rooms_import_each_other() -> None:
    assert rings(arrows_between(lambda module: module.rpartition(".")[0])) == []


def test_a_ring_is_found_however_long_it_is() -> None:
    arrows = {"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": ["e"], "e": [], "f": ["g"], "g": ["f"]}
    assert rings(arrows) == [{"a", "b", "c"}, {"f", "g"}]
    assert rings({"a": ["b"], "b": ["c"], "c": []}) == []


def test_the_protocol_layer_knows_neither_sockets_nor_time() -> None:
    assert [module for module in below("protocol") if packages(named(module)) & IMPURE] == []


def test_what_decides_in_a_session_knows_no_trio() -> None:
    for module in below(*PURE_ROOMS):
        assert not packages(named(module)) & IMPURE, module
        assert not [name for name in named(module) if name.startswith("actors.running")], module


def test_ports_are_the_lowest_room() -> None:
    for module in below("actors.ports."):
        known = [name for name in imported(module) if name.startswith("actors.")]
        assert all(name.startswith("actors.ports.") for name in known), module


def test_actors_see_the_outside_only_through_ports() -> None:
    for module in below("actors"):
        outside = packages(named(module)) - set(sys.stdlib_module_names) - {*PACKAGES}
        assert outside <= {"trio", "msgspec", "transitions", "regex"}, module


def test_adapters_know_no_sessions_and_engines_know_the_ports_alone() -> None:
    for module in below("adapters."):
        known = {name for name in imported(module) if name.startswith("actors.")}
        assert not known & OF_SESSIONS, module
        if module.split(".")[1] == "vendors":
            assert all(name.startswith(("actors.ports.", "actors.words.")) for name in known), module


def test_no_module_needs_posix_to_be_imported() -> None:
    needy = [module for module in MODULES if packages(imports_at_top(parse(module))) & POSIX_ONLY]
    assert needy == []


def test_every_module_says_in_its_first_line_what_it_is_for() -> None:
    for module in MODULES:
        if not module.endswith("__init__"):
            first = (ast.get_docstring(parse(module)) or "").split("\n")[0]
            assert first.endswith((".", ":")), module


def test_the_walk_sees_what_it_should() -> None:
    tree = ast.parse("import fcntl\ndef f():\n    import pwd\nif TYPE_CHECKING:\n    from actors import ports\n")
    assert set(imports(tree)) == {"fcntl", "pwd", "actors", "actors.ports"}
    assert set(imports_at_top(tree)) == {"fcntl"}
    assert {
        "protocol.messages",
        "actors.deciding.conversation",
        "adapters.cli",
        "adapters.vendors.embedded.stt",
    } <= set(MODULES)
