"""The abilities: what the guide answers to each thing that it can be asked for.

Most abilities have fixed answers in the language's data, of which the turn picks one. Those that work something out
are functions here, one for each row of `WORKED_OUT`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from actors.ports.answering import Question
from adapters.vendors.embedded.guide import counting
from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from adapters.vendors.embedded.guide.memory import FASTEST, SLOWEST, GuideNote, own_name
from adapters.vendors.embedded.guide.text.words import folded, said_words
from adapters.vendors.embedded.guide.understanding import Meaning, name_in, understand, vocabulary
from adapters.vendors.embedded.guide.vocabulary import Vocabulary

_QUOTED = 25
"""Words that are said back."""
_SPELT = 40
"""Letters that are spelled."""
_BACK = 5
"""Answers that are looked through for one that can go on."""

Sentences = tuple[str, ...]


class Situation(NamedTuple):
    """What an answer is made of: the question, the time, what is asked for, and in which language to answer.

    `meaning_in`: the vocabulary in which the meaning was found.
    """

    question: Question
    now: datetime
    code: str
    meaning: Meaning
    meaning_in: Vocabulary
    kept: GuideNote

    def say(self, key: str, **values: object) -> Sentences:
        """An answer of the language's data, of which the turn picks one, with its values filled in."""
        answers = LANGUAGES[self.code].answers[key]
        return filled(answers[(self.question.facts.turn - 1) % len(answers)], **values)


def filled(answer: str, **values: object) -> Sentences:
    """The sentences of an answer, with its values."""
    return tuple(sentence.format(**values) for sentence in answer.split("|"))


def answer(situation: Situation) -> Sentences:
    """The sentences that answer what is asked for."""
    ability = situation.meaning.ability
    work_out = WORKED_OUT.get(ability)
    return work_out(situation) if work_out else situation.say(ability)


def _quoted(text: str, situation: Situation) -> str:
    """Words of a person as they can be said back, cut where they are many."""
    words = said_words(text)
    more = ", " + situation.say("and_so_on")[0] if len(words) > _QUOTED else ""
    return " ".join(words[:_QUOTED]) + more


# ---- names and the time


def _greeting(situation: Situation) -> Sentences:
    if user := situation.kept.user:
        return situation.say("greeting_named", user=user)
    first = LANGUAGES[situation.code].answers["greeting"][0]
    values = {"name": own_name(situation.question), "first": LANGUAGES[situation.code].first}
    return situation.say("greeting", **values) if situation.question.history else filled(first, **values)


def _name(situation: Situation) -> Sentences:
    user = situation.kept.user
    return situation.say("name_known" if user else "name", name=own_name(situation.question), user=user)


def _identity(situation: Situation) -> Sentences:
    return situation.say("identity", name=own_name(situation.question))


def _my_name(situation: Situation) -> Sentences:
    return situation.say("my_name", user=name_in(situation.meaning, situation.meaning_in))


def _whats_my_name(situation: Situation) -> Sentences:
    user = situation.kept.user
    return situation.say("whats_my_name", user=user) if user else situation.say("whats_my_name_unknown")


def _time(situation: Situation) -> Sentences:
    now, answers, calendar = situation.now, LANGUAGES[situation.code].answers, LANGUAGES[situation.code].calendar
    key = "time" if now.minute else "time_full"
    is_one = f"{key}_one" in answers and now.hour in (1, 13)
    return situation.say(
        f"{key}_one" if is_one else key,
        h=now.hour,
        h12=(now.hour - 1) % 12 + 1,
        m=now.minute,
        mm=f"{now.minute:02}",
        part=calendar.parts[(now.hour >= 6) + (now.hour >= 12) + (now.hour >= 18)],
        hours=calendar.hours[_plural(now.hour)],
        minutes=calendar.minutes[_plural(now.minute)],
    )


def _plural(number: int) -> int:
    """Which form of a word goes with the number: of one, of two to four, or of more; as Slavonic languages have it."""
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2


def _day(situation: Situation) -> Sentences:
    ability = situation.meaning.ability
    day = situation.now + timedelta(days={"tomorrow": 1, "yesterday": -1}.get(ability, 0))
    calendar = LANGUAGES[situation.code].calendar
    weekday, month = calendar.weekdays[day.weekday()], calendar.months[day.month - 1]
    return situation.say(ability, weekday=weekday, month=month, day=day.day, year=day.year)


# ---- sums, counting, spelling


def _sum(situation: Situation) -> Sentences:
    worked = situation.meaning.sum
    if worked is None or worked.result is None:
        return situation.say("sum_none")
    language, numbers = LANGUAGES[situation.code], vocabulary(situation.code).numbers
    signs = {sign: row.partition(";")[0] for sign, row in language.numbers.signs.items()}
    result, is_exact = numbers.show(worked.result)
    items = [numbers.show(item)[0] if isinstance(item, Fraction) else signs[item] for item in worked.items]
    spoken = f"{items[1]} {items[0]}" if "v" in worked.items else " ".join(items)
    said = situation.say("sum" if is_exact else "sum_about", sum=spoken, result=result)
    return tuple(sentence[0].upper() + sentence[1:] for sentence in said)


def _count(situation: Situation) -> Sentences:
    wish = counting.read(situation.meaning.words, situation.meaning_in)
    numbers = counting.numbers(wish)
    if not numbers:
        return situation.say("count_nothing")
    spoken = tuple(counting.spoken(numbers, LANGUAGES[situation.code]))
    if wish.is_cut:
        return (*spoken, *situation.say("count_most"))
    return (*spoken, *situation.say("count_done")) if len(numbers) > counting.GROUP else spoken


def _spell(situation: Situation) -> Sentences:
    rest = " ".join(word.said for word in situation.meaning.rest)
    meant = {"whats_my_name": situation.kept.user, "name": own_name(situation.question)}
    found = understand(rest, situation.meaning_in).meanings
    said = next((meant[meaning.ability] for meaning in found if meaning.ability in meant), rest)
    letters = [letter.upper() for letter in said if letter.isalnum()][:_SPELT]
    return situation.say("spell", letters=", ".join(letters)) if letters else situation.say("spell_none")


# ---- what was said before


def _repeat(situation: Situation) -> Sentences:
    history = situation.question.history
    return tuple(split(history[-1].answered)) if history else situation.say("repeat_none")


def split(text: str) -> Iterator[str]:
    """The sentences of an answer that was given."""
    start = 0
    for end in range(1, len(text)):
        if text[end] == " " and text[end - 1] in ".!?" and not text[end - 2].isdigit():
            yield text[start:end]
            start = end + 1
    yield text[start:]


def _echo(situation: Situation) -> Sentences:
    said = " ".join(word.said for word in situation.meaning.rest)
    words = _quoted(said, situation)
    return situation.say("echo", said=words[:1].upper() + words[1:])


def _hearing(situation: Situation) -> Sentences:
    said = _quoted(situation.question.text, situation)
    if not situation.question.history:
        return situation.say("hearing", said=said)
    return situation.say("hearing_before", said=said, before=_quoted(situation.question.history[-1].said, situation))


def _latency(situation: Situation) -> Sentences:
    ms = situation.question.facts.first_audio_ms
    if ms < 0:
        return situation.say("latency_none")
    seconds = f"{ms / 1000:.1f}".replace(".", LANGUAGES[situation.code].numbers.point)
    return situation.say("latency", ms=ms) if ms < 1000 else situation.say("latency_seconds", seconds=seconds)


def _interruption(situation: Situation) -> Sentences:
    heard = said_words(situation.question.facts.cut_after)
    return situation.say("interruption", heard=" ".join(heard[-6:])) if heard else situation.say("interruption_none")


def _go_on(situation: Situation) -> Sentences:
    """The rest of the last answer that was not heard to its end, from the sentence in which it was cut."""
    history = situation.question.history
    for at in range(len(history) - 1, max(-1, len(history) - 1 - _BACK), -1):
        heard = _compared(history[at].answered)
        for full in _long_answers(situation, at):
            words = [_compared(sentence) for sentence in full]
            whole = " ".join(words)
            if heard and heard in whole and not whole.endswith(heard):
                end = whole.index(heard) + len(heard)
                starts = [len(" ".join(words[:place])) for place in range(len(words))]
                cut = max(place for place, start in enumerate(starts) if start <= end)
                return full[cut + 1 :] if starts[cut] + len(words[cut]) < end else full[cut:]
    return situation.say("go_on_none")


def _compared(text: str) -> str:
    return " ".join(folded(word) for word in said_words(text, 1_000))


def _long_answers(situation: Situation, at: int) -> Iterator[Sentences]:
    """The whole answers of which the answer in the history at `at` may be a part: stories, jokes, and counting."""
    for language in LANGUAGES.values():
        for text in (*language.answers["story"], *language.answers["joke"]):
            yield tuple(text.split("|"))
    for exchange in situation.question.history[max(0, at - _BACK) : at + 1]:
        for meaning in understand(exchange.said, situation.meaning_in).meanings:
            if meaning.ability == "count":
                yield _count(situation._replace(meaning=meaning))


def _told(situation: Situation, key: str) -> Sentences:
    """A joke or a story that was not told yet, as far as the history says."""
    told = " ".join(exchange.answered for exchange in situation.question.history)
    texts = [tuple(text.split("|")) for text in LANGUAGES[situation.code].answers[key]]
    start = (situation.question.facts.turn - 1) % len(texts)
    turned = texts[start:] + texts[:start]
    return next((text for text in turned if text[0] not in told), turned[0])


def _joke(situation: Situation) -> Sentences:
    return _told(situation, "joke")


def _story(situation: Situation) -> Sentences:
    return _told(situation, "story")


def _more(situation: Situation) -> Sentences:
    """Another one of what was told last."""
    for exchange in reversed(situation.question.history):
        for language in LANGUAGES.values():
            for key in ("joke", "story"):
                if any(text.partition("|")[0] in exchange.answered for text in language.answers[key]):
                    return _told(situation, key)
    return _joke(situation)


# ---- the rest


def _pace(situation: Situation) -> Sentences:
    ability, speed = situation.meaning.ability, situation.kept.manner.speed
    if ability == "slower" and speed <= SLOWEST:
        return situation.say("slowest")
    return situation.say("fastest" if ability == "faster" and speed >= FASTEST else ability)


def _languages(situation: Situation) -> Sentences:
    return situation.say(situation.meaning.ability, languages=listed(tuple(LANGUAGES[situation.code].called.values())))


def listed(names: Sequence[str]) -> str:
    """The names, with a comma between them."""
    return ", ".join(names)


def _dice(situation: Situation) -> Sentences:
    return situation.say("dice", number=situation.now.microsecond % 6 + 1)


def _chance(situation: Situation) -> Sentences:
    return filled(LANGUAGES[situation.code].answers["chance"][situation.now.microsecond % 2])


WORKED_OUT: Mapping[str, Callable[[Situation], Sentences]] = {
    "greeting": _greeting,
    "name": _name,
    "identity": _identity,
    "my_name": _my_name,
    "i_am": _my_name,
    "whats_my_name": _whats_my_name,
    "time": _time,
    "date": _day,
    "tomorrow": _day,
    "yesterday": _day,
    "sum": _sum,
    "count": _count,
    "spell": _spell,
    "repeat": _repeat,
    "echo": _echo,
    "hearing": _hearing,
    "latency": _latency,
    "interruption": _interruption,
    "go_on": _go_on,
    "joke": _joke,
    "story": _story,
    "more": _more,
    "slower": _pace,
    "faster": _pace,
    "languages": _languages,
    "speak_unknown": _languages,
    "dice": _dice,
    "chance": _chance,
}
"""The abilities whose answers are worked out."""
