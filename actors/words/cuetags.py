"""The tags of cues: what in a text is one, and which faces, gestures and pauses it asks for.

    [face:joy]  [anim:wave, 2s]  [gesture: wave]  [pause:1.5]  <face name="joy"/>  <face>joy</face>  [joy]

A kind and a colon in brackets is a tag whatever name follows, because nobody wants to hear it. A name alone in brackets
is one only where it is on the lists, and not where it is a link or an index.

Terms: docs/glossary.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import regex  # type: ignore[import-untyped]

from protocol.mouth import CueKind

LONGEST = 80
"""Characters of a tag; what is longer is text."""
MOST_SECONDS = 30.0
"""Seconds that a tag may ask for; where it asks for more it gets so many."""
UNDECIDED = -1
_KINDS: Mapping[str, CueKind] = {
    "face": "face", "expression": "face", "emotion": "face", "gesture": "gesture", "animation": "gesture",
    "anim": "gesture", "pause": "pause", "cue": "custom", "custom": "custom",
}  # fmt: skip

_KIND = rf"(?P<kind>{'|'.join(_KINDS)})"
_OPENS, _CLOSES = r"[\[［【]", r"[\]］】]"
_SPACE = r"[^\S\n]{0,4}"
_IS = rf"{_SPACE}[:=：]{_SPACE}"
_INNER = r"[^\[\]［］【】<>`\n]"
_CONTENT = rf"(?:(?P<content>{_INNER}{{1,60}})|[\[<](?P<content>{_INNER}{{1,60}})[\]>]){_SPACE}"
_ATTRIBUTE = r"\s{1,4}[\w-]{1,16}\s?=\s?(?:\"[^\"<>\n]{0,60}\"|'[^'<>\n]{0,60}'|[^\s\"'<>=/]{1,60})"
_NAMED = regex.compile(
    rf"{_OPENS}{_SPACE}{_KIND}{_IS}{_CONTENT}{_CLOSES}"
    rf"|{_OPENS}{{2}}{_SPACE}{_KIND}{_IS}{_CONTENT}{_CLOSES}{{2}}"
    rf"|<{_KIND}{_IS}(?P<content>{_INNER}{{1,60}}?)/?>"
    rf"|<{_KIND}(?P<attributes>(?:{_ATTRIBUTE}){{1,4}})\s{{0,4}}/?>"
    rf"|<{_KIND}>{_SPACE}(?P<content>{_INNER}{{1,60}}){_SPACE}</(?:{'|'.join(_KINDS)})>"
    rf"|</{_KIND}>",
    regex.IGNORECASE,
)
_BEGUN = regex.compile(rf"[\[［【<]{{1,2}}{_SPACE}{_KIND}{_IS}[\[<\"']?(?P<content>\w[\w-]*+)", regex.IGNORECASE)
_CUT_SHORT = regex.compile(rf"[\[［【<]{{1,2}}{_SPACE}{_KIND}(?:{_IS}|(?<=<\w+)\s)", regex.IGNORECASE)
_ENDS = ("]", "］", "】", ">")
_GROUP = regex.compile(rf"{_OPENS}[^\[\]［］【】\n]{{0,{LONGEST}}}{_CLOSES}")
_BARE = regex.compile(rf"(?P<opens>{_OPENS}{{1,2}}){_SPACE}(?P<name>[\w .-]{{0,40}}+)")
_CLOSING = regex.compile(rf"{_CLOSES}+")
_APART = regex.compile(r"[ _-]+")
_INDEXED = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{N}_\])}/]")

_NAME = r"(?P<name>\w(?:[\w .,-]{0,30}[\w.-])?)"
_ITEM = regex.compile(
    rf"\s*(?:{_KIND}{_IS})?[\"'“”]?{_NAME}[\"'“”]?(?:\s*[:=：]\s*(?P<seconds>[\w .]+?))?\s*", regex.IGNORECASE
)
_SEPARATOR = regex.compile(r"(?<!\d),|,(?!\d)|[;|、，]")
_SECONDS = regex.compile(r"(\d{1,9}(?:[.,]\d{1,9})?)\s?(?:(ms)|s(?:ec(?:ond)?s?)?)?", regex.IGNORECASE)
_VALUE = regex.compile(r"([\w-]+)\s?=\s?(?:\"([^\"]*)\"|'([^']*)'|([^\s/>]+))")
_LENGTHS = frozenset({"seconds", "duration", "time", "length", "for"})


class Cue(NamedTuple):
    """What a tag asks for; `seconds` 0 where it does not say for how long."""

    kind: CueKind
    name: str
    seconds: float = 0.0


def _folded(name: str) -> str:
    return str(_APART.sub("_", name.strip().casefold()))


class CueTags:
    """The tags of an avatar that has these `faces` and `gestures`; names are compared without case."""

    def __init__(self, faces: Iterable[str], gestures: Iterable[str]) -> None:
        self._listed: dict[CueKind, dict[str, str]] = {
            "face": {_folded(name): name for name in faces},
            "gesture": {_folded(name): name for name in gestures},
        }
        self._names = frozenset(name for listed in self._listed.values() for name in listed)

    # ---- where a tag ends

    def end(self, text: str, at: int, before: str, *, is_code: bool, is_whole: bool) -> int:
        """The index after the tag that begins with the bracket at `at`, or `at` where none does.

        UNDECIDED where that depends on text that has not come, which cannot be with `is_whole`, nor where `text` has
        2 * LONGEST more characters. `before`: the character before the bracket, "" behind a tag. `is_code`: it stands
        between backticks.
        """
        found = _match(_NAMED, text, at)
        if found is not None and not found.partial:
            return self._unless_quoted(text, at, found.end(), before, is_whole)
        bare = at if is_code or _INDEXED.match(before) else self._bare_end(text, at)
        if bare > at:
            return self._unless_link(text, at, bare, is_whole)
        if (found is not None or bare == UNDECIDED) and not is_whole:
            return UNDECIDED
        begun = _BEGUN.match(text, at)  # a tag that is never closed
        if begun is not None and (found is not None or self._knows(begun["content"])):
            return int(begun.end())
        return len(text) if found is not None and _CUT_SHORT.match(text, at) else at

    def _bare_end(self, text: str, at: int) -> int:
        """The index after a listed name in brackets; `at` where there is none, UNDECIDED where it may become one."""
        found = _BARE.match(text, at)
        if found is None:
            return at
        if not found["name"] and found.end() < len(text):
            return at
        name, end, most = _folded(found["name"]), found.end(), len(found["opens"])
        if end == len(text):
            return UNDECIDED if any(known.startswith(name) for known in self._names) else at
        if name not in self._names:
            return at
        closes = _CLOSING.match(text, end, end + most)
        if closes is None or len(closes[0]) == most:
            return at if closes is None else int(closes.end())
        return UNDECIDED if closes.end() == len(text) else at

    def _unless_quoted(self, text: str, at: int, end: int, before: str, is_whole: bool) -> int:
        if before != "`":
            return end
        if end == len(text):
            return end if is_whole else UNDECIDED
        return at if text[end] == "`" else end

    def _unless_link(self, text: str, at: int, end: int, is_whole: bool) -> int:
        """A name in brackets before another pair of brackets is the text of a link, but where that is a tag itself."""
        if end == len(text):
            return end if is_whole else UNDECIDED
        if text[end] == "(":
            return at
        if text[end] != "[":
            return end
        group = _GROUP.match(text, end, end + LONGEST, partial=not is_whole)
        if group is None:
            return end
        if group.partial and len(text) - end < LONGEST:
            return UNDECIDED
        follows = group[0]
        return end if _NAMED.fullmatch(follows) or self._bare_end(follows, 0) > 0 else at

    # ---- what it asks for

    def read(self, tag: str) -> list[Cue]:
        """The cues that a tag asks for, in its order; none of an end tag, and of one whose name cannot be read."""
        found = _NAMED.fullmatch(tag) or _BEGUN.fullmatch(tag)
        if found is None:
            named = self._listed_as("face", tag.strip("[]［］【】 \t"))
            return [Cue(*named)] if named else []
        if not tag.endswith(_ENDS) and not self._knows(found["content"]):
            return []
        kind = _KINDS[found["kind"].lower()]
        if found.groupdict().get("attributes"):
            return list(self._from_attributes(kind, found["attributes"]))
        return self._from_items(kind, found["content"] or "")

    def _from_items(self, kind: CueKind, content: str) -> list[Cue]:
        cues: list[Cue] = []
        for number, text in enumerate(_SEPARATOR.split(content)):
            item = _ITEM.fullmatch(text)
            if item is None:
                continue
            own = _KINDS[item["kind"].lower()] if item["kind"] else kind
            length = _seconds(item["name"])
            if length is not None and own == "pause":
                cues.append(Cue("pause", "", length))
            elif length is not None and number and cues:
                cues[-1] = cues[-1]._replace(seconds=length)
            else:
                own, name = self._listed_as(own, item["name"]) or (own, item["name"])
                cues.append(Cue(own, name, _seconds(item["seconds"] or "") or 0.0))
        return cues

    def _from_attributes(self, kind: CueKind, attributes: str) -> Iterator[Cue]:
        name, length = "", 0.0
        for key, *values in _VALUE.findall(attributes):
            value = "".join(values).strip()
            if key.lower() in _LENGTHS:
                length = _seconds(value) or 0.0
            elif not name:
                name = value
        if kind == "pause" and not length:
            name, length = ("", _seconds(name) or 0.0) if _seconds(name) is not None else (name, 0.0)
        item = _ITEM.fullmatch(name)
        if item is not None or length:
            kind, name = self._listed_as(kind, name) or (kind, name if item is not None else "")
            yield Cue(kind, name, length)

    def _knows(self, name: str) -> bool:
        return self._listed_as("face", name) is not None or _seconds(name) is not None

    def _listed_as(self, kind: CueKind, name: str) -> tuple[CueKind, str] | None:
        """The name as it is on the list of its kind, else on the other one."""
        if kind not in self._listed:
            return None
        folded = _folded(name)
        others: tuple[CueKind, ...] = (kind, "face", "gesture")
        return next(((own, self._listed[own][folded]) for own in others if folded in self._listed[own]), None)


def _match(pattern: "regex.Pattern[str]", text: str, at: int) -> "regex.Match[str] | None":
    """A tag at `at`, or the beginning of what may still become one."""
    found = pattern.match(text, at, at + LONGEST, partial=True)
    is_too_long = found is not None and found.partial and len(text) - at >= LONGEST
    return None if is_too_long else found


def _seconds(text: str) -> float | None:
    found = _SECONDS.fullmatch(text.strip())
    if found is None:
        return None
    number = float(found[1].replace(",", "."))
    return min(round(number / 1000 if found[2] else number, 3), MOST_SECONDS)
