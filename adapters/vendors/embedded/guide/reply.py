"""The guide: rules, no language model, that answer as a person would as far as rules can.

`reply` is a function of the question and the time alone: what the guide knows of the conversation it reads out of the
question's history. What is asked for is found by `understanding`, which compares whole phrases; who answers is a table
of abilities; words and phrases of each language are data in `languages/`.
"""

from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from actors.ports.answering import Delivery, Question
from adapters.vendors.embedded.guide.abilities import Sentences, Situation, answer, filled
from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from adapters.vendors.embedded.guide.memory import Manner, changed, has_told_of_mind, language_of, manner_of
from adapters.vendors.embedded.guide.text.words import said_words, sentences
from adapters.vendors.embedded.guide.understanding import Meaning, Understood, language_in, understand, vocabulary
from adapters.vendors.embedded.guide.vocabulary import Vocabulary

_SOCIAL = frozenset({"greeting", "ok", "yes", "no", "thanks", "sorry", "laugh", "praise", "pleased", "nothing"})
"""Abilities that are answered only where nothing else is asked for."""
_FIRST = ("emergency", "distress")
"""Abilities that are answered before all others."""
_SURE = 0.85
"""The score from which other languages are not tried."""
_SHORT = 12
"""Words of a text for which they are."""
_MOST = 2
"""Requests of one turn that are answered."""


class Reply(NamedTuple):
    """An answer, a sentence each, how it is to be spoken, and the abilities that it is of."""

    sentences: Sentences
    delivery: Delivery
    abilities: tuple[str, ...]


def reply(question: Question, now: datetime) -> Reply:
    """The answer to `question` at the time `now` in its zone: the same arguments have the same answer.

    Where the guide stands in for a language model, it says so in the first of the answers that it gives in a row.
    """
    code = language_of(question)
    found, voc = _understood(question.text, code)
    meanings = _chosen(question, code, found)
    code = _spoken_code(meanings, code, voc)
    manner = manner_of(question.history)
    said: list[str] = []
    for meaning in meanings:
        said += answer(Situation(question, now, code, meaning, voc, manner))
        manner = changed(manner, meaning.ability)
    delivery = _delivery(_once(meanings, voc, manner), code)
    if question.stands_in:
        notice = () if question.facts.stood_in else filled(LANGUAGES[code].answers["away"][0])
        said, delivery = [*notice, *said], replace(delivery, stands_in=True)
    return Reply(tuple(said), delivery, tuple(meaning.ability for meaning in meanings))


def _understood(text: str, code: str) -> tuple[Understood, Vocabulary]:
    """What `text` asks for in the language, else in the one that has the best phrase for it."""
    found = understand(text, vocabulary(code))
    if _score(found) >= _SURE or len(said_words(text)) > _SHORT:
        return found, vocabulary(code)
    others = [(understand(text, vocabulary(other)), vocabulary(other)) for other in LANGUAGES if other != code]
    return max([(found, vocabulary(code)), *others], key=lambda each: _score(each[0]))


def _score(found: Understood) -> float:
    """How well all of the words are understood."""
    return 0.0 if found.is_rest else max((meaning.score for meaning in found.meanings), default=0.0)


def _chosen(question: Question, code: str, found: Understood) -> list[Meaning]:
    """The requests that are answered: not what is only polite beside one, and not more than two."""
    if not sentences(question.text):
        return [Meaning("empty", 1.0, ())]
    for ability in _FIRST:
        if urgent := [meaning for meaning in found.meanings if meaning.ability == ability]:
            return urgent[:1]
    asked = [meaning for meaning in found.meanings if meaning.ability not in _SOCIAL]
    social = [meaning for meaning in found.meanings if meaning.ability in _SOCIAL and meaning.ability != "nothing"]
    if asked:
        unique = {meaning.ability: meaning for meaning in reversed(asked)}
        return [meaning for meaning in asked if unique[meaning.ability] is meaning][:_MOST]
    if social and not found.asks:
        return [_offered(question, code, social[-1])]
    return [Meaning(_unknown(question, found), 1.0, ())]


def _offered(question: Question, code: str, meaning: Meaning) -> Meaning:
    """A yes to what the last answer offered is a request for it."""
    last = question.history[-1].answered if question.history else ""
    offer = next((ability for text, ability in LANGUAGES[code].offers.items() if last.endswith(text)), "")
    return meaning._replace(ability=offer) if offer and meaning.ability in ("yes", "ok") else meaning


def _unknown(question: Question, found: Understood) -> str:
    if question.facts.cut_after and not found.asks and not found.meanings:
        return "interruption"
    if not has_told_of_mind(question.history):
        return "mind"
    return "unknown_question" if found.asks else "unknown"


def _spoken_code(meanings: list[Meaning], code: str, voc: Vocabulary) -> str:
    """The language to answer in, which "speak German" changes."""
    for meaning in meanings:
        if meaning.ability == "speak":
            return language_in(meaning, voc)
    return code


def _once(meanings: list[Meaning], voc: Vocabulary, manner: Manner) -> Manner:
    """The manner for this answer: another one where counting or a story is asked for in it, as in "count slowly"."""
    names = {
        term.name
        for meaning in meanings
        if meaning.ability in ("count", "story", "joke")
        for term in voc.terms(meaning.words)
    }
    for ability in ("slower", "faster", "female", "male"):
        if any(set(phrase) <= names for phrase in voc.manners[ability]):
            manner = changed(manner, ability)
    return manner


def _delivery(manner: Manner, code: str) -> Delivery:
    language = LANGUAGES[code]
    voice = f"{language.voice}+{manner.variant}" if manner.variant else ""
    return Delivery(voice=voice, speed=0.0 if manner.speed == 1.0 else manner.speed, language=language.code)
