"""The comparison of mouths, part by part: that each closes where its sound ends, and which words were told.

Shapes are not compared. In a real run a process aligns texts to sounds, and what a mouth is told together depends on
how soon the process answers; a replay has no such process, and draws by the sound alone what nobody told.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from adapters.recordings.calls import ClipMade, SynthesisBegun
from adapters.recordings.reading import TapedCall
from adapters.replay.comparing import Difference, Strictness
from adapters.replay.told import MOUTH, WORDS, ToldRow

Part = tuple[int, int]
"""A turn, and the number of a part."""


class MouthOfPart(msgspec.Struct):
    """What a member was told of one part's mouth: `end` in ms, the words, and the last row of it."""

    last: ToldRow
    end: int = 0
    words: tuple[str, ...] = ()
    is_closed: bool = False
    is_cut: bool = False


def told_parts(calls: Iterable[TapedCall]) -> frozenset[Part]:
    """The parts whose synthesiser told what is said when."""
    return frozenset(
        (call.asked.turn, call.asked.part)
        for call in calls
        if isinstance(call.asked, SynthesisBegun)
        and any(isinstance(each.payload, ClipMade) and each.payload.marks is not None for each in call.results)
    )


def mouths_of(told: Iterable[ToldRow]) -> dict[Part, MouthOfPart]:
    """The mouths that a member was told, by their parts."""
    found: dict[Part, MouthOfPart] = {}
    for row in told:
        if row.lane not in (MOUTH, WORDS):
            continue
        payload = row.payload
        mouth = found.setdefault((payload["turn"], payload["id"]), MouthOfPart(row))
        mouth.last = row
        if row.lane == WORDS:
            mouth.words += tuple(payload["words"])
            continue
        mouth.end = max(mouth.end, payload.get("to", 0))
        mouth.is_closed = mouth.is_closed or payload["last"]
        mouth.is_cut = mouth.is_cut or payload.get("cut", False)
    return found


def compare_mouths(
    recorded: Mapping[int, Sequence[ToldRow]],
    replayed: Mapping[int, Sequence[ToldRow]],
    with_words: frozenset[Part],
    strictness: Strictness,
) -> Difference | None:
    """The first mouth that is another one; None where there is none. `with_words`: parts whose words are compared."""
    found: list[Difference] = []
    for member, rows in recorded.items():
        others = mouths_of(replayed.get(member, ()))
        for part, one in mouths_of(rows).items():
            other = others.get(part)
            if one.last.t < strictness.end - strictness.seconds and (
                words := _difference(one, other, strictness, are_told=part in with_words)
            ):
                found.append(Difference(one.last.t, member, one.last, other.last if other else None, (), words))
    return min(found, key=lambda one: one.t, default=None)


def _difference(one: MouthOfPart, other: MouthOfPart | None, strictness: Strictness, *, are_told: bool) -> str:
    turn, part = one.last.payload["turn"], one.last.payload["id"]
    of = f"the mouth of part {part} in turn {turn}"
    if other is None:
        return f"{of} is missing"
    if one.is_closed != other.is_closed:
        return f"{of} is {'not ' if one.is_closed else ''}closed at its end"
    if one.is_cut or other.is_cut:
        return "" if one.is_cut == other.is_cut else f"{of} is {'not ' if one.is_cut else ''}cut"
    if abs(one.end - other.end) > strictness.seconds * 1000:
        return f"{of} ends at {other.end} ms, and should at {one.end} ms"
    if are_told and one.words != other.words:
        return f"{of} has the words {' '.join(other.words)}, and should have {' '.join(one.words)}"
    return ""
