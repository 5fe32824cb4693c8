"""The faces and gestures of the guide: tags before an answer, where the avatar has them and the session wants them."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from actors.ports.answering import Question

_FACES: Final = {
    "happy": ["greeting", "pleased", "thanks", "praise", "love", "laugh", "glad", "joke", "goodbye", "goodnight"],
    "sad": ["sad", "sorry", "insult", "distress"],
    "neutral": ["emergency"],
    "relaxed": ["story"],
}
_GESTURES: Final = {"wave": ["greeting", "goodbye", "goodnight"], "nod": ["yes", "ok", "can_hear"], "shake": ["no"]}


def without_tags(question: Question) -> Question:
    """`question` with a history of words alone, because the guide looks for its own sentences in it."""
    return replace(question, history=tuple(exchange.without_tags() for exchange in question.history))


def with_tags_before(sentences: Sequence[str], abilities: Sequence[str], question: Question) -> tuple[str, ...]:
    """`sentences` with the tags that go with the first of the abilities that they are of."""
    if not (sentences and abilities):
        return tuple(sentences)
    tags = [f"[face:{name}]" for name in _names(_FACES, abilities[0], question.faces)]
    tags += [f"[anim:{name}]" for name in _names(_GESTURES, abilities[0], question.gestures)]
    return (" ".join([*tags, sentences[0]]), *sentences[1:])


def _names(known: dict[str, list[str]], ability: str, there: Sequence[str]) -> list[str]:
    """What is shown with an ability, of the names that are there."""
    return [name for name, abilities in known.items() if ability in abilities and name in there]
