"""Servers run as programs of their own: started, found by what they print, and ended."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import msgspec

from adapters.settings.environment import usual_variables

KEYS = frozenset(usual_variables())
"""The variables of keys that a developer may have: no test talks to a provider."""
QUICK = {"VIVAVOCE_PROVIDERS_DISCOVER": "false", "VIVAVOCE_PROVIDERS_LOCAL_VOICE": "espeak"}
"""Settings by which a server is there soon."""
ROOT = Path(__file__).parents[2]
_LISTENING = re.compile(r"listening on (http://[^/]+)(/\S*/)")
_LINK = re.compile(r"in a browser: \S+/#token=(\S+)")
_END_SECONDS = 15.0


class Served(msgspec.Struct, frozen=True):
    """A server that runs: `origin` as in http://127.0.0.1:1234, the `path` of its protocol, its log, its token
    ("" of a program that has no pages), which it has made itself where none was set, what it printed before, and the
    id of its process."""

    origin: str
    path: str
    log: Path
    token: str = ""
    said: str = ""
    pid: int = 0

    @property
    def link(self) -> str:
        """The link of the talk page that it prints, which brings the token."""
        return f"{self.origin}/#token={self.token}"

    @property
    def address(self) -> str:
        """Host and port."""
        return self.origin.removeprefix("http://")


CONFORMANCE = (sys.executable, "-m", "tests.conformance")
VIVAVOCE = str(Path(sys.executable).with_name("vivavoce"))


def environment_with(env: Mapping[str, str]) -> dict[str, str]:
    """The variables of a server: those of this process that are none of its own, QUICK, and `env`."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("VIVAVOCE_") and name not in KEYS}
    return {**own, **QUICK, "PYTHONUNBUFFERED": "1", **env}


@contextmanager
def running(*command: str, log: Path, env: Mapping[str, str] | None = None, folder: Path = ROOT) -> Iterator[Served]:
    """Run `command`, a server, in `folder` until the end of the block; it prints where it listens, and logs to `log`.

    It speaks by espeak-ng, unless `env` says otherwise: to load the voice joe takes a second of a processor each time.
    """
    with log.open("wb") as errors:
        program = subprocess.Popen(
            command,
            cwd=folder,
            env=environment_with(env or {}),
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        )
        try:
            yield _find(program, log, has_pages=command[0] != sys.executable)
        finally:
            _end(program)


def _find(program: subprocess.Popen[str], log: Path, has_pages: bool) -> Served:
    assert program.stdout is not None
    served, said = None, ""
    for line in program.stdout:
        said += line
        if found := _LISTENING.search(line):
            served = Served(found[1], found[2], log)
        linked = _LINK.search(line)
        if served is not None and (linked or not has_pages):
            token = unquote(linked[1]) if linked else ""
            return msgspec.structs.replace(served, token=token, said=said, pid=program.pid)
    raise RuntimeError(f"the server ended before it listened:\n{log.read_text()}")


def _end(program: subprocess.Popen[str]) -> None:
    assert program.stdout is not None
    program.terminate()
    try:
        program.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
        raise
    finally:
        program.stdout.close()
