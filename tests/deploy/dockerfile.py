"""Reads a Dockerfile, and carries out its steps in a folder where no container engine is to be had.

The folder has the image's own folders; all else is this machine's, and is not written to. What a step does to the
system itself (packages of Debian, users) is not done: this machine has them.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from tests.deploy.container import Contained, Layout, run_as_root, serving

OF_THE_IMAGE = ("/opt", "/src", "/data")
_OF_THE_SYSTEM = ("apt-get", "useradd", "rm -rf /var/")


class Instruction(NamedTuple):
    """A line of the file: what it is (RUN), and what it says."""

    name: str
    words: str


def read(path: Path) -> list[Instruction]:
    """Its instructions, in order; lines that go on are joined."""
    joined = re.sub(r"\\\n\s*", "", path.read_text())
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [Instruction(*line.split(None, 1)) for line in lines]


def variables(instructions: list[Instruction]) -> dict[str, str]:
    """The variables of ENV."""
    words = [word for one in instructions if one.name == "ENV" for word in shlex.split(one.words)]
    return dict(word.split("=", 1) for word in words)


class Image:
    """An image in the folder `root`; `arguments` are those of the build (ARG)."""

    def __init__(self, root: Path, instructions: list[Instruction], **arguments: str) -> None:
        self.folders = {name: root / name[1:] for name in OF_THE_IMAGE}
        self._new = root / "new"
        for folder in (self._new, *self.folders.values()):
            folder.mkdir(parents=True)
        self._instructions = instructions
        self._arguments = arguments

    def build(self, source: Path) -> None:
        """Carry out ARG, COPY of the source, and RUN. Raises CalledProcessError."""
        for name, words in self._instructions:
            if name == "ARG":
                key, _, value = words.partition("=")
                self._arguments.setdefault(key, value)
            elif name == "COPY" and words.startswith(". "):
                shutil.copytree(source, self.folders[words.split()[1]], dirs_exist_ok=True)
            elif name == "RUN":
                self._run(words)

    def _run(self, words: str) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
        env = own | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | self._arguments
        folders = {name: (place, "rw") for name, place in self.folders.items()}
        for step in words.split(" && "):
            if not step.startswith(_OF_THE_SYSTEM):
                run_as_root(self._new, Layout(folders, ["sh", "-ec", step], env))

    def serving(self, user: int, tmp: str) -> AbstractContextManager[Contained]:
        """What a container of it does first, with its variables, in a root that is read-only."""
        folders = {"/opt": (self.folders["/opt"], "ro"), "/data": (self.folders["/data"], "rw")}
        said = dict(self._instructions)
        env = variables(self._instructions) | {"HOME": "/data"}
        env["PATH"] = env["PATH"].replace("$PATH", "/usr/bin:/bin")
        layout = Layout(folders, json.loads(said["ENTRYPOINT"]) + json.loads(said["CMD"]), env)
        return serving(self._new, layout, user, tmp)

    @property
    def megabytes(self) -> float:
        """What the steps add to the base image."""
        size = subprocess.run(["du", "-sk", self.folders["/opt"]], check=True, capture_output=True, text=True).stdout
        return int(size.split()[0]) * 1024 / 1e6
