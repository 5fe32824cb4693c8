"""Mouths that do what a test tells them, and shapes and words to write tests with."""

import trio

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark, MouthMade, Shapes
from protocol.mouth import SHAPES, MouthRate, MouthSet, MouthSource

KEY_MS = 100
WORD_MS = 250
ROW = len(SHAPES["arkit"])


def keys(
    start: int, end: int, *, last: bool = False, source: MouthSource = "phonemes", revised: bool = False
) -> Shapes:
    """A key frame each 100 ms, of another shape each time; `last`: silence at the end."""
    times = list(range(-(-start // KEY_MS) * KEY_MS, end, KEY_MS))
    shapes = [1 + time // KEY_MS % 5 for time in times]
    weights = [0.5] * len(times)
    if last:
        times, shapes, weights = [*times, end], [*shapes, 0], [*weights, 0.0]
    return Shapes(start, end, source, tuple(times), tuple(shapes), tuple(weights), last=last, revised=revised)


def rows(start: int, end: int, fps: MouthRate = 30, *, last: bool = False) -> Shapes:
    """A row a frame, all of its weights the frame's number in hundredths; `last`: the last row is 0."""
    first, after = round(start * fps / 1000), round(end * fps / 1000)
    values = [number % 100 / 100 for number in range(first, after) for _ in range(ROW)]
    if last:
        values[-ROW:] = [0.0] * ROW
    return Shapes(start, end, "phonemes", values=tuple(values), fps=fps, last=last)


def words(start: int, end: int) -> tuple[Mark, ...]:
    """A word each 250 ms, of 200."""
    times = range(-(-start // WORD_MS) * WORD_MS, end, WORD_MS)
    return tuple(Mark("word", f"w{time // WORD_MS}", time, 200.0) for time in times)


class ScriptedTrack:
    """A track that knows all up to `until` less `lag` ms, and the rest at the end."""

    def __init__(self, mouths: "ScriptedMouths", sets: frozenset[MouthSet], fps: MouthRate, *, told: bool) -> None:
        self._mouths = mouths
        self._sets = sets
        self._fps = fps
        self._known = 0
        self._until = 0
        self.told = told
        self.told_until: list[int] = []
        self.samples = b""
        self.marks: tuple[Mark, ...] = ()

    @property
    def needs_samples(self) -> bool:
        """As the script says, where it is told nothing."""
        return not self.told

    async def push(self, samples: bytes, marks: tuple[Mark, ...], until: float) -> MouthMade:
        """Up to `until`, less the lag."""
        self.samples += samples
        self.marks += marks
        self._until = round(until)
        self.told_until.append(self._until)
        await self._mouths.obey()
        return self._make(max(self._known, self._until - self._mouths.lag), last=False)

    async def catch_up(self, until: float) -> MouthMade:
        """Up to `until`, without a lag."""
        await self._mouths.obey()
        return self._make(max(self._known, round(until)), last=False)

    async def finish(self) -> MouthMade:
        """The rest."""
        await self._mouths.obey()
        return self._make(self._until, last=True)

    def _make(self, until: int, *, last: bool) -> MouthMade:
        start, self._known = self._known, until
        shapes = {
            of: (rows(start, until, self._fps, last=last) if of == "arkit" else keys(start, until, last=last),)
            for of in sorted(self._sets)
        }
        said = self._mouths.said
        told = words(start, until) if said is None else tuple(word for word in said if start <= word.at < until)
        return MouthMade(shapes, told, until, last)


class ScriptedMouths:
    """Tracks by their orders: `asked` has the text and sets of each, `tracks` the tracks; `prepared`: for whose sound.

    `said`: the words of each sound, where that is not None. Each call of a track takes `delay` seconds. After
    `calls` of them, where that is not None, they fail.
    """

    def __init__(self) -> None:
        self.delay = 0.0
        self.lag = 0
        self.calls: int | None = None
        self.said: tuple[Mark, ...] | None = None
        self.prepared: list[tuple[str, str]] = []
        self.asked: list[tuple[str, frozenset[MouthSet]]] = []
        self.tracks: list[ScriptedTrack] = []

    async def obey(self) -> None:
        """What a call of a track takes."""
        await trio.sleep(self.delay) if self.delay else await trio.lowlevel.checkpoint()
        if self.calls is not None:
            self.calls -= 1
            if self.calls < 0:
                raise EngineFailed("its process is gone")

    def prepare(self, provider: str, model: str) -> None:
        """Noted."""
        self.prepared.append((provider, model))

    def track(
        self,
        text: str,
        language: str,
        speed: float,
        sets: frozenset[MouthSet],
        *,
        words: bool,
        told: bool,
        hears: bool = True,
        fps: MouthRate = 30,
    ) -> ScriptedTrack:
        """One more."""
        assert words, "who makes shapes knows the words"
        self.asked.append((text, sets))
        self.tracks.append(ScriptedTrack(self, sets, fps, told=told))
        return self.tracks[-1]
