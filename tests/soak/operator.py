"""The operator of a soak's server: it is started, asked for its metrics and its inspection, given other settings."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import trio

from tests.rawclient import Closed, RawClient
from tests.real.programs import ROOT, environment_with
from tests.soak.board import Board
from tests.soak.findings import Findings
from tests.soak.lines import NotServed, dial
from tests.soak.process import ServerProcess
from tests.soak.providers import MODELS, SoakProvider
from tests.soak.served import BOARD
from tests.soak.settings import TOKEN, toml_of

RECORDED = "recordings"
START_WITHIN = 60.0
END_WITHIN = 30.0
ANSWER_WITHIN = 20.0
_LISTENING = re.compile(rb"listening on http://127\.0\.0\.1:(\d+)/")
_SAMPLE = re.compile(r"^vivavoce_(\w+)(?:\{([^}]*)\})? ([0-9.e+-]+|NaN)$", re.MULTILINE)
OF_A_FAULT = ("by a fault of this server", "a worker crashed", "Traceback")
"""What a line of the log has in it that tells of a fault of ours."""


class LoggedError(msgspec.Struct, frozen=True):
    """A line of the log from WARNING up, as /inspect.json tells it."""

    at: float
    level: str
    message: str


class Operator:
    """What the operator does."""

    def __init__(
        self, process: ServerProcess, port: int, folder: Path, board: Board, providers: tuple[SoakProvider, ...]
    ) -> None:
        self.process = process
        self.port = port
        self.board = board
        self.providers = providers
        self.log = folder / "log"
        self.recordings = folder / RECORDED
        self._settings = folder / "soak.toml"
        self._client: RawClient | None = None
        self._asking = trio.Lock()
        self.status = 0
        """The exit code, once it has ended."""
        self._known: set[tuple[float, str]] = set()

    async def metrics(self) -> Mapping[str, float]:
        """The samples of /metrics, by name and labels. Raises NotServed."""
        text = (await self._get("/metrics")).decode()
        return {
            f"{name}{{{labels}}}" if labels else name: float(value) for name, labels, value in _SAMPLE.findall(text)
        }

    async def new_errors(self) -> list[LoggedError]:
        """What the server has logged since the last time, from WARNING up, of its last hundred. Raises NotServed."""
        view = json.loads(await self._get("/inspect.json"))
        errors = [LoggedError(one["at"], one["level"], one["message"]) for one in view["errors"]]
        new = [one for one in errors if (one.at, one.message) not in self._known]
        self._known = {(one.at, one.message) for one in errors}
        return new

    async def _get(self, path: str) -> bytes:
        async with self._asking:
            for _ in range(2):  # a stream that waited may have been closed, to make room
                if self._client is None:
                    self._client = await dial(self.port)
                try:
                    with trio.fail_after(ANSWER_WITHIN):
                        answer = await self._client.ask("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
                    if answer.status != 200:
                        raise NotServed(answer.status)
                    return answer.body
                except (Closed, trio.BrokenResourceError):
                    await trio.aclose_forcefully(self._client.stream)
                    self._client = None
            raise NotServed(0)

    def write_settings(self, text: str = "", **changes: str | int) -> None:
        """Write the settings file, and have it read."""
        addresses = {provider.name: provider.url for provider in self.providers}
        self._settings.write_text(text or toml_of(addresses, MODELS, str(self.recordings), **changes))  # type: ignore[arg-type]
        self.process.tell(signal.SIGHUP)

    def log_tail(self, lines: int = 40) -> list[str]:
        """The last lines of the log."""
        return self.log.read_text(errors="replace").splitlines()[-lines:]

    async def look_for_faults(self, findings: Findings) -> None:
        """Note what the server itself tells of its faults. Raises NotServed."""
        for error in await self.new_errors():
            if any(words in error.message for words in OF_A_FAULT):
                findings.add("the server's log", error.message, self.log_tail(60))
        metrics = await self.metrics()
        if metrics.get("sessions_stuck", 0):
            findings.add("/metrics", "no session is stuck", [json.dumps(metrics, indent=1)])


@asynccontextmanager
async def serving(
    folder: Path, providers: tuple[SoakProvider, ...], workers: int, *, debug: bool
) -> AsyncIterator[Operator]:
    """A server of so many processes with settings and log in `folder`, until the end of the block."""
    board = Board(folder / "board")
    settings, log = folder / "soak.toml", folder / "log"
    settings.write_text(
        toml_of({provider.name: provider.url for provider in providers}, MODELS, str(folder / RECORDED))
    )
    command = [sys.executable, "-m", "tests.soak.served", "serve", "--port", "0", "--config", str(settings)]
    command += ["--workers", str(workers)] if workers > 1 else []
    environment = environment_with({BOARD: str(folder / "board"), "PYTHONPATH": str(ROOT)})
    with log.open("wb") as errors:
        started = await trio.lowlevel.open_process(
            [*command, *(["--debug"] if debug else [])],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    operator: Operator | None = None
    try:
        operator = Operator(ServerProcess(started.pid), await _port(started, log), folder, board, providers)
        yield operator
    finally:
        with trio.CancelScope(shield=True):
            status = await _end(started)
        if operator is not None:
            operator.status = status


async def _port(started: trio.Process, log: Path) -> int:
    assert started.stdout is not None
    printed = b""
    with trio.fail_after(START_WITHIN):
        while b"try it" not in printed:
            data = await started.stdout.receive_some()
            if not data:
                raise RuntimeError(f"the server ended before it listened:\n{await trio.Path(log).read_text()}")
            printed += data
    found = _LISTENING.search(printed)
    assert found is not None
    return int(found[1])


async def _end(started: trio.Process) -> int:
    if started.returncode is None:
        os.kill(started.pid, signal.SIGTERM)
        with trio.move_on_after(END_WITHIN):
            await started.wait()
        if started.returncode is None:
            started.kill()
    return await started.wait()
