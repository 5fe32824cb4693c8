"""Every package that a server can run on has a licence that is allowed, or an exception that is explained."""

import msgspec
import pytest

from supply.__main__ import main
from supply.licences import Licences, is_allowed, load, problems, runtime
from supply.lock import load as load_lock

PACKAGES, KNOWN = load_lock(), load()


def found(known: Licences) -> list[str]:
    return [line.partition(":")[0] for line in problems(PACKAGES, known)]


def test_every_licence_is_listed_and_allowed_and_what_the_package_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(problems(PACKAGES, KNOWN)) == []
    assert main(["licences"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(runtime(PACKAGES)) > 60


def test_what_is_missing_or_too_much_is_told() -> None:
    others = {name: licence for name, licence in KNOWN.packages.items() if name != "trio"}
    assert found(msgspec.structs.replace(KNOWN, packages=others)) == ["trio"]
    assert found(msgspec.structs.replace(KNOWN, packages=KNOWN.packages | {"pytest": "MIT"})) == ["pytest"]


def test_what_is_not_allowed_or_needs_no_exception_is_told() -> None:
    assert found(msgspec.structs.replace(KNOWN, exceptions={})) == sorted(KNOWN.exceptions)
    assert found(msgspec.structs.replace(KNOWN, exceptions=KNOWN.exceptions | {"trio": "why"})) == ["trio"]


def test_a_package_that_says_something_else_is_told() -> None:
    assert found(msgspec.structs.replace(KNOWN, packages=KNOWN.packages | {"h11": "Zlib"})) == ["h11"]


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later", False),
        ("MIT AND GPL-3.0-or-later", False),
        ("MIT OR GPL-3.0-or-later", True),
        ("MIT AND (BSD-2-Clause OR LGPL-2.1-or-later)", True),
        ("Apache-2.0 WITH LLVM-exception", False),
    ],
)
def test_an_expression_is_allowed_if_the_licences_that_are_allowed_satisfy_it(expression: str, allowed: bool) -> None:
    assert is_allowed(expression, frozenset({"MIT", "BSD-2-Clause", "Apache-2.0"})) is allowed
