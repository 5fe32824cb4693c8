"""What is said of what is written: an answer without its Markdown, addresses, emoji and invisible characters."""

import regex  # type: ignore[import-untyped]

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
_TAG = regex.compile(
    r"</?(?:(br|div|h[1-6r]|li|[ou]l|p)|a|b|code|del|em|i|img|s|span|strong|su[bp]|u)(?: [^<>]*)?/?>", regex.I
)
_ADDRESS = regex.compile(
    r"<?(?<![a-z0-9])(?:[a-z]{2,6}://(?:[^\s/@<>]*@)?|www\.)"
    r"((?:(?![\p{Han}\p{Hiragana}\p{Katakana}])[\p{L}\p{M}\p{N}.-])*[\p{L}\p{N}])"
    r"(?:[:/?#][!-;=?-{}~]*[\w/=&%#+-])?/?>?",
    regex.I,
)
_ESCAPE = regex.compile(r"\\([!-/:-@\[-`{-~])")
_STRONG = regex.compile(r"(?<![\d*_~])(\*\*|__|~~)(?=[^\s*_~])([^*\n]{0,300}?[^\s*_~])\1(?![\d*_~])")
_STARS = regex.compile(rf"(?<!\*)(?!(?<={_WORDLIKE})\*++{_WORDLIKE}|(?<=\s)\*++\s)\*++")
_UNDERSCORES = regex.compile(rf"(?<!_)(?!(?<={_WORDLIKE})_++{_WORDLIKE})_++")
_TICKS = regex.compile(r"`+|~~+")
_TABLE_EDGE = regex.compile(r"(?m)^ ?\|[| ]*+| ?\|[| ]*+$")
_CELL = regex.compile(r" ?\|[| ]*+")

_PAUSE = {"ar": "، ", "fa": "، ", "ja": "、", "ur": "، ", "yue": "，", "zh": "，"}
_PASSES = 4
_MARKUP = regex.compile(r"[*_`#<>|~\\\[\]()\-+=•‣◦]|://|www\.")


def speakable(text: str, language: str) -> str:
    """What a synthesiser is given for `text`, one line of plain text; "" where nothing can be said.

    Marks of Markdown and HTML, fences of code, targets of links, emoji, zero-width and control characters are left
    out; an address is its host, a table's cell ends in the comma of `language` (BCP 47), a keycap is its digit.
    Marks inside words stay (snake_case, 2*3*4). Never longer than twice `text`; to do it again changes nothing.
    """
    pause = _PAUSE.get(language.lower().replace("_", "-").partition("-")[0], ", ")
    for _ in range(_PASSES):
        before, text = text, _plain(text, pause)
        if text == before:
            return text
    return _plain(_MARKUP.sub(" ", text), pause)  # nested beyond sense: no mark is left that could mean something


def _plain(text: str, pause: str) -> str:
    text = _INVISIBLE.sub("", _KEYCAP.sub(r"\1 ", text))
    text = _without_marks(_without_lines(_BLANK.sub(" ", text)), pause)
    text = _PICTURES.sub(lambda found: "" if found[1] else " ", _SPACES.sub(" ", text)).strip()
    return text if _VOICED.search(text) else ""


def _without_lines(text: str) -> str:
    """Without what Markdown puts in lines of their own or before a line."""
    return str(_LINE_MARKS.sub("", _RULE.sub("", _FENCE.sub("", text))))


def _without_marks(text: str, pause: str) -> str:
    """Without what Markdown and HTML put around words."""
    text = _LINK.sub(lambda found: found[1] or found[2] or "", text)
    text = _TAG.sub(lambda found: " " if found[1] else "", text)
    if "://" in text or "www." in text.lower():  # to look at every word for an address costs a third of the whole
        text = _ADDRESS.sub(r"\1", text)
    text = _ESCAPE.sub(r"\1", text)
    text = _TICKS.sub("", _STARS.sub("", _STRONG.sub(r"\2", text)))
    return str(_CELL.sub(pause, _TABLE_EDGE.sub("", _UNDERSCORES.sub("", text))))
