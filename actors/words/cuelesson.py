"""What a model is told of the tags of cues, in its prompt: faces and gestures.

Pauses are not taught, because the sound has none in their place. A model that writes one by itself is understood.
"""

from collections.abc import Sequence

from protocol.configuration import Llm

_LESSON = """\
You speak through an avatar with a face and a body. Put tags into your answer, before the words that they go with:
{forms}
Write these names alone, and exactly so. A tag is not spoken and not shown. Use one where the feeling changes or a \
gesture helps, at most one in a sentence, and never a tag alone. Example: {example}"""


def with_lesson(prompt: str, llm: Llm) -> str:
    """`prompt`, and where the avatar takes cues the names that there are for them."""
    forms = [*filter(None, (_form("face", llm.faces), _form("anim", llm.gestures)))]
    if llm.cues == "none" or not forms:
        return prompt
    example = "".join(
        f"[{kind}:{names[-1]}] " for kind, names in (("face", llm.faces), ("anim", llm.gestures)) if names
    )
    lesson = _LESSON.format(forms="\n".join(forms), example=f"{example}Well, look at that!")
    return "\n\n".join(filter(None, (prompt, lesson)))


def _form(kind: str, names: Sequence[str]) -> str:
    return f"[{kind}:NAME] with NAME one of: {', '.join(names)}" if names else ""
