"""The reading form of recognised words: capitals and a final mark. Numbers stay words."""

from collections.abc import Collection, Sequence
from itertools import pairwise

TITLES = {"mr": "Mr.", "mrs": "Mrs.", "ms": "Ms.", "dr": "Dr."}
"""Words that are written short before a name; "mr." of CMU's dictionary as well."""
NAMES = """
monday tuesday wednesday thursday friday saturday sunday january february april june july september october november
december christmas easter english german french spanish italian portuguese russian chinese japanese american british
london paris berlin rome madrid moscow tokyo england britain scotland ireland germany france spain italy portugal russia
china japan india canada mexico brazil america europe africa asia australia
"""
ALWAYS = {
    **{name: name.capitalize() for name in ("i", "i'm", "i've", "i'd", "i'll", *NAMES.split())},
    **{name: name.upper() for name in ("ok", "tv")},
}
"""Words that have a capital wherever they stand. Months and names that are other words as well (march, may, august,
will, mark) are not among them."""

ASKING = frozenset(("what", "who", "whom", "whose", "which", "when", "where", "why", "how"))
"""Question words."""
CONTRACTED = frozenset(
    ("what's", "who's", "where's", "when's", "how's", "why's", "what're", "who're", "what'll", "who'll", "what'd")
)
"""Question words with the auxiliary that follows."""
ALONE = frozenset(
    (
        *("am", "is", "are", "was", "were", "does", "did", "has", "had", "could", "would", "should", "shall"),
        *("isn't", "aren't", "wasn't", "weren't", "doesn't", "didn't", "hasn't", "hadn't", "couldn't", "wouldn't"),
        *("shouldn't", "haven't", "can't", "won't"),
    )
)
"""Verbs that begin questions alone; whatever follows is the subject."""
AUXILIARIES = ALONE | {"can", "will", "may", "might", "must", "do", "have", "don't"}
"""Verbs that a question may begin with, before its subject."""
PRONOUNS = frozenset(("i", "you", "he", "she", "it", "we", "they"))
SUBJECTS = PRONOUNS | frozenset(
    (
        *("there", "this", "that", "these", "those", "anybody", "anyone"),
        *("somebody", "someone", "everybody", "everyone", "everything", "anything", "something", "nobody", "nothing"),
        *("the", "a", "an", "my", "your", "his", "her", "its", "our", "their", "any", "some", "all", "one", "people"),
        *("no", "every", "each", "both", "many", "much", "most"),
    )
)
"""Words with which the subject of a question may begin."""
COMMANDS = frozenset(("do", "have", "don't"))
"""Auxiliaries that begin commands too, "do it", "have a seat"; a question has one of ASKED behind them."""
ASKED = frozenset(("i", "you", "we", "they", "people", "these", "those", "any", "anybody", "anyone", "many"))
DETERMINERS = frozenset(("the", "my", "your", "his", "her", "our", "their", "all", "most", "some", "both"))
LONG_ENOUGH = 3
"""Words after "do the" or "have the" that are rather a question, "do the trains run late", than a command."""
OPENERS = frozenset(("and", "but", "so", "or", "well", "okay", "ok", "please", "oh", "then", "now", "yes", "no", "hey"))
"""Words before a question that do not make it another sentence."""
INDIRECT = frozenset(("ever", "a", "an", "lovely", "nice", "wonderful", "beautiful", "pity"))
"""Words after "what" or "how" with which an exclamation begins."""
PRESENT = frozenset(("about", "come", "far", "long", "many", "much", "often", "old", "big", "tall", "else", "not"))
"""Words that make a question out of a question word alone: "what about", "how many", "why not"."""


def readable(words: Sequence[str], names: Collection[str] = (), *, is_whole: bool = True) -> str:
    """`words` as a sentence: a first capital, capitals of names, "Mr.", and with `is_whole` a final mark.

    `names`: words that are written as they stand here. A question mark is put where the words begin with a question
    word or an auxiliary and a subject follows. "" for no words.
    """
    spelled = {name.lower(): name for name in names}
    written = [_written(word, spelled) for word in words]
    if not written:
        return ""
    text = " ".join(written)
    text = text[0].upper() + text[1:]
    if not is_whole:
        return text
    return text + ("?" if is_question(words) else "" if text.endswith(".") else ".")


def _written(word: str, spelled: dict[str, str]) -> str:
    bare = word.removesuffix(".")
    if bare in TITLES and word not in spelled:
        return TITLES[bare]
    if len(bare) == 1 and word.endswith("."):
        return bare.upper()  # a letter by its name, "b." in CMU's dictionary
    base, apostrophe, ending = word.partition("'")
    if word in spelled or word in ALWAYS:
        return spelled.get(word) or ALWAYS[word]
    if ending == "s" and (base in spelled or base in ALWAYS):
        return (spelled.get(base) or ALWAYS[base]) + apostrophe + ending
    return word


def is_question(words: Sequence[str]) -> bool:
    """Whether the words are a question, as far as their beginning tells."""
    rest = list(words)
    while rest and rest[0] in OPENERS:
        del rest[0]
    if len(rest) < 2:
        return bool(rest) and rest[0] in ASKING and len(words) == 1
    first, second, *others = rest
    if first in CONTRACTED:
        return True
    if first in AUXILIARIES:
        subjects = SUBJECTS
        if first in COMMANDS:
            subjects = ASKED | DETERMINERS if len(others) >= LONG_ENOUGH else ASKED
        return (bool(others) and (first in ALONE or second in subjects)) or second in PRONOUNS & subjects
    if first not in ASKING or second in INDIRECT:
        return False
    return second in AUXILIARIES or second in PRESENT or _is_inverted(others) or first in {"who", "what", "which"}


def _is_inverted(words: Sequence[str]) -> bool:
    """Whether an auxiliary and a subject follow each other, as in "which train do you mean"."""
    return any(one in AUXILIARIES and other in SUBJECTS for one, other in pairwise(words))
