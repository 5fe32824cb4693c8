"""How a microphone reports to its session, and to one that is over."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from actors.deciding.events import FrameJudged, MicrophoneEvent, Said
from actors.ports.listening import NO_REFERENCE, Reference

Tell = Callable[[MicrophoneEvent | Said], Awaitable[None]]
PassOn = Callable[[FrameJudged], bool]
"""Tells at once of a frame of which nothing follows; False, and nothing done, for all else: that is told by `Tell`."""
Refer = Callable[[float, float], Reference]
"""What was estimated to play between two times."""


class MicrophoneReports(NamedTuple):
    """What the session is told and asked by; `tell` may wait."""

    tell: Tell
    pass_on: PassOn
    refer: Refer


async def _tell_nobody(heard: MicrophoneEvent | Said) -> None:
    """Do nothing. It never waits, so cancelling has no effect."""


def _pass_nothing(heard: FrameJudged) -> bool:
    return False


def _refer_to_nothing(since: float, until: float) -> Reference:
    return NO_REFERENCE


NOBODY: Final = MicrophoneReports(_tell_nobody, _pass_nothing, _refer_to_nothing)
"""The reports to a session that is over."""
