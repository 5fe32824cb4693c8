"""The engines of hands-free conversations: which there are on this machine, and what people are told of them."""

from collections.abc import Callable
from pathlib import Path

import trio

from actors.ports.calls import EngineFailed
from actors.ports.listening import TurnEnd, VoiceActivity
from adapters.listening import models
from adapters.listening.detector import SpeechDetector
from adapters.listening.smartturn import SmartTurn
from adapters.listening.turnend import SilenceAlone
from adapters.settings.errors import StartupFailed
from adapters.settings.settings import ListeningSettings

_HEARD = {True: "Silero's detector hears speech", False: "WebRTC's detector, which mistakes noise, hears speech"}
_ENDED = {True: "Smart Turn judges the end of a turn", False: "silence alone ends a turn"}


class HandsFree:
    """The two engines; no process of theirs runs before a session listens. `note` says which they are.

    Making one raises StartupFailed where a file that a setting names is not there or cannot be used.
    """

    def __init__(self, settings: ListeningSettings) -> None:
        hears = _file(settings.voice_activity_model, "voice_activity_model", models.voice_activity_model)
        ends = _file(settings.turn_end_model, "turn_end_model", models.turn_end_model)
        if settings.turn_end_model and not models.can_judge_turns():
            raise StartupFailed("[listening] turn_end_model needs onnxruntime: pip install 'vivavoce[voice]'")
        if settings.voice_activity_model and hears is not None:
            _check(hears)
        self._detector = SpeechDetector(hears)
        self._smart = SmartTurn(ends) if ends is not None and models.can_judge_turns() else None
        self._silence = SilenceAlone()
        self.note = f"hands-free: {_HEARD[hears is not None]}, and {_ENDED[self._smart is not None]}"
        if hears is None or ends is None:
            self.note += f"; what is missing: {models.HOW}"
        if not models.can_judge_turns():
            self.note += "; Smart Turn needs pip install 'vivavoce[voice]'"

    @property
    def voice_activity(self) -> VoiceActivity:
        """Whether somebody speaks."""
        return self._detector

    @property
    def turn_end(self) -> TurnEnd:
        """Whether who pauses has finished."""
        return self._smart or self._silence

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes that sessions start, until cancelled, which ends them; `started` at once."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self._detector.run)
            if self._smart is not None:
                await nursery.start(self._smart.run)
            task_status.started()
            await trio.sleep_forever()


def _file(named: str, setting: str, found: Callable[[], Path | None]) -> Path | None:
    """The file that the setting names, else the one that is found. Raises StartupFailed where that is no file."""
    if not named:
        return found()
    file = Path(named).expanduser().absolute()
    if not file.is_file():
        raise StartupFailed(f"[listening] {setting}: {named} is no file")
    return file


def _check(file: Path) -> None:
    """Read the file that the operator names now, and not when somebody speaks. Raises StartupFailed."""
    from adapters.listening.weights import read_weights  # needs numpy, which the server does without

    try:
        read_weights(file)
    except EngineFailed as failed:
        raise StartupFailed(f"[listening] voice_activity_model: {failed}") from None
