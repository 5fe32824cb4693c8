"""Small talk: Weizenbaum's ELIZA by the rules that NLTK carries, cut down to answers that promise nothing."""

import ast
import functools
import importlib.util
import re
from pathlib import Path

import msgspec

from actors.ports.calls import EngineFailed

# Left out: questions, which ELIZA only throws back where the guide can be honest; requests, which would be promised and
# not kept ("What makes you think I can't ...?"); and answers to anything, because then the guide asks back itself.
_LEFT_OUT = re.compile(r"(what|how|why|who|is|are|can|because|hello|quit|\(\.\*\)(\\\?)?$)", re.IGNORECASE)
_PLACE = re.compile(r"%(\d)")
_Pairs = tuple[tuple[str, tuple[str, ...]], ...]


def respond(said: str, turn: int) -> str:
    """ELIZA's answer to `said` (plain words, no punctuation), "" where she has none.

    Of the answers to a pattern, `turn` picks one: the same words in the same turn have the same answer, and no random
    generator is touched. Raises EngineFailed where NLTK is not the release that this project pins.
    """
    for pattern, answers in _rules():
        if match := pattern.match(said):
            return _fill(answers[turn % len(answers)], match)
    return ""


def _fill(answer: str, match: re.Match[str]) -> str:
    # In one pass: NLTK's own loop looks again at what it filled in, and never ends where somebody says "%1".
    return _PLACE.sub(lambda place: _reflect(match[int(place[1])]), answer)


def _reflect(words: str) -> str:
    """`words` as the other person would say them: "my" becomes "your"."""
    reflections = _reflections()
    longest_first = sorted(reflections, key=len, reverse=True)
    sides = "|".join(map(re.escape, longest_first))
    return re.sub(rf"\b(?:{sides})\b", lambda side: reflections[side[0]], words.lower()).strip()


@functools.cache
def _rules() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    pairs = msgspec.convert(_literal("eliza.py", "pairs"), _Pairs)
    return tuple((re.compile(said, re.IGNORECASE), told) for said, told in pairs if not _LEFT_OUT.match(said))


@functools.cache
def _reflections() -> dict[str, str]:
    return msgspec.convert(_literal("util.py", "reflections"), dict[str, str])


def _literal(file: str, name: str) -> object:
    """The literal that the module `file` of `nltk.chat` gives to `name`, read without importing NLTK.

    `import nltk.chat.eliza` brings in numpy and all of NLTK: 0.3 s and 42 MB, and even in a thread it stalls the event
    loop (2.5 s on a busy machine). Reading the two tables takes 3 ms.
    """
    package = importlib.util.find_spec("nltk")
    source = Path(package.origin).with_name("chat") / file if package and package.origin else Path()
    for statement in ast.parse(source.read_text("utf-8")).body if source.is_file() else ():
        match statement:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                return ast.literal_eval(value)
    raise EngineFailed(f"small talk needs {name} of nltk's chat/{file}; install the nltk release that vivavoce pins")
