"""The mouth of one part as it is sent: what waits, how far it was sent, and that it closes, once, whatever it was.

What a track makes is taken as it comes, and here it is made sure that clients can rely on what docs/protocol.md says of
a part: its key frames rise, its stretches follow each other, its last shape is silence, and `last` comes once. So a
track that stops early, or that nobody could make, closes the mouth at the end of the sound all the same.

Terms: docs/glossary.md.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from actors.ports.mouth import Mark, MouthMade, Shapes
from protocol.mouth import SHAPES, MouthRate, MouthSet

ARKIT_ROW = len(SHAPES["arkit"])
CLOSED_ROW = (0.0,) * ARKIT_ROW


class _SentSet:
    """What was sent of one set: up to `end`, with a key frame at `time`, or frames at `fps`; `closed`: the last was."""

    def __init__(self) -> None:
        self.end = 0
        self.time = -1
        self.fps: MouthRate = 30
        self.closed = False


class PartMouth:
    """What a part's track made; see the module's text. `waiting`: what was not sent."""

    def __init__(self) -> None:
        self.waiting: list[MouthMade] = []
        self._sent: dict[MouthSet, _SentSet] = {}
        self._words_closed = False

    def take_waiting(self) -> tuple[MouthMade, ...]:
        """What was not sent; it counts as sent from now on."""
        made = tuple(self.waiting)
        self.waiting.clear()
        return made

    def take_shapes(self, of: MouthSet, made: Sequence[MouthMade], ends_at: int | None) -> Iterator[Shapes]:
        """What is to be sent of a set; `ends_at`: nothing follows, and the sound ends there, in ms."""
        sent = self._sent.setdefault(of, _SentSet())
        for shapes in (shapes for one in made for shapes in one.shapes.get(of, ())):
            if shapes.revised:
                sent = self._sent[of] = _SentSet()
            if not sent.closed:
                yield _note(sent, shapes, of)
        if ends_at is not None and not sent.closed:
            yield _note(sent, Shapes(sent.end, max(ends_at, sent.end), "sound", fps=sent.fps, last=True), of)

    def take_words(self, made: Sequence[MouthMade], *, ends: bool) -> tuple[list[Mark], bool] | None:
        """The words that are to be sent, and whether they are the last; None for nothing to send."""
        if self._words_closed:
            return None
        words = [mark for one in made for mark in one.words if mark.kind == "word"]
        self._words_closed = ends or any(one.last for one in made)
        return (words, self._words_closed) if words or self._words_closed else None


def _note(sent: _SentSet, shapes: Shapes, of: MouthSet) -> Shapes:
    """The shapes as they may follow what was sent."""
    fitted = _fit_rows(sent, shapes) if of == "arkit" else _fit_keys(sent, shapes)
    sent.end, sent.fps, sent.closed = fitted.end, fitted.fps, fitted.last
    sent.time = fitted.times[-1] if fitted.times else sent.time
    return fitted


def _fit_rows(sent: _SentSet, shapes: Shapes) -> Shapes:
    """Rows that follow what was sent. With the last one, the mouth is closed."""
    is_open = shapes.last and any(shapes.values[-ARKIT_ROW:] or (1.0,))
    values = shapes.values + CLOSED_ROW if is_open else shapes.values
    start = max(shapes.start, sent.end)
    frame = round(start * shapes.fps / 1000) + len(values) // ARKIT_ROW
    return replace(shapes, start=start, end=round(frame * 1000 / shapes.fps), values=values)


def _fit_keys(sent: _SentSet, shapes: Shapes) -> Shapes:
    """Key frames that rise. The last one is silence at the end; where there are no others the mouth closes at once."""
    keys: list[tuple[int, int, float]] = []
    latest, end = sent.time, max(shapes.end, sent.end)
    for key in zip(shapes.times, shapes.shapes, shapes.weights, strict=True):
        if key[0] > latest:
            keys.append(key)
            latest = key[0]
    if shapes.last and not keys:
        latest = max(sent.end, latest + 1)
        keys.append((latest, 0, 0.0))
    if shapes.last and (keys[-1][1] != 0 or latest < end):
        end = max(end, latest + 1)
        keys.append((end, 0, 0.0))
    end = max(end, latest) if shapes.last else end
    times, indexes, weights = tuple(zip(*keys, strict=True)) if keys else ((), (), ())
    return replace(shapes, start=sent.end, end=end, times=times, shapes=indexes, weights=weights)
