"""The smallest real calls, by which an adapter checks that its provider works, and what takes their results."""

from collections.abc import Iterator
from contextlib import contextmanager

import trio.lowlevel

from actors.ports.audio import Complete
from actors.ports.calls import EngineFailed
from actors.ports.recognition import Utterance
from actors.ports.synthesis import Speech
from adapters.reach.contract import ProviderFailed
from protocol.audioformat import AudioFormat

PROBE = Speech("OK", model="", voice="", language="en-US", gender="unspecified", speed=1.0)
"""The smallest thing to say."""


def silence(form: AudioFormat) -> Utterance:
    """Half a second of silence, as samples of the format `form`."""
    return Utterance(Complete(bytes(form.rate)), form, "", "", "")


@contextmanager
def checking() -> Iterator[None]:
    """Let what fails within the block, an engine of this machine, fail a check. Raises ProviderFailed."""
    try:
        yield
    except EngineFailed as error:
        raise ProviderFailed(str(error)) from error


async def discard(_: object) -> None:
    """Take a result of a check and do nothing with it. Cancelling has no effect besides."""
    await trio.lowlevel.checkpoint()
