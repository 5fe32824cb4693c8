"""The end of a turn: who judges whether a speaker who pauses has finished."""

import trio

from actors.ports.listening import TurnEndCounts


class SilenceAlone:
    """Satisfies `TurnEnd` where there is no model for it: it never knows, so silence decides."""

    def __init__(self) -> None:
        self._asked = 0

    def prepare(self) -> None:
        """Nothing is to be started."""

    async def judge(self, samples: bytes) -> float | None:
        """None. Cancelling has no effect but that."""
        self._asked += 1
        await trio.lowlevel.checkpoint()
        return None

    @property
    def counts(self) -> TurnEndCounts:
        """How often it was asked."""
        return TurnEndCounts(asked=self._asked, unknown=self._asked)
