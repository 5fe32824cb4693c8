"""How a microphone reports to its session, and to one that is over."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from actors.deciding.events import FrameJudged, MicrophoneEvent, Said
from actors.ports.callcontext import NOBODYS, CallContext
from actors.ports.listening import NO_REFERENCE, Reference

Tell = Callable[[MicrophoneEvent | Said], Awaitable[None]]
PassOn = Callable[[FrameJudged], bool]
"""Tells at once of a frame of which nothing follows; False, and nothing done, for all else: that is told by `Tell`."""
Refer = Callable[[float, float], Reference]
"""What was estimated to play between two times."""


_DRIFT, _JUMP = 0.05, 0.3
"""How much of a difference between the samples' time and the clock is corrected at once; and from which on all is."""


class RecordingClock:
    """The times at which samples were recorded.

    Chunks come unevenly, so their time is that of the samples, which follows the clock slowly.
    """

    def __init__(self, refer: Refer) -> None:
        self._refer = refer
        self._recorded = -1.0

    def reference(self, now: float, seconds: float) -> Reference:
        """What played while so many seconds were recorded, which end about now and go on from those before."""
        since = now - seconds
        behind = since - self._recorded
        self._recorded = since if abs(behind) > _JUMP else self._recorded + _DRIFT * behind
        reference = self._refer(self._recorded, self._recorded + seconds)
        self._recorded += seconds
        return reference


class MicrophoneReports(NamedTuple):
    """What the session is told and asked by; `tell` may wait. `context`: that of the engines' calls for it."""

    tell: Tell
    pass_on: PassOn
    refer: Refer
    context: CallContext = NOBODYS


async def _tell_nobody(heard: MicrophoneEvent | Said) -> None:
    """Do nothing. It never waits, so cancelling has no effect."""


def _pass_nothing(heard: FrameJudged) -> bool:
    return False


def _refer_to_nothing(since: float, until: float) -> Reference:
    return NO_REFERENCE


NOBODY: Final = MicrophoneReports(_tell_nobody, _pass_nothing, _refer_to_nothing)
"""The reports to a session that is over."""
