"""lock.txt: what each extra installs on every platform, with the hashes of all its files; it names no address.

A line is one requirement as pip reads it, and after `#` the extras that bring it; `server` is the server itself:

    onnxruntime==1.32.0 ; sys_platform != 'darwin' --hash=sha256:… --hash=sha256:… # voice piper

scripts/prepare takes the lines of the extras that it installs, and has pip check their hashes.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

ROOT: Final = Path(__file__).parent.parent
LOCK: Final = ROOT / "lock.txt"
SERVER: Final = "server"
_HEAD: Final = "# Made by `python -m supply lock` from pyproject.toml and constraints.txt.\n"
_LINE: Final = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))?(?P<hashes>(?: --hash=\S+)+) # (?P<extras>.+)"
)
_NOWHERE: Final = "sys_platform == 'emscripten'"
"""Browsers: vivavoce does not run there."""
_EVERYWHERE: Final = _NOWHERE.replace("==", "!=")


class NotLocked(Exception):
    """The lock could not be made or read; the message says why and what to do."""


class Locked(msgspec.Struct, frozen=True):
    """A package of the lock: its hashes are those of all its files, `sha256:…`; its extras are those that bring it."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    extras: tuple[str, ...]

    def line(self) -> str:
        """The package as it stands in lock.txt."""
        marker = f" ; {self.marker}" if self.marker else ""
        hashes = "".join(f" --hash={one}" for one in self.hashes)
        return f"{self.name}=={self.version}{marker}{hashes} # {' '.join(self.extras)}\n"


def read(text: str) -> list[Locked]:
    """The packages of a lock. Raises NotLocked for a line that is none."""
    packages = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise NotLocked(f"lock.txt, line {number}: not a package with hashes; run: python -m supply lock")
        hashes = tuple(found["hashes"].replace(" --hash=", " ").split())
        packages.append(
            Locked(found["name"], found["version"], found["marker"] or "", hashes, tuple(found["extras"].split()))
        )
    return packages


def load() -> list[Locked]:
    """The packages of lock.txt. Raises NotLocked."""
    return read(LOCK.read_text(encoding="utf-8"))


def brought_by(packages: Iterable[Locked], extras: Iterable[str]) -> list[Locked]:
    """The packages that the server with these extras has, on whatever platform."""
    wanted = {SERVER, *extras}
    return [package for package in packages if not wanted.isdisjoint(package.extras)]


def project() -> dict[str, Any]:
    """The table `project` of pyproject.toml."""
    read_in: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return read_in


def declared() -> dict[str, dict[str, str]]:
    """What pyproject.toml itself asks for: of the server and of each extra, the packages' names and versions."""
    table = project()
    lists = {SERVER: table["dependencies"], **table["optional-dependencies"]}
    return {extra: dict(_pin(line) for line in lines if "==" in line) for extra, lines in lists.items()}


def normalised(name: str) -> str:
    """A package's name as the lock has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pin(requirement: str) -> tuple[str, str]:
    pin, _, version = requirement.partition(";")[0].partition("==")
    return normalised(pin.partition("[")[0].strip()), version.strip()


class _Found(msgspec.Struct, frozen=True):
    """What uv says of a package: the hashes of its files, and which packages ask for it."""

    hashes: tuple[str, ...]
    askers: frozenset[str]


class Made(msgspec.Struct, frozen=True):
    """The text of lock.txt, and which packages each package asks for, by name."""

    text: str
    needs: dict[str, tuple[str, ...]]


def make() -> Made:
    """The lock, by uv, which asks the package index for the hashes of all files. Raises NotLocked."""
    server = _compile(None)
    extras: dict[tuple[str, str, str], list[str]] = {key: [SERVER] for key in server}
    found, needs = dict(server), _needs(server)
    for extra in project()["optional-dependencies"]:
        for key, one in (brought := _compile(extra)).items():
            found[key] = one
            if key not in server:
                extras.setdefault(key, []).append(extra)
        for name, needed in _needs(brought).items():
            needs[name] = needs.get(name, frozenset()) | needed
    packages = (Locked(*key, found[key].hashes, tuple(extras[key])) for key in sorted(extras))
    text = _HEAD + "".join(package.line() for package in packages)
    return Made(text, {name: tuple(sorted(needs[name])) for name in sorted(needs)})


def _needs(found: dict[tuple[str, str, str], _Found]) -> dict[str, frozenset[str]]:
    needs: dict[str, frozenset[str]] = {}
    for (name, _, _), one in found.items():
        for asker in one.askers:
            needs[asker] = needs.get(asker, frozenset()) | {name}
    return needs


def _compile(extra: str | None) -> dict[tuple[str, str, str], _Found]:
    """By name, version and marker the packages that the server with this extra has."""
    uv = shutil.which("uv", path=sysconfig.get_path("scripts"))
    if uv is None:
        raise NotLocked("uv makes the lock; run: .venv/bin/pip install -c constraints.txt -e .[lock,supply]")
    command = [uv, "pip", "compile", "pyproject.toml", "--constraint", "constraints.txt", "--quiet", "--universal"]
    command += ["--python-version", "3.11.5", "--generate-hashes", "--annotation-style", "line", "--no-header"]
    command += ["--extra", extra] if extra else []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise NotLocked(f"uv could not resolve the packages of {extra or SERVER}: see above")
    joined = done.stdout.replace(" \\\n    ", " ").replace("\n    # via ", " # via ")
    return dict(_read(line) for line in joined.splitlines() if _NOWHERE not in line)


def _read(line: str) -> tuple[tuple[str, str, str], _Found]:
    """A package as uv writes it, with its hashes, and at the end the packages that ask for it."""
    requirement, _, askers = line.partition(" # via ")
    pin, *hashes = requirement.split(" --hash=")
    pin, _, marker = pin.partition(" ; ")
    name, _, version = pin.partition("==")
    packages = frozenset(asker for asker in askers.split(", ") if not asker.startswith(("-c ", "vivavoce")))
    return (name, version, "" if marker == _EVERYWHERE else marker), _Found(tuple(hashes), packages)
