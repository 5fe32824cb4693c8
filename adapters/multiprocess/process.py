"""A server process on the parent's side: how it is started, what it says, and how it ends."""

import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import trio

import adapters
from adapters.multiprocess.channel import ControlChannel
from adapters.multiprocess.frames import ToParent

MODULE: Final = "adapters.serverprocess"
SILENT: Final = 30.0
"""Seconds without a word after which a process hangs; it says something each second."""
REAPED_WITHIN = 5.0
"""Seconds that are waited for a killed process to be gone."""
Values = Mapping[tuple[str, ...], object]


class ServerProcess:
    """One process, from its start to its end."""

    def __init__(self, name: str, process: trio.Process, channel: "ControlChannel[ToParent]") -> None:
        self.name = name
        self.channel = channel
        self.began = trio.Event()
        """Set when it serves."""
        self.silence: trio.CancelScope | None = None
        """Cancelled where it says nothing for SILENT seconds."""
        self.reloaded = trio.Event()
        self.silent = trio.Event()
        """Set when its channel has ended."""
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_serving(self) -> bool:
        """Whether it may be given streams."""
        return self.began.is_set()

    def hear(self) -> None:
        """It has said something."""
        if self.silence is not None:
            self.silence.deadline = trio.current_time() + SILENT

    async def exit(self) -> int:
        """Wait until it ends; its exit status. Cancelling ends the waiting alone."""
        return await self._process.wait()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    async def reap(self) -> None:
        """Kill it, wait for its end, and close the channel. Cancelling does not shorten that."""
        self._process.kill()
        with trio.move_on_after(REAPED_WITHIN, shield=True):
            await self._process.wait()
        self.channel.close()


async def spawn(name: str, *, debug: bool) -> ServerProcess:
    """Start a process, which waits for its `StartFrame`. Raises OSError. Cancelling has no effect once it has begun.

    It has a session of its own, so that a signal from the terminal reaches the parent alone, which tells it.
    """
    near, far = socket.socketpair()
    with far:
        root = str(Path(adapters.__file__).parent.parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-P", "-m", MODULE, str(far.fileno()), *(["--debug"] if debug else [])]
        try:
            process = await trio.lowlevel.open_process(
                command,
                stdin=subprocess.DEVNULL,
                pass_fds=(far.fileno(),),
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": path},
            )
        except BaseException:
            near.close()
            raise
    channel: ControlChannel[ToParent] = ControlChannel(
        trio.socket.from_stdlib_socket(near), msgspec.msgpack.Decoder(ToParent)
    )
    return ServerProcess(name, process, channel)


def pack_settings(values: Values) -> bytes:
    """The values of the settings for a process of the same program, which `unpack_settings` reads there."""
    return pickle.dumps(dict(values))


def unpack_settings(packed: bytes) -> Values:
    """The values that the parent has packed; nobody else writes on the channel."""
    values: Values = pickle.loads(packed)
    return values


def told_status(status: int) -> str:
    """How a process ended, in words."""
    if status < 0:
        try:
            return f"by {signal.Signals(-status).name}"
        except ValueError:
            return f"by signal {-status}"
    return f"with status {status}"
