"""The point at which a client resumes: what it has of an answer, as it says it at connect, and as it is told again."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from protocol.tolerant import fold

MOST_PARTS: Final = 256
"""Parts that a point may name; an answer hardly ever has more."""
_MOST: Final = 2**53 - 1
_ALLOWED: Final = (
    '{"turn": int, "id": int, "pieces": int} or the text turn.id.pieces: the turn of the last piece that came, its '
    "part, and how many pieces of that part came, 0.0.0 for none; or of all its parts lists of as many ids and pieces, "
    f"{MOST_PARTS} at most"
)
_TEXT: Final = re.compile(rf"[0-9]{{1,15}}(\.[0-9]{{1,15}}\.[0-9]{{1,15}}){{1,{MOST_PARTS}}}", re.ASCII)
_KEYS: Final = {"turn": "turn", "id": "id", "pieces": "pieces"}


class ResumePoint(msgspec.Struct, frozen=True):
    """The last piece of sound that a Receiver has."""

    turn: Annotated[int, Meta(description="The turn of the last `response.started` that came; 0: none has.")]
    id: Annotated[
        int | tuple[int, ...],
        Meta(description="The part of the last piece of it that came; where that is not known, a list of all parts."),
    ]
    pieces: Annotated[
        int | tuple[int, ...],
        Meta(description="How many pieces of that part came, or of each, in a list. 0: none of the turn."),
    ]

    @property
    def parts(self) -> dict[int, int]:
        """How many pieces there are of each part that is named."""
        if isinstance(self.id, tuple) and isinstance(self.pieces, tuple):
            return dict(zip(self.id, self.pieces, strict=True))
        assert isinstance(self.id, int)
        assert isinstance(self.pieces, int)
        return {self.id: self.pieces}


def parse_resume(value: object) -> ResumePoint:
    """The point, of an object or of a text; raises ValueError with what is allowed."""
    point = _of_text(value) if isinstance(value, str) else _of_object(value)
    if point is None:
        raise ValueError(_ALLOWED)
    return point


def _of_text(text: str) -> ResumePoint | None:
    if not _TEXT.fullmatch(text.strip()):
        return None
    turn, *parts = map(int, text.strip().split("."))
    return _point(turn, parts[0::2], parts[1::2], is_list=len(parts) > 2)


def _of_object(value: object) -> ResumePoint | None:
    if not isinstance(value, Mapping):
        return None
    values, _ = fold(value, _KEYS, "", 0)
    if values.keys() != _KEYS.keys():
        return None
    turn, ids, pieces = values["turn"], values["id"], values["pieces"]
    is_list = isinstance(ids, list)
    if is_list != isinstance(pieces, list):
        return None
    return _point(turn, ids if is_list else [ids], pieces if is_list else [pieces], is_list=is_list)


def _point(turn: object, ids: object, pieces: object, *, is_list: bool) -> ResumePoint | None:
    """The point of numbers that are still to be checked."""
    assert isinstance(ids, list)
    assert isinstance(pieces, list)
    if len(ids) != len(pieces) or len(ids) > MOST_PARTS:
        return None
    numbers = [_whole(number) for number in (turn, *ids, *pieces)]
    counted = tuple(number for number in numbers if number is not None)
    if len(counted) < len(numbers):
        return None
    parts, counts = counted[1 : len(ids) + 1], counted[len(ids) + 1 :]
    if len(set(parts)) < len(parts):
        return None
    return ResumePoint(counted[0], parts, counts) if is_list else ResumePoint(counted[0], parts[0], counts[0])


def _whole(number: object) -> int | None:
    """A number from 0 on; game engines write it as a float."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return int(number) if 0 <= number <= _MOST and number == int(number) else None
