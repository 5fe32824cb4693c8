"""The marks that models put around their thoughts, and those that tell a program where a message begins and ends.

Each row names the models that are known to write it. Servers take most of these out, but not all, and not always whole.
"""

import msgspec
import regex  # type: ignore[import-untyped]

from actors.words.tokens import SPECIAL_TOKENS


class ThoughtMarks(msgspec.Struct, frozen=True):
    """The patterns at the beginning and at the end of a thought; `of` names models that use them.

    `is_first`: only the first words of an answer mean a thought.
    """

    begin: str
    end: str
    of: str
    is_first: bool = False


_NAMES = (
    r"(?:[a-z]{1,12}[:_])?(?:think|thinking|thoughts?)(?:_process)?|deep_?think|ant_?thinking|chain_of_thought|cot"
    r"|reasoning|reason|reflection|scratchpad|(?:inner|internal)_monologue"
)
_HEADER = r"(?:<\|start\|>[^<]{0,80})?"
_MESSAGE_END = r"<\|(?:end|call|return)\|>"
_FINAL = (
    rf"(?:{_MESSAGE_END}\s{{0,8}})?{_HEADER}<\|channel\|>\s*final\b"
    r"(?:[^<]{0,40}(?:<\|constrain\|>[^<]{0,20})?<\|message\|>)?"
)
FAMILIES = (
    ThoughtMarks(
        rf"<\s?(?:{_NAMES})(?:\s[^<>]{{0,200}})?>",
        rf"<\s?/\s?(?:{_NAMES})\s?>",
        "DeepSeek R1, QwQ, Qwen 3, GLM 4.5 and Z1, MiniMax M1, Phi 4 reasoning, Nemotron, Hunyuan A13B, ERNIE 4.5,"
        " SmolLM3, Granite 3.3, Step 3, Ring, K2 Think, Olmo 3 Think; Hermes (thinking); EXAONE Deep, Gemini, Marco o1"
        " (thought); LLaVA-CoT (reasoning); Reflection 70B (reflection); Seed OSS (seed:think); LongCat Flash"
        " (longcat_think); Claude by prompt (antThinking)",
    ),
    ThoughtMarks(r"(?-i:\[THINK\])", r"(?-i:\[/THINK\])", "Magistral, Mistral Small and Medium 3.5"),
    ThoughtMarks("◁think▷", "◁/think▷", "Kimi VL Thinking"),
    ThoughtMarks(r"<\|START_THINKING\|>", r"<\|END_THINKING\|>", "Command A Reasoning"),
    ThoughtMarks(r"<\|inner_prefix\|>", r"<\|inner_suffix\|>", "Apertus"),
    ThoughtMarks(
        r"<\|(?:begin_of_)?(?:think|thinking|thought|reasoning)\|>",
        r"<\|(?:/|end_of_|end_)(?:think|thinking|thought|reasoning)\|>",
        "Sky T1, OpenThinker, Bespoke Stratos (begin_of_thought); fine-tuned models",
    ),
    ThoughtMarks(r"<unused94>", r"<unused95>", "MedGemma"),
    ThoughtMarks(
        r"<details\s[^<>]{0,200}type=[\"']?reasoning[\"']?[^<>]{0,200}>",
        "</details>",
        "any model through a server that shows thoughts as HTML, as Open WebUI does",
    ),
    ThoughtMarks(r"<\|channel>", r"<channel\|>", "Gemma 4"),
    ThoughtMarks(
        rf"{_HEADER}<\|channel\|>\s*[a-eg-z][a-z]{{3,20}}",
        rf"{_FINAL}|{_MESSAGE_END}",
        "gpt-oss: the channels analysis and commentary; final is the answer",
    ),
    ThoughtMarks(
        r"(?:assistant)?(?:analysis|commentary)(?:<\|message\|>|(?=[A-Z\"'“(]| to=))",
        r"(?:assistant\s?final|(?:<\|end\|>\s*)?final(?=<\|message\|>))(?:<\|message\|>)?",
        "gpt-oss through a server that drops its special tokens",
        is_first=True,
    ),
    ThoughtMarks(r"Here(?: is|'s) my thought process:", r"Here(?: is|'s) my response:", "Granite 3.2", is_first=True),
    ThoughtMarks(r"Here are my reasoning steps:", r"\[BEGIN FINAL RESPONSE\]", "Apriel 1.5 and 1.6", is_first=True),
)
_ROLES = r"(?:assistant|model|bot|gpt)?"
_OTHERS = r"(?:user|human|system|tool|environment|observation|ipython)"
_KEPT = r"(?!<[|｜/]{0,2}(?:python_tag|START_ACTION|END_ACTION|tool))"
"""Marks of a call of a tool stay: what is said of an answer goes by them."""
_LONE_END = "|".join([
    r"<\s?/\s?(?:" + _NAMES + r")\s?>", r"(?-i:\[/THINK\])", "◁/think▷", r"<\|END_THINKING\|>",
    r"<\|(?:/|end_of_|end_)(?:think|thinking|thought|reasoning)\|>", r"<\|inner_suffix\|>", r"<unused95>",
    r"<channel\|>", _FINAL, r"\[BEGIN FINAL RESPONSE\]",
])  # fmt: skip
_OTHER_TURN = (
    rf"<\|im_start\|>\s?{_OTHERS}\b|<\|start_header_id\|>\s?{_OTHERS}\b|<start_of_turn>\s?user\b|<\|turn>\s?{_OTHERS}\b"
    rf"|<\|start\|>\s?{_OTHERS}\b|<[|｜]{_OTHERS}[|｜]>"
)
_TOKEN = (
    rf"<\|im_start\|>\s?{_ROLES}\s?|<\|start_header_id\|>\s?{_ROLES}\s?<\|end_header_id\|>\s*|(?:<start_of_turn>|<\|turn>)\s?{_ROLES}\s?"
    rf"|{_HEADER}(?:<\|constrain\|>[^<]{{0,20}})?<\|message\|>|{_KEPT}(?:{SPECIAL_TOKENS})"
    rf"|<\s?(?:{_NAMES})\s?/>"
)
UNSURE = regex.compile(
    rf"(?:{_MESSAGE_END}\s{{0,8}}(?:<[|a-z]{{0,9}})?"
    rf"|(?:{_MESSAGE_END}\s{{0,8}})?<\|start\|>[^<]{{0,80}}(?:<[|a-z]{{0,9}})?"
    rf"|(?:{_MESSAGE_END}\s{{0,8}})?{_HEADER}<\|channel\|>\s*"
    r"(?:[a-z]{0,4}|final\b[^<]{0,40}(?:<\|constrain\|>[^<]{0,20})?(?:<[|a-z]{0,12})?)"
    r"|(?:<\|im_start\|>|<start_of_turn>|<\|turn>|<\|start_header_id\|>)\s?[a-z]{0,11}(?:<[|a-z_]{0,15})?)\Z",
    regex.I,
)
"""What may yet become a longer mark than it is one by now."""
WRAPPER = r"</?(?:answer|response|output|final|final_answer|solution|conclusion)>|\[END FINAL RESPONSE\]"
"""What some models put around the answer after a thought: Hunyuan, ERNIE, Granite 3.3, GLM 4.1V, Marco o1, Apriel."""

_ANYWHERE = [family for family in FAMILIES if not family.is_first]
ENDS = tuple(
    regex.compile(f"(?P<end>{family.end})|(?P<begin>{family.begin})", regex.I)
    if family is FAMILIES[0]
    else regex.compile(f"(?P<end>{family.end})", regex.I)
    for family in FAMILIES
)
FIRST = regex.compile("|".join(f"(?P<f{FAMILIES.index(f)}>{f.begin})" for f in FAMILIES if f.is_first))
MARK = regex.compile(
    "|".join(
        [
            *(f"(?P<f{FAMILIES.index(f)}>{f.begin})" for f in _ANYWHERE),
            f"(?P<lone>{_LONE_END})",
            f"(?P<other>{_OTHER_TURN})",
            f"(?P<wrapper>{WRAPPER})",
            f"(?P<token>{_TOKEN})",
            "(?P<struck></?s>)",
        ]
    ),
    regex.I,
)
