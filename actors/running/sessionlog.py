"""The log of one session: each of its lines says of which session and turn it is."""

import logging

from actors.deciding.conversation import Conversation, Transition
from actors.ports.callcontext import CallContext, shorten
from protocol.messages import CustomError

log = logging.getLogger(__name__)


class SessionLog:
    """Logs what a session does; never words that people speak above DEBUG."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._logged: Transition | None = None

    @property
    def _extra(self) -> dict[str, object]:
        return {"call": CallContext(shorten(self._conversation.id), self._conversation.turn.number)}

    def note_move(self) -> None:
        """A line at DEBUG for a transition that has not been logged yet."""
        trace = self._conversation.trace
        last = trace[-1] if trace else None
        if last is not None and last is not self._logged:
            self._logged = last
            if log.isEnabledFor(logging.DEBUG):
                log.debug("%s --%s--> %s", last.source, last.event, last.dest, extra=self._extra)

    def note_error(self, error: CustomError) -> None:
        """A line for an error that clients are told."""
        log.warning("%d %s", error.error_id, error.message, extra=self._extra)

    def note_fault(self) -> None:
        """The session broke, by the exception that is being handled."""
        log.error("the session broke by a fault of this server and was ended", extra=self._extra)
        log.debug("the fault", exc_info=True, extra=self._extra)

    def note_end(self, why: str, now: float) -> None:
        """The line for the end of the session: how long it was, its turns, and why it is over."""
        ended = self._conversation.summary.close(why, now - self._conversation.clock.begun)
        log.info("%s", ended, extra={**self._extra, "details": ended})
