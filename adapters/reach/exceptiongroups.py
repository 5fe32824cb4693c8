"""An error out of a nursery as itself: the caller wants to know what happened, not in how many tasks."""

from collections.abc import Iterator
from types import TracebackType

import trio


class FirstCause:
    """Lets an error out of the nurseries of its block come out as itself; of several, the first that is no cancelling.

    It leaves no circle: a cause whose context is the group that holds it, or whose traceback has a frame that holds
    either, keeps all that the call had, such as the sound of its utterance, until the garbage collector comes. That is
    why it is no generator with `contextmanager`, which has such a frame.
    """

    def __enter__(self) -> None:
        """Nothing is needed before."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise the cause in the place of a group of them."""
        if not isinstance(error, BaseExceptionGroup):
            return
        cause = _first(error)
        try:
            del error, trace
            raise cause
        finally:
            cause.__context__ = None
            del cause


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    causes = list(_leaves(group))
    return next((cause for cause in causes if not isinstance(cause, trio.Cancelled)), causes[0])


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
