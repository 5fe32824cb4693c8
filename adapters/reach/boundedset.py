"""A bounded set: facts about names that clients send, of which the oldest is forgotten first."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

H = TypeVar("H", bound=Hashable)
MOST = 200


class BoundedSet(Generic[H]):
    """The MOST values that were added last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[H, None] = OrderedDict()

    def __contains__(self, item: H) -> bool:
        return item in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, item: H) -> None:
        """Remember it; what was added longest ago is forgotten where there is too much."""
        self._kept[item] = None
        self._kept.move_to_end(item)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
