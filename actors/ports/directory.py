"""The directory of sessions: which process of a service has which session, where the service has several."""

from typing import Final, Protocol


class OwnedElsewhere(Exception):
    """The session that is to be joined belongs to the process `owner`."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"the session belongs to {owner}")
        self.owner = owner


class SessionDirectory(Protocol):
    """The port by which a process makes sure that no other one has a session that it begins."""

    async def claim(self, session_id: str) -> None:
        """Have the session belong to this process. Raises OwnedElsewhere, AccessRefused (503).

        Each claim is given back by a `release`. Cancelling claims nothing.
        """

    def hold(self, session_id: str) -> None:
        """Claim once more what is claimed already: for the session itself, until it ends."""

    def release(self, session_id: str, bound: float = 0.0) -> None:
        """Give a claim back. With the last one, the session may begin elsewhere, but not in the next `bound` seconds.

        That is for what this process alone remembers of the session, such as tokens for a single use.
        """


class LoneProcess:
    """The directory of a service that is one process: all sessions are its own. Cancelling has no effect."""

    async def claim(self, session_id: str) -> None:
        """Nobody else has it."""

    def hold(self, session_id: str) -> None:
        """Nobody is told."""

    def release(self, session_id: str, bound: float = 0.0) -> None:
        """Nobody is told."""


LONE: Final = LoneProcess()
