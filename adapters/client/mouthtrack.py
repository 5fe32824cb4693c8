"""The mouth of an answer as `vivavoce talk --mouth` shows and saves it: shapes under the words, and captions."""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from adapters.client.arrival import BadAnswer
from adapters.client.printout import Printout
from protocol.mouth import SHAPES, ResponseCue, ResponseMouth, ResponseWords

MouthMessage = ResponseMouth | ResponseWords | ResponseCue
_BARS = " ▁▂▃▄▅▆▇█"
_MOST_SHOWN = 6
"""Curves of `arkit` that are shown of a word, the strongest."""
_MOST_HELD = 4_000_000
"""Numbers of the mouths of parts that are not complete."""
_FOREVER = 1 << 31
_CAPTION = 42
"""Characters of a caption."""


class _Word(NamedTuple):
    text: str
    at: int
    ms: int


class _Shape(NamedTuple):
    """A shape of the mouth, or a curve of it, at a moment."""

    at: int
    name: str
    weight: float


class PartMouthTrack:
    """What came of the mouth of one part, of its words, and of the cues in it."""

    def __init__(self, turn: int, number: int) -> None:
        self.turn = turn
        self.id = number
        self.mouths: list[ResponseMouth] = []
        self.words: list[_Word] = []
        self.cues: list[ResponseCue] = []
        self._open = set[str]()

    @property
    def is_complete(self) -> bool:
        """Whether all of its mouth and words has come, as far as any is to come."""
        return not self._open

    def close(self) -> None:
        """No more of it comes."""
        self._open.clear()

    def _note(self, kind: str, *, last: bool) -> None:
        (self._open.discard if last else self._open.add)(kind)

    def take(self, message: MouthMessage) -> int:
        """The next message of the part; how many numbers it has."""
        match message:
            case ResponseMouth():
                if message.revised:
                    self.mouths.clear()
                self.mouths.append(message)
                self._note("mouth", last=message.last)
                return len(message.times or ()) + len(message.values or ())
            case ResponseWords():
                self.words += map(_Word, message.words, message.times, message.durations)
                self._note("words", last=message.last)
            case ResponseCue():
                self.cues.append(message)
        return 1

    # ---- shown

    def lines(self) -> Iterator[str]:
        """A line for each word with the shapes in it, and for each cue, in the order of their times."""
        if self.mouths:
            sources = dict.fromkeys(one.source for one in self.mouths if one.source is not UNSET)
            yield f"part {self.id}: {self.mouths[0].set}, from {', '.join(sources) or 'nothing'}"
        rows = [(cue.at, -1, _asked(cue)) for cue in self.cues]
        rows += [(at, number, f"{text:<14} {drawn}") for number, (at, text, drawn) in enumerate(self._spoken())]
        for at, _, text in sorted(rows):
            yield f"{at / 1000:6.2f}  {text}".rstrip()

    def _spoken(self) -> Iterator[tuple[int, str, str]]:
        """The time and the text of each word, and the shapes until the next one; without words, of all of it."""
        shapes = list(self._shapes())
        words = self.words or [_Word("", 0, 0)]
        is_curves = bool(self.mouths) and self.mouths[0].set == "arkit"
        begin = 0
        for number, word in enumerate(words, 1):
            until = words[number].at if number < len(words) else _FOREVER
            drawn = _drawn([shape for shape in shapes if begin <= shape.at < until], is_curves=is_curves)
            begin = max(begin, until)
            if word.text or drawn:
                yield word.at, word.text, drawn

    def _shapes(self) -> Iterator[_Shape]:
        for one in self.mouths:
            names = SHAPES[one.set]
            if one.values is not UNSET:
                yield from self._curves(one, names)
            elif one.times is not UNSET and one.shapes is not UNSET and one.weights is not UNSET:
                for at, shape, weight in zip(one.times, one.shapes, one.weights, strict=True):
                    yield _Shape(at, names[shape], weight)

    def _curves(self, message: ResponseMouth, names: tuple[str, ...]) -> Iterator[_Shape]:
        values, start, fps = message.values or (), message.start or 0, message.fps or 30
        for row in range(len(values) // len(names)):
            for name, value in zip(names, values[row * len(names) :], strict=False):
                if value:
                    yield _Shape(round(start + row * 1000 / fps), name, value)

    # ---- saved

    def as_json(self) -> bytes:
        """All that came, joined, with the names of the shapes; times in ms from the part's first sample."""
        made: dict[str, object] = {"turn": self.turn, "id": self.id}
        if self.mouths:
            made |= {"set": self.mouths[0].set, "names": SHAPES[self.mouths[0].set]}
            made["source"] = list(dict.fromkeys(one.source for one in self.mouths if one.source is not UNSET))
            if fps := next((one.fps for one in self.mouths if one.fps is not UNSET), None):
                made["fps"] = fps
            for key in ("times", "shapes", "weights", "values"):
                lists = [getattr(one, key) for one in self.mouths if getattr(one, key) is not UNSET]
                if lists:
                    made[key] = [value for several in lists for value in several]
        made["words"] = [{"word": word.text, "at": word.at, "ms": word.ms} for word in self.words]
        made["cues"] = [{"at": cue.at, "kind": cue.kind, "name": cue.name, "seconds": cue.seconds} for cue in self.cues]
        return msgspec.json.encode(made)

    def as_captions(self) -> str:
        """The words as WebVTT, several to a caption, each with its own time."""
        captions = ["WEBVTT\n"]
        for words in self._grouped():
            start, end = words[0].at, max(word.at + word.ms for word in words)
            end = max(end, start + 1)
            text, last = "", start
            for word in words:
                mark = f"<{_clock(word.at)}>" if last < word.at < end else ""
                last = word.at if mark else last
                text += f" {mark}{html.escape(word.text, quote=False)}"
            captions.append(f"{_clock(start)} --> {_clock(end)}\n{' '.join(text.split())}\n")
        return "\n".join(captions)

    def _grouped(self) -> Iterator[list[_Word]]:
        held: list[_Word] = []
        for word in self.words:
            if held and len(" ".join(one.text for one in [*held, word])) > _CAPTION:
                yield held
                held = []
            held.append(word)
        if held:
            yield held


class MouthDisplay:
    """Prints and saves the mouths of answers, each part when its sound and its mouth are complete."""

    def __init__(self, printout: Printout, folder: Path | None) -> None:
        self._printout = printout
        self._folder = folder
        self._turn = 0
        self._parts: dict[int, PartMouthTrack] = {}
        self._sounded: set[int] = set()
        self._held = 0

    def take(self, message: MouthMessage) -> None:
        """The next message. Raises BadAnswer where too much has come of parts that do not end, and as `end`."""
        if message.turn != self._turn:
            self.end()
            self._turn = message.turn
        if isinstance(message, ResponseMouth) and message.cut:
            return
        part = self._parts.setdefault(message.id, PartMouthTrack(message.turn, message.id))
        self._held += part.take(message)
        if self._held > _MOST_HELD:
            raise BadAnswer(f"part {message.id}: its mouth is not complete, and {self._held:,} numbers of it have come")
        self._show(part)

    def sounded(self, number: int) -> None:
        """The sound of a part is complete. Raises as `end`."""
        self._sounded.add(number)
        if number in self._parts:
            self._show(self._parts[number])

    def end(self) -> None:
        """The answer is over: what is left is shown as it is. Raises BadAnswer where it cannot be saved."""
        for part in list(self._parts.values()):
            self._sounded.add(part.id)
            part.close()
            self._show(part)
        self._sounded.clear()
        self._held = 0

    def _show(self, part: PartMouthTrack) -> None:
        if not (part.is_complete and part.id in self._sounded):
            return
        del self._parts[part.id]
        for line in part.lines():
            self._printout.line("mouth", line)
        if self._folder is not None:
            stem = self._folder / f"answer-{part.turn}-part-{part.id}"
            self._write(stem.with_suffix(".json"), part.as_json())
            if part.words:
                self._write(stem.with_suffix(".vtt"), part.as_captions().encode())

    def _write(self, path: Path, data: bytes) -> None:
        try:
            path.write_bytes(data)  # on the loop: it is small, and nothing else runs here
        except OSError as error:
            raise BadAnswer(f"{path}: cannot be written: {error.strerror or error}") from None
        self._printout.line("saved", str(path))


def _asked(cue: ResponseCue) -> str:
    length = f" for {cue.seconds:g} s" if cue.seconds else ""
    return f"◆ {cue.kind} {cue.name}{length}".replace("  ", " ")


def _drawn(shapes: list[_Shape], *, is_curves: bool) -> str:
    """Key frames in their order, each with a bar as high as its weight; of curves, the strongest, at their peaks."""
    if is_curves:
        peaks = {shape.name: shape for shape in sorted(shapes, key=lambda one: one.weight)}
        strongest = sorted(peaks.values(), key=lambda one: -one.weight)[:_MOST_SHOWN]
        shapes = sorted(strongest, key=lambda one: one.at)
    return " ".join(f"{shape.name}{_bar(shape.weight)}" for shape in shapes)


def _bar(weight: float) -> str:
    return _BARS[max(0, min(8, round(weight * 8)))].strip()


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
