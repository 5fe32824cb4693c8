"""supply/needs.txt tells what the packages of the lock ask for, as the installed ones do themselves."""

import re
from importlib.metadata import PackageNotFoundError, requires

from supply import lock, needs
from supply.licences import RUNTIME

PACKAGES = lock.load()
NEEDS = needs.load()


def asked_by(package: str) -> set[str] | None:
    """What an installed package asks for, whatever the platform or extra; None where it is not installed."""
    try:
        lines = requires(package) or []
    except PackageNotFoundError:
        return None
    return {lock.normalised(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in lines}


def test_what_it_tells_of_the_packages_that_are_installed_they_say_themselves() -> None:
    said = {name: asked for name in NEEDS if (asked := asked_by(name)) is not None}
    assert len(said) > 40
    assert {name: set(NEEDS[name]) - asked for name, asked in said.items() if not asked.issuperset(NEEDS[name])} == {}
    assert {"attrs", "idna", "outcome", "sniffio", "sortedcontainers"} <= set(NEEDS["trio"])


def test_each_package_of_the_lock_is_asked_for() -> None:
    names = {package.name for package in PACKAGES}
    declared = {name for pins in lock.declared().values() for name in pins}
    asked = {name for needed in NEEDS.values() for name in needed}
    assert names == declared | asked
    assert NEEDS.keys() <= names


def test_what_a_package_asks_for_comes_with_it() -> None:
    """Of each extra; what only another platform or another extra makes it ask for need not come."""
    for extra in ("", *RUNTIME):
        brought = {package.name for package in lock.brought_by(PACKAGES, [extra])}
        lacking = {(name, needed) for name in brought for needed in NEEDS.get(name, ()) if needed not in brought}
        assert lacking == set()


def test_the_text_is_read_as_it_is_written() -> None:
    assert needs.text_of(NEEDS) == needs.FILE.read_text(encoding="utf-8")
