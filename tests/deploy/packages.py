"""The sdist and the wheel as they are handed out, and clean environments into which they are installed.

uv does both: it builds the sdist of a copy of the repository's files and the wheel of what the sdist holds, with the
setuptools of lock.txt that is installed here; and it links the files of packages out of its cache, where pip would take
twenty seconds to unpack them. The environments see nothing of this one: no packages, no variables, no folders.
"""

import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from tests.real.programs import environment_with
from tests.real.test_install import copied

UV = str(Path(sysconfig.get_path("scripts")) / "uv")
INSTALL_SECONDS = 300.0


class Refused(Exception):
    """uv did not do it; the message is what it says."""


class Packages(NamedTuple):
    """What is handed out, and the copy of the source that it was built of."""

    sdist: Path
    wheel: Path
    source: Path

    def of_sdist(self) -> set[str]:
        """The files of the sdist, below its folder."""
        with tarfile.open(self.sdist) as archive:
            return {member.name.partition("/")[2] for member in archive if member.isfile()}

    def of_wheel(self) -> set[str]:
        """The files of the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())

    def metadata(self) -> str:
        """What the wheel says of itself."""
        with zipfile.ZipFile(self.wheel) as archive:
            (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            return archive.read(name).decode()


def built(folder: Path) -> Packages:
    """Build both in `folder`; needs no network. Raises CalledProcessError."""
    source, done = copied(folder / "source"), folder / "done"
    here = ("--no-build-isolation", "--python", sys.executable)
    subprocess.run([UV, "build", "--quiet", "--offline", *here, "--out-dir", done, source], check=True)
    (sdist,), (wheel,) = done.glob("*.tar.gz"), done.glob("*.whl")
    return Packages(sdist, wheel, source)


class Environment:
    """A virtual environment in `folder`, whose user has no other files; with `seed` it has pip."""

    def __init__(self, folder: Path, *, seed: bool = False) -> None:
        self.place = folder / "env"
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        base = getattr(sys, "_base_executable", sys.executable)
        self._run("venv", "--quiet", "--no-project", *["--seed"] * seed, "--python", base, self.place)

    def install(self, package: Path, source: Path, *extras: str) -> None:
        """Install it with the versions of the source's constraints: of uv's cache where that has all of them, else by
        the network. Raises Refused."""
        known = ("--constraint", source / "constraints.txt", "--build-constraint", source / "constraints.txt")
        command = ("pip", "install", "--quiet", "--python", self.place, *known, f"{package}[{','.join(extras)}]")
        try:
            self._run(*command, "--offline")
        except Refused:
            self._run(*command)

    def check(self) -> None:
        """Raises Refused where a package lacks another, or has one of a version that it does not take."""
        self._run("pip", "check", "--python", self.place)

    def program(self, name: str) -> str:
        """The path of a program in it."""
        return str(self.place / "bin" / name)

    def variables(self) -> dict[str, str]:
        """The variables of a program in it, beside those of this process: none leads to this project."""
        own = ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
        none = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "VIVAVOCE_PROVIDERS_LOCAL_VOICE")
        return dict.fromkeys(own, str(self.home)) | dict.fromkeys(none, "")

    def say(self, *command: str, folder: Path | None = None) -> str:
        """What a program in it prints that is run in `folder`, else at its user's home. Raises CalledProcessError."""
        first, *others = command
        arguments, env = [self.program(first), *others], environment_with(self.variables())
        return subprocess.run(
            arguments,
            cwd=folder or self.home,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
            timeout=INSTALL_SECONDS,
            check=True,
        ).stdout

    def _run(self, *command: str | Path) -> None:
        done = subprocess.run([UV, *command], cwd=self.home, timeout=INSTALL_SECONDS, capture_output=True, text=True)
        if done.returncode:
            raise Refused(done.stderr)
