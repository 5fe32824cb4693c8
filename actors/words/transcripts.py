"""The spoken words of a transcript, without the notes in which recognisers describe silence, noise and music.

`[BLANK_AUDIO]`, `(soft music)`, `*coughs*`, `♪ … ♪`, `<|nospeech|>`: notes are known by their marks and never by a list
of words, because recognisers write them in every language. Words beside a note stay: "(laughs) well, yes" becomes
"well, yes".
"""

import regex  # type: ignore[import-untyped]

_VOICED = regex.compile(r"[\p{L}\p{N}]")
_LETTER = regex.compile(r"\p{L}")
_OPENING, _CLOSING = regex.escape("([{（［｛【〔〖⟨"), regex.escape(")]}）］｝】〕〗⟩")
_BRACKETED = regex.compile(rf"[{_OPENING}][^{_OPENING}{_CLOSING}]*[{_CLOSING}]")
_TAG = regex.compile(r"<\|[^<>|]{0,100}\|>|</?[\p{L}_][\p{L}\p{N}_ -]{0,40}/?>")
_NOTES = "[♩♪♫♬🎵🎶🎼]\ufe0f?"
_SONG = regex.compile(rf"(?:{_NOTES}\s*)+(?:(?!{_NOTES}).)*(?:(?:{_NOTES}\s*)+|\Z)", regex.DOTALL)
_STARRED = regex.compile(
    r"(?<![\p{L}\p{N}*＊])[*＊]+(?=[^\s*＊])[^*＊\n]{0,200}[*＊]+(?![\p{L}\p{N}*＊])"
    r"|(?<![\p{L}\p{N}*＊]\s?)[*＊]+\s(?=\p{L})[^*＊\n]{0,200}\s[*＊]+(?![\p{L}\p{N}*＊])"
)
_OPEN_END = regex.compile(
    rf"(?:[{_OPENING}]|<\|?(?=[\p{{L}}_]|\Z)|(?<!\S)[*＊]+(?=\S|\Z))[^{_OPENING}{_CLOSING}<>*＊]{{0,200}}\Z"
)
_DEEPEST = 8
_SPACED = regex.compile(r"\s+([.,;:!?…،、。])")
_SPACES = regex.compile(r"\s+")
_LATIN = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{N}_]")
_LEFT = " \t\r\n.,;:!?…-–—"


def words_of(text: str, *, is_whole: bool = True) -> str:
    """The words of `text`; "" where it has none: no letter or digit, or notes alone.

    `is_whole` false: more may come, so a note that has no end yet counts as a note. A text without notes is returned
    as it is, but for the white space around it.
    """
    text = text.strip()
    cut = _without_notes(text)
    if not is_whole:
        cut = str(_OPEN_END.sub("", cut))
    if not _VOICED.search(_without_brackets(cut)):
        return ""
    if cut == text:
        return text
    tidied = str(_SPACED.sub(r"\1", _SPACES.sub(" ", cut).strip()))
    return tidied if tidied[:1] == text[:1] else tidied.lstrip(_LEFT)


def _without_notes(text: str) -> str:
    """`text` with a space for each note. Brackets with numbers alone, or that touch a word, are no notes."""
    text = str(_SONG.sub(" ", _TAG.sub(" ", text)))
    text = str(_STARRED.sub(lambda found: " " if _LETTER.search(found[0]) else found[0], text))
    for _ in range(_DEEPEST):  # a note within a note
        before, text = text, str(_BRACKETED.sub(lambda found: " " if _is_note(found) else found[0], text))
        if text == before:
            break
    return text


def _is_note(found: "regex.Match[str]") -> bool:
    touching = found.string[found.start() - 1 : found.start()]
    return bool(_LETTER.search(found[0])) and not (found[0][0] in "([{" and _LATIN.match(touching))


def _without_brackets(text: str) -> str:
    """`text` without anything in brackets."""
    return str(_BRACKETED.sub(" ", text))
