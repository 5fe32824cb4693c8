"""The text that is spoken for a text that is shown: without Markdown, addresses, emoji and invisible characters."""

import regex  # type: ignore[import-untyped]

from actors.words.formulas import plain_formulas
from actors.words.programtext import without_program_text
from protocol.languages import primary

_VOICED = regex.compile(r"[\p{L}\p{N}]")
_WORDLIKE = r"[\p{L}\p{M}\p{N}]"

# ---- characters

_KEYCAP = regex.compile(r"([0-9]?)[#*]?\ufe0f?\u20e3")
# A joiner shapes words in scripts like Persian and Hindi, where it stays; elsewhere it is a trick, or glue of an emoji.
_INVISIBLE = regex.compile(
    r"(?V1)[[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Variation_Selector}\u034f\u115f\u1160\u3164\uffa0]--[\u200c\u200d]]"
    r"|(?<![\p{Lo}\p{M}])[\u200c\u200d]|[\u200c\u200d](?!\p{Lo})"
)
# Not a space alone, which it would replace by itself: an answer is full of these.
_BLANK = regex.compile(r"(?V1)[[\s\p{Cc}]--[\n ]][[\s\p{Cc}]--\n]*+| [[\s\p{Cc}]--\n]++")
_SPACES = regex.compile(r"\s+")
# Symbols that stand for letters (№, ℃, ™) have a plain form in Unicode, by which they are told from pictures.
_PICTURE = r"[[\p{So}\p{ExtPict}\p{RI}\p{EMod}]--[\p{NFKC_QC=No}©®°]]"
_PICTURES = regex.compile(rf"(?V1) ?{_PICTURE}++(?: {_PICTURE}++)*+ ?(?=([.,;:!?…)\]])?)")

# ---- Markdown, HTML and addresses; white space is single spaces and newlines by now

_FENCE = regex.compile(r"(?m)^ ?(?:`{3,}[^`\n]*|~{3,}[^~\n]*)$")
_RULE = regex.compile(r"(?m)^ ?(?:(?:[-*_=] ?){3,}|[:\- ]*\|[|:\- ]*)$")
_LINE_MARKS = regex.compile(r"(?m)^ ?(?:(?:#{1,6} |>|[-*+•‣◦] (?:\[[ xX]\] )?) ?)+")
_LINK = regex.compile(
    r"(?:!?\[([^\[\]]*))?\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?: (?:\"[^\"\n]*\"|'[^'\n]*'))?\)"
    r"|!?\[([^\[\]]+)\]\[[^\[\]]*\]"
)
# A tag is one that HTML or SSML has, and its attributes have values: "if a<b then c>d is true" has none.
_ATTRIBUTES = r"(?:\s++[\w:.-]++ ?= ?(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=]++))*+\s?/?"
_APART = (
    r"article|blockquote|body|br|d[ldt]|desc|div|h[1-6r]|head|html|li|[ou]l|p|par|pre|section|seq"
    r"|t(?:able|body|foot|head|[dhr])"
)
_WITHIN = (
    r"a|abbr|audio|b|big|center|cite|code|del|details|em|emphasis|figure|font|i|img|ins|kbd|lang|mark|media|phoneme"
    r"|prosody|q|s|samp|say-as|small|span|speak|ssml|strong|su[bp]|summary|sup|time|tt|u|var|video|voice|w"
    r"|(?:amazon|mstts|google|xhtml):[\w-]{1,30}"
)
_TAG = regex.compile(rf"</?(?:({_APART})|({_WITHIN}))(?:{_ATTRIBUTES})>", regex.I)
_ENDED = regex.compile(r"</([abipqsuw])>", regex.I)
_SHORT = regex.compile(r"<([abipqsuw])>", regex.I)
_BREAK = regex.compile(rf"(?:(\A|[.,;:!?…、，。،]) ?)?(?: ?<break{_ATTRIBUTES}> ?(?:</break>)?)++(\s*+\Z)?", regex.I)
_ADDRESS = regex.compile(
    r"<?(?<![a-z0-9])(?:[a-z]{2,6}://(?:[^\s/@<>]*@)?|www\.)"
    r"((?:(?![\p{Han}\p{Hiragana}\p{Katakana}])[\p{L}\p{M}\p{N}.-])*[\p{L}\p{N}])"
    r"(?:[:/?#][!-;=?-{}~]*[\w/=&%#+-])?/?>?",
    regex.I,
)
_ESCAPE = regex.compile(r"\\([!-/:-@\[-`{-~])")
_STRONG = regex.compile(r"(?<![\d*_~])(\*\*|__|~~)(?=[^\s*_~])([^*\n]{0,300}?[^\s*_~])\1(?![\d*_~])")
_CLOSING_STAR = regex.compile(r"(?<=[^\s*(,=])\*++(?!\w)")
_CODE_STAR = r"(?<![\w*])\*{1,2}(?:(?:kw)?args\b|(?<=\(\*|\(\*\*|, \*|, \*\*)[a-z_]|[a-z_]\w*+[,)])"
_STARS = regex.compile(rf"(?<!\*)(?!(?<={_WORDLIKE})\*++{_WORDLIKE}|(?<=\s)\*++\s)\*++")
_STARS_OF_PROSE = regex.compile(rf"(?!{_CODE_STAR}){_STARS.pattern}")
_UNDERSCORES = regex.compile(rf"(?<!_)(?!(?<={_WORDLIKE})_++{_WORDLIKE})_++")
_TICKS = regex.compile(r"`+|~~+")
_TABLE_EDGE = regex.compile(r"(?m)^ ?\|[| ]*+| ?\|[| ]*+$")
_CELL = regex.compile(r" ?\|[| ]*+")

_PAUSE = {"ar": "، ", "fa": "، ", "ja": "、", "ur": "، ", "yue": "，", "zh": "，"}
_PASSES = 4
_MARKUP = regex.compile(r"[*_`#<>|~\\\[\](){}\-+=•‣◦&$^【】｜]|://|www\.|cite")


def speakable(text: str, language: str) -> str:
    """One line of plain text for a synthesiser; "" where nothing of `text` can be said. `language` is BCP 47.

    Left out: marks of Markdown, HTML, SSML and LaTeX, fences of code, targets of links, emoji, zero-width and control
    characters, and text for programs (`programtext`). Replaced: an address by its host, the end of a table's cell and a
    break of SSML by the comma of the language, a keycap by its digit, an entity by its character. Marks inside words
    and comparisons stay (snake_case, 2*3*4, a<b). The result is at most twice as long as `text`, and a second pass
    changes nothing.
    """
    pause = _PAUSE.get(primary(language), ", ")
    for _ in range(_PASSES):
        before, text = text, _plain(text, pause)
        if text == before:
            return text
    return _plain(_MARKUP.sub(" ", text), pause)  # nested too deep to mean anything: every mark is dropped


def _plain(text: str, pause: str) -> str:
    text = without_program_text(text)
    text = _INVISIBLE.sub("", _KEYCAP.sub(r"\1 ", text))
    text = _without_marks(_without_lines(_BLANK.sub(" ", text)), pause)
    text = _PICTURES.sub(lambda found: "" if found[1] else " ", _SPACES.sub(" ", text)).strip()
    return text if _VOICED.search(text) else ""


def _without_lines(text: str) -> str:
    """`text` without what Markdown puts in lines of their own or before a line."""
    return str(_LINE_MARKS.sub("", _RULE.sub("", _FENCE.sub("", text))))


def _without_marks(text: str, pause: str) -> str:
    """`text` without what Markdown and HTML put around words."""
    text = _LINK.sub(lambda found: found[1] or found[2] or "", text)
    text = plain_formulas(text)
    if "<" in text:
        text = _without_tags(text, pause)
    if "://" in text or "www." in text.lower():  # to look at every word for an address costs a third of the whole
        text = _ADDRESS.sub(r"\1", text)
    text = _ESCAPE.sub(r"\1", text)
    text = _STRONG.sub(r"\2", text)
    stars = _STARS if _CLOSING_STAR.search(text) else _STARS_OF_PROSE
    text = _TICKS.sub("", stars.sub("", text))
    return str(_CELL.sub(pause, _TABLE_EDGE.sub("", _UNDERSCORES.sub("", text))))


def _without_tags(text: str, pause: str) -> str:
    """`text` without tags. A single letter in brackets after a word, without an end tag, is a comparison or a type."""
    text = _BREAK.sub(
        lambda found: f"{found[1]} " if found[1] is not None else " " if found[2] is not None else pause, text
    )
    ended = {name.lower() for name in _ENDED.findall(text)}

    def said(found: regex.Match[str]) -> str:
        short = _SHORT.fullmatch(found[0])
        if short and short[1].lower() not in ended and found.start() and text[found.start() - 1].isalnum():
            return str(found[0])
        return " " if found[1] else ""

    return str(_TAG.sub(said, text))
