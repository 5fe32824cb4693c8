"""Reads a Dockerfile, and carries out its steps in a folder where no container engine is to be had.

The folder stands for the root of the image: the paths of the image that steps name are taken in it. What a step does to
the system itself (packages of Debian, users) is not done: this machine has them.
"""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

OF_THE_IMAGE = ("/opt/vivavoce", "/src", "/data")
_OF_THE_SYSTEM = ("apt-get", "useradd", "rm -rf /var/lib/apt")


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
    """An image in a folder; `arguments` are those of the build (ARG)."""

    def __init__(self, root: Path, source: Path, **arguments: str) -> None:
        self.root = root
        self._source = source
        self._arguments = arguments

    def place(self, words: str) -> str:
        """The words with the image's paths in the folder."""
        for path in OF_THE_IMAGE:
            words = re.sub(rf"(?<![\w.]){path}\b", str(self.root) + path, words)
        return words

    def build(self, instructions: list[Instruction]) -> None:
        """Carry out ARG, COPY of the source, and RUN. Raises CalledProcessError."""
        for name, words in instructions:
            if name == "ARG":
                key, _, value = words.partition("=")
                self._arguments.setdefault(key, value)
            elif name == "COPY" and words.startswith(". "):
                shutil.copytree(self._source, self.place(words.split()[1]), dirs_exist_ok=True)
            elif name == "RUN":
                self._run(words)

    def _run(self, words: str) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
        for step in words.split(" && "):
            if not step.startswith(_OF_THE_SYSTEM):
                command = self.place(step).replace("python3 -m venv", "/usr/bin/python3 -m venv")
                subprocess.run(command, shell=True, check=True, env=own | self._arguments, cwd=self.root)

    @property
    def megabytes(self) -> float:
        """What the steps add to the base image."""
        size = subprocess.run(["du", "-sk", f"{self.root}/opt"], check=True, capture_output=True, text=True).stdout
        return int(size.split()[0]) * 1024 / 1e6
