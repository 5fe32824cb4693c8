"""Thoughts and special tokens are taken out of an answer that comes in pieces.

A thought begins and ends with the marks of `marks.py`, anywhere in the answer and any number of times. Where an end
comes without a beginning, the beginning is in the model's prompt, and everything before the end was a thought. What was
told of it is taken back by a `Retraction`. Of a model that is known to think so, nothing is told before such an end.

A mark in code or between quotation marks is text: "the `<think>` tag". So is a mark in the middle of a sentence whose
thought never ends, unless the thought is a long one.
"""

import regex  # type: ignore[import-untyped]

from actors.ports.calls import Retraction
from adapters.vendors.shared.marks import ENDS, FIRST, MARK, UNSURE

_QUOTES = {"`": "`", '"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“", "「": "」"}
_FENCES = ("```", "~~~")
_NAME = regex.compile(r"(?<=</?\s?)[a-z_:]+(?=[\s>])")
_MAY_BEGIN = regex.compile(r"[<\[◁]")
_IN_SENTENCE = regex.compile(r"[\w,] ?\Z")
_LONGEST_LEAD = 64
"""Characters of white space that an answer may begin with."""
_LONGEST_ASIDE = 500
"""Characters that may follow a mark in the middle of a sentence which turns out to be none."""


class TextPosition:
    """A position in a text that comes in pieces: the beginning of its line, and whether it is in code."""

    def __init__(self) -> None:
        self._start = ""
        self._ticks = 0
        self._is_fenced = False
        self.before = ""

    @property
    def is_code(self) -> bool:
        """Whether what comes next is code."""
        return self._is_fenced or self._ticks % 2 == 1

    def go_on(self, text: str) -> None:
        """The text goes on."""
        *lines, last = text.split("\n")
        for line in lines:
            self._add(line)
            self._is_fenced ^= self._start.lstrip().startswith(_FENCES)
            self._start, self._ticks = "", 0
        self._add(last)
        self.before = (self.before + text)[-8:]

    def _add(self, line: str) -> None:
        self._start = (self._start + line[:8])[:8]
        self._ticks += line.count("`")


class Thoughts:
    """A filter for one answer; see the module's text. `is_held`: nothing is told before a thought ends or `release`."""

    def __init__(self, *, is_held: bool = False) -> None:
        self.is_held = is_held
        self.is_known = False
        """Whether the end of a thought came alone."""
        self._rest = ""
        self._held: list[str] = []
        self._out: list[str] = []
        self._place = TextPosition()
        self._family: int | None = None
        self._opening: str | None = ""
        self._aside: str | None = None
        self._name: list[str] = []
        self._last = ""
        self._is_nested = self._is_silent = self._is_struck = self._is_trimmed = False
        self._has_thought = self._has_begun = self._has_told = self._is_retracted = False

    @property
    def holds(self) -> bool:
        """Whether there is text that is held back."""
        return bool(self._held)

    def take(self, piece: str, *, is_last: bool = False) -> list[str | Retraction]:
        """The text that can be told now that `piece` has come, after a Retraction where what was told was a thought."""
        self._rest += piece
        while self._rest and self._step(is_last=is_last):
            pass
        told: list[str | Retraction] = [Retraction()] if self._is_retracted else []
        if text := "".join(self._out):
            told.append(text)
        self._has_told = self._has_told or bool(text)
        self._is_retracted = False
        self._out.clear()
        return told

    def rest(self) -> list[str | Retraction]:
        """The text that is left when the answer is over: what was held back and turned out to be no thought."""
        told = self.take("", is_last=True)
        if self._family is not None and self._aside is not None:
            self._family = None
            self._tell(self._aside)
        return [*told, *filter(None, ["".join(self._out) + self.release()])]

    def release(self) -> str:
        """Hold nothing back any longer; returns what was held back."""
        text = "".join(self._held)
        self._held.clear()
        self.is_held = False
        self._has_told = self._has_told or bool(text)
        return text

    def _step(self, *, is_last: bool) -> bool:
        """Take up to the next mark; False where more of the answer is needed."""
        if self._is_silent:
            self._rest = ""
            return False
        if self._family is not None:
            return self._think(self._family, is_last=is_last)
        if self._is_trimmed:
            self._rest = self._rest.lstrip()
            self._is_trimmed = not self._rest
        if self._opening is not None and (found := self._first(is_last=is_last)):
            return found.partial is False
        return self._answer(is_last=is_last)

    def _first(self, *, is_last: bool) -> regex.Match[str] | None:
        """A thought that the first words of the answer begin, or may begin; one letter is not waited for."""
        assert self._opening is not None
        start = (self._opening + self._rest).lstrip()
        found = FIRST.match(start, partial=not is_last)
        if found and found.end() and not found.partial:
            self._forget()
            self._rest = start[found.end() :]
            self._begin(found, aside=None)
            return found
        if found is None:
            self._opening = None
        elif len(start) < 2:
            self._opening += self._rest if start else ""
            return None
        return found

    # ---- the answer

    def _answer(self, *, is_last: bool) -> bool:
        if not self._has_begun and self._rest.isspace() and not is_last:
            self._rest = self._rest[-_LONGEST_LEAD:]
            return False
        text, at = self._place.before + self._rest, len(self._place.before)
        found = MARK.search(text, at, partial=not is_last) if _MAY_BEGIN.search(self._rest) else None
        if found is None:
            self._tell(self._rest)
            self._rest = ""
            return False
        start, end = found.span()
        opened = _QUOTES.get(text[start - 1 : start], "") if start else ""
        is_unsure = found.partial or (opened and end == len(text)) or UNSURE.match(text, start)
        if is_unsure and not is_last:
            if self._has_begun or not text[at:start].isspace():  # else what the mark turns out to be decides on it
                self._tell(text[at:start])
                self._rest = text[start:]
            return False
        self._tell(text[at:start])
        self._rest = text[end:]
        if self._place.is_code or (opened and text[end : end + 1] == opened):
            self._tell(found[0])
        else:
            self._heed(found)
        return True

    def _heed(self, mark: regex.Match[str]) -> None:
        self._opening = None
        match next(name for name, text in mark.groupdict().items() if text is not None):
            case "lone" if self._has_thought and "channel|>" in mark[0].lower():
                self._is_trimmed = not self._has_begun or self._place.before[-1:].isspace()
            case "lone":
                self.is_known = self.is_known or self._has_begun
                self._forget()
            case "other":
                self._is_silent = True
            case "token":
                self._is_trimmed = not self._has_begun or self._place.before[-1:].isspace()
            case "wrapper" if self._has_thought:
                self._is_trimmed = not self._has_begun
            case "wrapper":
                self._tell(mark[0])
            case "struck":
                self._strike(mark[0])
            case _:
                self._begin(mark, aside=mark[0] if _IN_SENTENCE.search(self._place.before) else None)

    def _strike(self, mark: str) -> None:
        """Of a pair that strikes words out both are told; what has no other is a special token."""
        if (self._has_begun and "/" not in mark) or self._is_struck:
            self._is_struck = "/" not in mark
            self._tell(mark)

    def _forget(self) -> None:
        """All that was told of the answer was part of a thought."""
        self._opening = None
        self._is_retracted = self._is_retracted or self._has_told
        self._held.clear()
        self._out.clear()
        self._place = TextPosition()
        self.is_held = self._has_told = self._has_begun = False
        self._has_thought = self._is_trimmed = True

    def _tell(self, text: str) -> None:
        if text and (self._has_begun or not text.isspace()):
            self._has_begun = True
            self._place.go_on(text)
            (self._held if self.is_held else self._out).append(text)

    # ---- a thought

    def _begin(self, mark: regex.Match[str], aside: str | None) -> None:
        name = next(name for name, text in mark.groupdict().items() if text is not None)
        self._family = int(name.removeprefix("f"))
        self._aside, self._last = aside, ""
        self._name = _NAME.findall(mark[0].lower())

    def _think(self, family: int, *, is_last: bool) -> bool:
        found = ENDS[family].search(self._rest, partial=not is_last)
        start, end = found.span() if found else (len(self._rest), len(self._rest))
        opened = _QUOTES.get((self._last + self._rest[:start])[-1:], "")
        is_unsure = (opened and end == len(self._rest)) or UNSURE.match(self._rest, start)
        if found is None or found.partial or (is_unsure and not is_last):
            self._pass(start)
            return False
        if opened and self._rest[end : end + 1] == opened:
            self._pass(end)
        elif found["end"] is None:
            self._is_nested = True
            self._pass(end)
        else:
            self._is_nested = self._is_nested or _NAME.findall(found[0].lower())[:1] != self._name[:1]
            self._end()
            self._rest = self._rest[end:]
        return True

    def _end(self) -> None:
        """The thought is over; one in which another began, or that ends by another name, may have a second end."""
        self._family, self._has_thought = None, True
        self._is_trimmed = not self._has_begun or self._place.before[-1:].isspace()
        if not self._is_nested:
            self._out.append(self.release())
        self.is_held, self._is_nested = self._is_nested, False

    def _pass(self, end: int) -> None:
        """Leave behind what is thought."""
        text, self._rest = self._rest[:end], self._rest[end:]
        self._last = (self._last + text)[-1:]
        if self._aside is not None:
            self._aside = self._aside + text if len(self._aside) + len(text) <= _LONGEST_ASIDE else None
