"""Text in an answer that is for programs and is not spoken: special tokens, calls of tools, comments, citations."""

import html

import regex  # type: ignore[import-untyped]

from actors.words.tokens import SPECIAL_TOKENS

# A mark that is a piece of code by itself, or a word of a sentence, is itself the subject: "the `<script>` tag".
_QUOTED = r"(?!(?<=`)(?:<!--|<[^<>`\n]{1,200}+>|\[/?\w{1,40}+\])`)"
_MENTIONED = (
    r"(?!(?<=[\p{L},] )(?:<[^<>\n]{1,200}+>|\[\w{1,40}+\])"
    r"(?:[.,;:!?)]++(?!\S)| [\p{L}'’-]++[ .,;:!?)](?! ?[{\[(=])))"
)
_SPOKEN_ABOUT = _QUOTED + _MENTIONED
_NAMED_IN_CODE = regex.compile(
    r"`(?:</?([A-Za-z][\w:.=-]*+)[^<>`\n]{0,200}+>|<[|｜]([^<>|｜`\n]{1,60}+)[|｜]>|\[/?([A-Za-z_]{1,40}+)\]|<!--|-->)`"
)
_SPECIALS = regex.compile(
    rf"{_QUOTED}(?:(?<=[\p{{L}}\p{{N}}])((?:{SPECIAL_TOKENS})++)(?=[\p{{L}}\p{{N}}])|{SPECIAL_TOKENS})"
)

# ---- calls of tools

_TOOLS = r"tool_calls?|tool_use|tool_code|tool_response|function_calls?|function_results?|invoke|tools"
_CALL = regex.compile(
    rf"{_SPOKEN_ABOUT}<(?P<name>{_TOOLS})(?: [^<>\n]{{0,200}})?>.*?(?:</(?P=name)>|(?P<open>\Z))"
    rf"|{_SPOKEN_ABOUT}<function=[^<>\n]{{0,100}}>.*?(?:</function>|(?P<open>\Z))"
    r"|<[|｜](?:python_tag|START_ACTION|tool[▁_]?calls?|tool[\w▁]{0,30}(?:begin|start))[|｜]>"
    r".*?(?:<[|｜](?:END_ACTION|/tool_call|eom_id|eot_id|im_end|call|tool[\w▁]{0,30}end)[|｜]>|(?P<open>\Z))"
    r"|<\|tool_call>.*?(?:<tool_call\|>|(?P<open>\Z))"
    rf"|{_SPOKEN_ABOUT}\[TOOL_CALLS\].*(?P<open>\Z)"
    r"|(?<![^\n]) ?\[[A-Za-z_][\w.]{0,80}\([^\n\]]*+(?<=\))\](?= ?(?:\n|\Z))",
    regex.DOTALL | regex.IGNORECASE,
)
_KEY = r"(?:name|function|function_call|tool|tool_name|tool_call|tool_calls|action|arguments|parameters|type|id)"
_OBJECT = regex.compile(rf"(?:\[\s*+)?\{{\s*+[\"']{_KEY}[\"']\s*+:")
_NAMED = regex.compile(r"[\"'](?:name|function|tool|tool_name|action)[\"']\s*+:")
_GIVEN = regex.compile(r"[\"'](?:arguments|parameters|args|action_input|input)[\"']\s*+:")
_BRACKET = regex.compile(r"[{}\[\]]|\"(?:[^\"\\]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+'(?=\s*+[,:}\]])", regex.DOTALL)
_SYNTAX = frozenset("{}[]")

# ---- comments, citations, entities

_COMMENT = regex.compile(
    rf"{_QUOTED}<!--.*?(?:-->|(?P<open>\Z))"
    rf"|{_SPOKEN_ABOUT}<(?P<block>script|style)(?: [^<>]*+)?>.*?(?:</(?P=block)>|(?P<open>\Z))"
    r"|<[?!][A-Za-z][^<>]{0,300}+>",
    regex.DOTALL | regex.IGNORECASE,
)
_CDATA = regex.compile(r"<!\[CDATA\[|\]\]>")
_CITED = regex.compile(
    r" ?【\d[^【】\n]{0,80}+】"
    r"| ?\[\^[^\[\]\s]{1,30}+\]:?"
    r"|(?<!\]|(?<![\p{L}\p{N}])\p{L})(?: ?\[[1-9]\d{0,2}+\])++(?! ?[=(]|[\p{L}\p{N}])"
    r"|(?<=[\p{L}\p{N}.,;:!?\")])(?<!(?<![\p{L}\p{N}])\p{L})\[[1-9]\d{0,2}+(?: ?[,–-] ?\d{1,3}+)++\]"
    r"| ?\(?\b(?:file|nav)?cite[ :]*+(?:turn\d{1,4}+[a-z]{1,20}\d{1,4}+[ ,]*+)++\)?"
    r"| ?(?::contentReference)?\[oaicite:\d{1,4}\](?:\{index=\d{1,4}\})?"
    r"| ?[(\[]?(?:source:? ?)?\bturn\d{1,4}+(?:search|news|view|image|file|fetch|product)\d{1,4}+\b[)\]]?",
    regex.IGNORECASE,
)
_PRIVATE = regex.compile(r"\ue200[^\ue200\ue201\n]{0,200}+\ue201")
_ENTITY = regex.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def without_program_text(text: str) -> str:
    """`text` without what is for programs. Never longer than `text`; the time grows with the length, and not faster."""
    if "\ue200" in text:
        text = _PRIVATE.sub("", text)
    if "<" in text or "[" in text:
        text = _without_tags(text)
    if "{" in text:
        text = without_calls(text)
    if "[" in text or "【" in text or "cite" in text or "turn" in text:
        text = _CITED.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return text


def open_at(text: str) -> int:
    """The index at which program text begins that has no end yet; the length of `text` where there is none."""
    if "<" in text or "[" in text:
        for pattern in (_COMMENT, _CALL):
            for found in pattern.finditer(text):
                if found["open"] is not None:
                    return int(found.start())
    at = 0
    while found := _OBJECT.search(text, at, partial=True):
        end = None if found.partial else _end_of_value(text, found.start())
        if end is None:
            return int(found.start())
        at = end
    return len(text)


def _without_tags(text: str) -> str:
    text = _CDATA.sub("", _COMMENT.sub("", text))
    text = _CALL.sub(" ", text)
    if "`" in text:
        text = _NAMED_IN_CODE.sub(lambda found: found[1] or found[2] or found[3] or "", text)
    return str(_SPECIALS.sub(lambda found: " " if found[1] else "", text))


def without_calls(text: str) -> str:
    """`text` without the JSON of tool calls, which are objects that name a tool and give it arguments.

    An object that begins so and has no end yet is left out as well.
    """
    kept: list[str] = []
    at = 0
    while found := _OBJECT.search(text, at):
        end = _end_of_value(text, found.start())
        value = text[found.start() : end]
        is_call = _NAMED.search(value) and _GIVEN.search(value)
        kept.append(text[at : found.start()])
        if not (is_call or end is None):
            kept.append(value)
        at = len(text) if end is None else end
    return "".join([*kept, text[at:]])


def _end_of_value(text: str, start: int) -> int | None:
    """The index after the object or array that begins at `start`; None where it has no end."""
    depth = 0
    for found in _BRACKET.finditer(text, start):
        if found[0] not in _SYNTAX:
            continue
        depth += 1 if found[0] in "{[" else -1
        if depth == 0:
            return int(found.end())
    return None
