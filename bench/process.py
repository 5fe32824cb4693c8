"""A server process under measurement: started on one core, its processor time and its memory read from outside."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import exchange

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "node"
RECORDINGS = ROOT / ".cache" / "recordings"
"""Where a server records that is measured; it is killed at the end, and removes nothing itself."""
READY_SECONDS = 60.0
SOCKET_IO = "socket.io@4.8.4"
OURS, PEER, NODE = "ours", "python-socketio", "socket.io"
OURS_WITH_CODEC = "ours, real codec"
OURS_ORDINARY = "ours, short_way = false"
OURS_RECORDING = "ours, recording"
_OPTIONS = {
    OURS: (),
    OURS_WITH_CODEC: ("--codec",),
    OURS_ORDINARY: ("--ordinary",),
    OURS_RECORDING: ("--record",),
}


class Process:
    """A running server: one process, and those that it starts. Linux only, for the sake of /proc and of cores."""

    def __init__(self, server: str, pid: int, port: int) -> None:
        self.port = port
        self._server = server
        self.pid = pid
        self._proc = Path("/proc", str(pid))

    def processor_seconds(self) -> float:
        """User and system time of all threads so far."""
        return _processor_seconds(self.pid)

    def workers_seconds(self) -> float:
        """The same of the processes that it has started and that still run."""
        return sum(map(_processor_seconds, self.children()))

    def children(self) -> list[int]:
        """The processes that it has started and that still run."""
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
        return [pid for pid in pids if _parent(pid) == str(self.pid)]

    def tidy(self) -> None:
        """Have Node throw its garbage away: it keeps tens of megabytes of it, more than what is to be measured."""
        if self._server == NODE:
            os.kill(self.pid, signal.SIGUSR2)

    def memory(self) -> int:
        """Proportional set size in bytes. Raises LookupError where the kernel does not report it."""
        for line in (self._proc / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
        raise LookupError("this kernel does not tell the proportional set size")


def _parent(pid: int) -> str:
    """The parent's id (proc(5), `/proc/pid/stat`); "" for a process that is gone."""
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[1]
    except OSError:
        return ""


def _processor_seconds(pid: int) -> float:
    """By the processor clock of another process, which counts nanoseconds where /proc counts steps of 10 ms.

    Its number is what clock_getcpuclockid(3) makes: the complement of the process id, and 2 in the lowest three bits.
    """
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return 0.0


@contextmanager
def running(server: str, core: int, *options: str) -> Iterator[Process]:
    """The server of that name, on that core, ready on a port of loopback. Raises TimeoutError.

    It has the caller's scheduling policy.
    """
    port = _free_port()
    environment = {**os.environ, "NODE_PATH": str(CACHE), "BENCH_EXCHANGE": exchange.as_json()}
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})  # inherited: set afterwards, it would miss the threads that Node starts at once
    popen = subprocess.Popen([*_command(server), *options, str(port)], cwd=ROOT, env=environment)
    os.sched_setaffinity(0, own)
    try:
        _wait_until_ready(popen, port)
        yield Process(server, popen.pid, port)
    finally:
        popen.kill()
        popen.wait()


def _command(server: str) -> list[str]:
    if server == NODE:
        return ["node", "--expose-gc", str(Path(__file__).with_name("node_peer.mjs"))]
    if server == PEER:
        return [sys.executable, "-m", "bench.peer"]
    return [sys.executable, "-m", "bench.ours", *_OPTIONS[server]]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_until_ready(popen: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and popen.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise TimeoutError(f"the server did not come up (exit status {popen.poll()}); what it printed says why")


def part_cores() -> int:
    """Keep this process, the load, on the last core; the first is for the servers. As many sockets as it may have."""
    import resource

    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return cores[0]


def take_realtime() -> bool:
    """Give this process, and the servers that it starts, real-time priority; whether the system allowed it.

    What else the machine does waits meanwhile. A starved server reads many chunks at once, and looks cheap.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        return False
    return True


def has_node() -> bool:
    """Whether Node's socket.io can take part; installs it into the cache folder where npm is there."""
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    if not (CACHE / "node_modules" / "socket.io").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--prefix", CACHE, SOCKET_IO], check=True, timeout=300
        )
    return True
