"""The command line where standard output or standard error cannot be written, and the start where no file can be."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
import trio

FULL = Path("/dev/full")
COMMAND = "import sys; from adapters.cli import main; main(sys.argv[1:])"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full"),
]
commands = pytest.mark.parametrize("command", ["states", "providers", "providers --json", "--help", "--version"])
buffering = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])


def ended(command: str, out: Path | int, err: Path | int, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """What a command comes to that writes there."""
    streams = [open(to, "wb") if isinstance(to, Path) else None for to in (out, err)]  # noqa: SIM115
    try:
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *command.split()],
            stdout=streams[0] or out,  # type: ignore[arg-type]
            stderr=streams[1] or err,  # type: ignore[arg-type]
            env={**os.environ, "VIVAVOCE_PROVIDERS_DISCOVER": "false", **environ},
            timeout=100,
        )
    finally:
        for stream in streams:
            if stream is not None:
                stream.close()


@commands
@buffering
def test_a_full_output_is_one_line(command: str, unbuffered: str) -> None:
    result = ended(command, FULL, subprocess.PIPE, PYTHONUNBUFFERED=unbuffered)
    assert result.stderr == (
        b"vivavoce: standard output cannot be written: No space left on device; send it elsewhere\n"
    )
    assert result.returncode == 2


@commands
@buffering
def test_a_full_standard_error_harms_nobody(command: str, unbuffered: str) -> None:
    result = ended(command, subprocess.PIPE, FULL, PYTHONUNBUFFERED=unbuffered)
    assert result.returncode == 0
    assert result.stdout


@pytest.mark.parametrize("command", ["--bad", "serve --port abc", "talk --text hi --url http://127.0.0.1:1"])
@pytest.mark.parametrize("out", [FULL, subprocess.PIPE])
def test_where_no_complaint_can_be_written_the_exit_code_says_it(command: str, out: Path | int) -> None:
    assert ended(command, out, FULL).returncode == 2


async def serving(port: int, *, out: int, err: int, environ: dict[str, str]) -> int:
    """Start a server, wait until it answers, end it; its exit code."""
    process = await trio.lowlevel.open_process(
        [sys.executable, "-c", COMMAND, "serve", "--port", str(port)], stdout=out, stderr=err, env=environ
    )
    try:
        assert await answers(port)
        process.send_signal(signal.SIGTERM)
        return await process.wait()
    finally:
        process.kill()


async def answers(port: int) -> bool:
    """Whether the server says that it is well, once it says anything."""
    while True:
        try:
            stream = await trio.open_tcp_stream("127.0.0.1", port)
        except OSError:
            await trio.sleep(0.1)  # for another process, which tells nobody
            continue
        async with stream:
            await stream.send_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return b'"status":"ok"' in b"".join([bytes(chunk) async for chunk in stream]).replace(b" ", b"")


async def free_port() -> int:
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with listener:
        return int(listener.socket.getsockname()[1])


@pytest.fixture
def full() -> Iterator[int]:
    """A file that is always full."""
    with FULL.open("wb") as file:
        yield file.fileno()


@pytest.fixture
def log() -> Iterator[IO[bytes]]:
    """A file for the log."""
    with tempfile.TemporaryFile() as file:
        yield file


async def test_a_server_goes_on_where_nothing_can_be_printed(full: int, log: IO[bytes]) -> None:
    environ = {**os.environ, "VIVAVOCE_PROVIDERS_DISCOVER": "false"}
    with trio.fail_after(200):
        assert await serving(await free_port(), out=full, err=log.fileno(), environ=environ) == 0
        assert await serving(await free_port(), out=full, err=full, environ=environ) == 0
    log.seek(0)
    lines = log.read().decode().splitlines()
    assert sum("standard output cannot be written (No space left on device)" in line for line in lines) == 1
    assert not any("Error" in line or "token" in line for line in lines)


async def test_a_server_needs_no_folder_for_temporary_files_and_no_home(full: int, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "missing")
    without = {"TMPDIR": nowhere, "HOME": nowhere, "XDG_STATE_HOME": nowhere, "VIVAVOCE_PROVIDERS_DISCOVER": "false"}
    with trio.fail_after(100):
        environ = {**os.environ, **without}
        assert await serving(await free_port(), out=full, err=full, environ=environ) == 0
    assert os.listdir(tmp_path) == []
