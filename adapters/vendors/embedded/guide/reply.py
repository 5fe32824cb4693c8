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
from adapters.vendors.embedded.guide.memory import GuideNote, Manner, changed, has_told_of_mind, kept_of, note_of
from adapters.vendors.embedded.guide.reading import read
from adapters.vendors.embedded.guide.text.words import sentences
from adapters.vendors.embedded.guide.understanding import (
    NAMES,
    SOCIAL,
    Meaning,
    Understood,
    language_in,
    name_in,
    told_name,
)
from adapters.vendors.embedded.guide.vocabulary import Vocabulary

_FIRST = ("emergency", "distress")
"""Abilities that are answered before all others."""
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
    code, found, voc = read(question)
    if not found.meanings and _asked_for_name(question) and (told := told_name(question.text, voc)):
        found = Understood(tuple(told), is_rest=False, asks=False)
    meanings = _chosen(question, code, found)
    code = _spoken_code(meanings, code, voc)
    kept = kept_of(question)
    said: list[str] = []
    for meaning in meanings:
        said += answer(Situation(question, now, code, meaning, voc, kept))
        kept = _kept_after(kept, meaning, voc)
    delivery = replace(_delivery(_once(meanings, voc, kept.manner), code), note=note_of(kept))
    if question.stands_in:
        notice = () if question.facts.stood_in else filled(LANGUAGES[code].answers["away"][0])
        said, delivery = [*notice, *said], replace(delivery, stands_in=True)
    return Reply(tuple(said), delivery, tuple(meaning.ability for meaning in meanings))


def _chosen(question: Question, code: str, found: Understood) -> list[Meaning]:
    """The requests that are answered: not what is only polite beside one, and not more than two."""
    if not sentences(question.text):
        return [Meaning("empty", 1.0, ())]
    for ability in _FIRST:
        if urgent := [meaning for meaning in found.meanings if meaning.ability == ability]:
            return urgent[:1]
    asked = [meaning for meaning in found.meanings if meaning.ability not in SOCIAL]
    social = [meaning for meaning in found.meanings if meaning.ability in SOCIAL and meaning.ability != "nothing"]
    if asked:
        unique = {meaning.ability: meaning for meaning in reversed(asked)}
        return [meaning for meaning in asked if unique[meaning.ability] is meaning][:_MOST]
    if social and not found.asks:
        return [_offered(question, code, social[-1])]
    return [Meaning(_unknown(question, found), 1.0, ())]


def _kept_after(kept: GuideNote, meaning: Meaning, voc: Vocabulary) -> GuideNote:
    """What is known after the meaning was answered."""
    user = name_in(meaning, voc) if meaning.ability in NAMES else ""
    return GuideNote(user or kept.user, changed(kept.manner, meaning.ability))


def _asked_for_name(question: Question) -> bool:
    """Whether the last answer asked for the person's name, in whichever language."""
    last = question.history[-1].answered if question.history else ""
    asking = (language.answers[key][0] for language in LANGUAGES.values() for key in ("name", "whats_my_name_unknown"))
    return any(last.endswith(answer.rpartition("|")[2]) for answer in asking)


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
