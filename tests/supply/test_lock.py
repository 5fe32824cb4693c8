"""lock.txt has what pyproject.toml and constraints.txt say, with hashes, and no address."""

import json
import re

import pytest

from supply import lock, npm
from supply.lock import Locked, NotLocked

PACKAGES = lock.load()


def test_it_has_what_the_project_and_the_constraints_say() -> None:
    lines = (lock.ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    known = {lock.normalised(name): version for name, _, version in (line.partition("==") for line in lines[1:])}
    assert {package.name: package.version for package in PACKAGES} == known
    for extra, pins in lock.declared().items():
        assert pins.items() <= {(part.name, part.version) for part in lock.brought_by(PACKAGES, [extra])}


def test_each_package_has_hashes_and_none_an_address() -> None:
    assert [part.name for part in PACKAGES for one in part.hashes if not re.fullmatch("sha256:[0-9a-f]{64}", one)] == []
    assert "//" not in lock.LOCK.read_text(encoding="utf-8")


def test_a_package_is_written_as_it_is_read() -> None:
    one = Locked("a-b", "1.0", "sys_platform == 'win32'", ("sha256:00", "sha256:01"), ("server",))
    assert lock.read(f"# head\n{one.line()}") == [one]
    assert "".join(part.line() for part in PACKAGES) == lock.LOCK.read_text(encoding="utf-8").partition("\n")[2]


@pytest.mark.parametrize("line", ["a==1 # server", "a>=1 --hash=sha256:00 # server", "a==1 --hash=sha256:00"])
def test_a_line_without_version_hash_or_extra_is_refused(line: str) -> None:
    with pytest.raises(NotLocked, match=r"line 1: .* python -m supply lock"):
        lock.read(line)


def test_the_npm_packages_of_the_tests_have_hashes_and_none_an_address() -> None:
    made = json.loads(npm.LOCK.read_text(encoding="utf-8"))["packages"]
    asked = json.loads(npm.WANTED.read_text(encoding="utf-8"))["dependencies"]
    assert made.pop("")["dependencies"] == asked
    assert {name: made[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert [name for name, one in made.items() if not one["integrity"].startswith("sha512-")] == []
    assert [name for name, one in made.items() if "resolved" in one or "funding" in one] == []
