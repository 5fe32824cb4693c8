"""Standard output and standard error that cannot be written: a full disk, a pipe that nobody reads."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any, TextIO, cast

import click

log = logging.getLogger(__name__)


def say(line: str) -> None:
    """Print a line for the operator. Where standard output cannot be written the server goes on without it."""
    try:
        click.echo(line)
    except OSError as error:
        log.warning("standard output cannot be written (%s): what is printed there is left out", error.strerror)
        silence(sys.stdout)


def complain(line: str) -> None:
    """Print a line to standard error; where that cannot be written, the exit code must do."""
    try:
        click.echo(line, err=True)
    except OSError:
        silence(sys.stderr)


class StandardStream:
    """A standard stream that remembers why it could not be written: afterwards no other way tells it reliably."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.fault = ""

    def write(self, text: str) -> int:
        """Write to the stream. Raises the stream's OSError."""
        with self._noted():
            return self._stream.write(text)

    def flush(self) -> None:
        """Flush the stream. Raises the stream's OSError."""
        with self._noted():
            self._stream.flush()

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.fault = error.strerror or str(error)
            raise

    def __getattr__(self, name: str) -> Any:
        """Everything else is the stream's."""
        return getattr(self._stream, name)


@contextmanager
def watched() -> Iterator[None]:
    """Standard output and standard error as such streams.

    What cannot be written is forgotten at the end; Python would complain of it, and change the exit code.
    """
    with ExitStack() as stack:
        streams: tuple[TextIO | None, TextIO | None] = (sys.stdout, sys.stderr)  # None where it was closed
        for stream, redirect in zip(streams, (redirect_stdout, redirect_stderr), strict=True):
            if stream is not None:
                seen = StandardStream(stream)
                stack.callback(_forget, seen)
                stack.enter_context(redirect(cast("TextIO", seen)))
        yield


def fault(stream: object) -> str:
    """Why a watched stream could not be written, "" where it could."""
    return stream.fault if isinstance(stream, StandardStream) else ""


def _forget(stream: StandardStream) -> None:
    with suppress(OSError):
        stream.flush()
    if stream.fault:
        silence(cast("TextIO", stream))


def silence(stream: TextIO) -> None:
    """Discard everything that is written to the stream from now on."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
