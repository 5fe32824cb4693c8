"""What a model is told of the tags of cues, in its prompt."""

from collections.abc import Sequence

from protocol.configuration import Llm

_LESSON = """\
You speak through an avatar with a face and a body. Put tags into your answer, before the words that they go with:
{forms}
Write these names alone, and exactly so. A tag is not spoken and not shown. Use one where the feeling changes or a \
gesture helps, at most one in a sentence, and never a tag alone. Example: {example}"""


def with_lesson(prompt: str, llm: Llm) -> str:
    """`prompt`, and where the avatar takes cues the names that there are for them."""
    if llm.cues == "none":
        return prompt
    forms = [_form("face", llm.faces), _form("anim", llm.gestures)]
    example = "".join(
        f"[{kind}:{names[-1]}] " for kind, names in (("face", llm.faces), ("anim", llm.gestures)) if names
    )
    lines = "\n".join([*filter(None, forms), "[pause:1.5] for a pause of so many seconds"])
    return "\n\n".join(filter(None, (prompt, _LESSON.format(forms=lines, example=f"{example}Well, look at that!"))))


def _form(kind: str, names: Sequence[str]) -> str:
    return f"[{kind}:NAME] with NAME one of: {', '.join(names)}" if names else ""
