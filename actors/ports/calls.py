"""Calls of engines: the kinds of work, how a call hands on results, and how it fails."""

from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

import msgspec

Kind = Literal["STT", "LLM", "TTS"]


T = TypeVar("T")


Emit = Callable[[T], Awaitable[None]]
"""How an engine hands on a result as it comes; waits while the session is behind."""


class EngineFailed(Exception):
    """An engine or provider could not do its work; the message says why and what to do, without secrets."""


class Retraction(msgspec.Struct, frozen=True):
    """The results so far are taken back, and all comes anew: after a failure in the middle of them, with another try.

    After a failure only where nobody has been told any of it yet, because it is awaited whole: `stream` of what was
    asked is false. A language model also says so of what was streamed, where that turns out to be no answer but a
    thought: then the current part ends, and nothing of it is remembered.
    """
