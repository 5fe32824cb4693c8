"""A container without an engine: a program in namespaces of its own, with the restrictions of deploy/compose.yaml.

Its root is a small file system in memory; in it are the system's programs (`/usr`, `/etc`), read-only, and the folders
of an image. A server has processes and a loopback of its own, so its port is the image's. Only root can do this.
"""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

TOOLS = ("unshare", "nsenter", "setpriv", "ip", "mount", "chroot")
BY_THE_ENGINE = frozenset({"/proc", "/dev/shm", "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"})
"""What an engine mounts for every container, and lets it write to."""
_SCRIPT = """
set -e
cd {new}
mount -t tmpfs none .
cd {new}
mkdir -p ./usr ./etc ./proc ./dev/shm ./tmp {points}
cp --no-dereference /bin /sbin /lib /lib64 .
for folder in usr etc; do mount --bind /$folder ./$folder; mount -o remount,bind,ro ./$folder; done
for name in null zero full random urandom; do touch ./dev/$name; mount --bind /dev/$name ./dev/$name; done
mount -t tmpfs -o size=64m,mode=1777 none ./dev/shm
mount -t tmpfs -o {tmp} none ./tmp
mount -t proc none ./proc
{mounts}
exec chroot . {command}
"""
_NOTHING = ("--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs")


class Layout(NamedTuple):
    """Of an image: its folders, each with its place here and `rw` or `ro`, what is run in it, and its variables."""

    folders: dict[str, tuple[Path, str]]
    command: list[str]
    env: dict[str, str]


def can_contain() -> bool:
    """Whether this user can make namespaces, by the tools that are there."""
    return os.geteuid() == 0 and all(shutil.which(tool) for tool in TOOLS)


def _entering(new: Path, image: Layout, tmp: str, end: str = "") -> list[str]:
    """The shell and the script that makes the root in the folder `new`, and runs the command in it."""
    mounts = [
        f"mount --bind {place} .{point}; mount -o remount,bind,{mode} .{point}"
        for point, (place, mode) in image.folders.items()
    ]
    points = " ".join(f".{point}" for point in image.folders)
    command = ("env", "-i", *(f"{name}={value}" for name, value in image.env.items()), *image.command)
    words = {"new": new, "points": points, "tmp": tmp, "mounts": "\n".join([*mounts, end])}
    return ["sh", "-c", _SCRIPT.format(**words, command=shlex.join(command))]


def run_as_root(new: Path, image: Layout) -> None:
    """Run a step of a build, with the network of this machine, and what pip is told in this user's home. Raises
    CalledProcessError."""
    home = Path.home()
    folders = image.folders | {str(home): (home, "ro")}
    script = _entering(new, image._replace(folders=folders), "mode=1777")
    subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", *script], check=True)


class Contained:
    """The first process of a container: what it has said, its id outside, and what else is run beside it."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program
        self.said = ""

    @property
    def pid(self) -> str:
        """Its process id here; inside it is 1."""
        outer = self._program.pid
        return Path(f"/proc/{outer}/task/{outer}/children").read_text().strip()

    def wait_for(self, words: str) -> None:
        """Read what it says until there are these words. Raises EOFError if it ends before."""
        assert self._program.stdout is not None
        while words not in self.said:
            line = self._program.stdout.readline()
            if not line:
                raise EOFError(self.said)
            self.said += line

    def run(self, *command: str, user: int) -> subprocess.CompletedProcess[str]:
        """Run a command in its container, as the health check is run."""
        inside = ("nsenter", f"--target={self.pid}", "--mount", "--pid", "--net", "--root", "--wd")
        as_user = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *_NOTHING)
        env = dict(pair.split("=", 1) for pair in self._read("environ").split("\0") if pair)
        return subprocess.run([*inside, *as_user, *command], env=env, capture_output=True, text=True, timeout=60)

    def status(self) -> dict[str, str]:
        """What the system says of it: its user, its capabilities."""
        pairs = (line.partition(":") for line in self._read("status").splitlines())
        return {name: value.strip() for name, _, value in pairs}

    def writable(self) -> set[str]:
        """Where something is mounted that may be written to."""
        mounts = (line.split() for line in self._read("mounts").splitlines())
        return {point for _, point, _, options, *_ in mounts if "rw" in options.split(",")}

    def stop(self, number: signal.Signals, within: float) -> int:
        """Send it a signal, and wait for its end; its exit code."""
        os.kill(int(self.pid), number)
        return self._program.wait(within)

    def _read(self, name: str) -> str:
        return Path(f"/proc/{self.pid}/{name}").read_text()


@contextmanager
def serving(new: Path, image: Layout, user: int, tmp: str) -> Iterator[Contained]:
    """A server with a read-only root, no capabilities, and this `/tmp`; it is killed at the end of the block."""
    command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *_NOTHING, *image.command]
    end = f"ip link set lo up; mount -o remount,ro {new}"
    script = _entering(new, image._replace(command=command), f"mode=1777,{tmp}", end)
    unshare = ("unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child")
    program = subprocess.Popen([*unshare, *script], stdout=subprocess.PIPE, text=True)
    try:
        yield Contained(program)
    finally:
        program.kill()
        program.wait()
        assert program.stdout is not None
        program.stdout.close()
