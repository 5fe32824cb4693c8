"""The guide: rules, no language model, that show what this server can do by doing it, in short spoken English.

Its listener is a weak recogniser, so nothing demands a phrase: an ability has *cues*, and a cue is one word, or a few
that may come in any order with any others between. The cue with the most words wins, then the ability listed first.
Words that are often heard instead of a cue are cues themselves.
"""

import difflib
import re
from collections.abc import Callable

import msgspec

from actors.ports.answering import Delivery, Question
from adapters.vendors.embedded import smalltalk

Said = frozenset[str]
FEMALE, MALE = "en-us+f3", "en-us+m3"
SLOW, FAST = 0.7, 1.5

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LONGEST = 2_000  # characters of a text that are looked at
_QUOTED = 25  # words that are said back
_MISHEARD = 0.85  # likeness from which a word counts as a cue: county is count, father is not faster
_COMMAND = 12  # words: more are no misheard command, and comparing them would take its time
_HELP = "Say help to hear what I can do."
_QUESTIONS = frozenset({"what", "who", "where", "when", "why", "how", "which"})


class Reply(msgspec.Struct, frozen=True):
    """An answer, a sentence each, and how it is to be spoken."""

    sentences: tuple[str, ...]
    delivery: Delivery = Delivery()


Ability = Callable[[Question, Said], Reply]
AWAY = "The language model of this server cannot be reached at the moment."
INSTEAD = "Until it is back I stand in for it, and I am only a list of rules."


def reply(question: Question) -> Reply:
    """The answer to `question`: the same question has the same answer. Raises EngineFailed, see `smalltalk.respond`.

    Where the guide stands in for a language model, it says so in the first of the answers that it gives in a row.
    """
    found = _reply(question)
    if not question.stands_in:
        return found
    notice = () if question.facts.stood_in else (AWAY, INSTEAD)
    return Reply((*notice, *found.sentences), msgspec.structs.replace(found.delivery, stands_in=True))


def _reply(question: Question) -> Reply:
    ability, said = _asked(plain(question.text).lower().split())
    found = ability(question, said)
    if question.history or re.split("[-_]", question.language.lower())[0] in ("", "en"):
        return found
    return Reply(("I speak only English.", *found.sentences), found.delivery)


def plain(text: str, most: int = _LONGEST) -> str:
    """The first `most` words of `text` and nothing else: no mark-up, no punctuation, no line ends."""
    return " ".join(_WORD.findall(text[:_LONGEST].replace("’", "'"))[:most])


def _asked(words: list[str]) -> tuple[Ability, Said]:
    """The ability that the words ask for, and the words, with the cue in place of one that was misheard."""
    said = frozenset(words)
    if asked := [(cue, ability) for cue, ability in _CUES if cue <= said]:
        return max(asked, key=lambda found: len(found[0]))[1], said
    for word in words if len(words) <= _COMMAND else ():
        for near in difflib.get_close_matches(word, _LONG_CUES, n=1, cutoff=_MISHEARD):
            return _LONG_CUES[near], said - {word} | {near}
    return _otherwise, said


def _quote(text: str) -> str:
    """Words of a person as they can be said back, cut where they are many."""
    short = plain(text, _QUOTED)
    return f"{short}, and so on" if len(short) < len(plain(text)) else short


def _name(question: Question) -> str:
    return plain(question.name, 4)


# ---- abilities


def _count(question: Question, said: Said) -> Reply:
    return Reply(
        (
            "I count to twenty, and you can interrupt me at any time: just speak.",
            "One, two, three, four.",
            "Five, six, seven, eight.",
            "Nine, ten, eleven, twelve, and you may still interrupt me.",
            "Thirteen, fourteen, fifteen, sixteen.",
            "Seventeen, eighteen, nineteen, twenty.",
            "If you hear this, nobody interrupted me.",
        ),
        _delivery(said),
    )


def _interruption(question: Question, said: Said) -> Reply:
    heard = plain(question.facts.cut_after).split()
    if not heard:
        return Reply(("My last answer was not interrupted.", "Say count, and then speak while I am counting."))
    last = " ".join(heard[-6:])
    return Reply((f"You interrupted me after: {last}.", "I stopped there, and I know that you heard no more."))


def _hearing(question: Question, said: Said) -> Reply:
    now = f"These words reached me: {_quote(question.text)}."
    if not question.history or not (before := _quote(question.history[-1].said)):
        return Reply((now, "They are the first in this conversation."))
    return Reply((now, f"And before that: {before}."))


def _latency(question: Question, said: Said) -> Reply:
    ms = question.facts.first_audio_ms
    if ms < 0:
        return Reply(("I have not measured an answer yet.", "Ask me again, and I can tell you about this one."))
    took = f"{ms} milliseconds" if ms < 1000 else f"{ms / 1000:.1f} seconds"
    return Reply((f"From the end of your words to the first sound of my last answer it took {took}.",))


def _voice(question: Question, said: Said) -> Reply:
    delivery = _delivery(said)
    if said & {"loud", "louder", "quiet", "quieter", "volume"}:
        return Reply(("I cannot change how loud I am, only you can.", "But I can speak faster or slower."))
    if delivery.speed:
        how = "faster" if delivery.speed > 1 else "slower"
        return Reply((f"Now I speak {how}.", "My next answer has the usual speed again."), delivery)
    voice = delivery.voice or FEMALE
    return Reply(
        (f"This is my {'male' if voice == MALE else 'female'} voice.", "My next answer has the usual one again."),
        Delivery(voice=voice),
    )


def _delivery(said: Said) -> Delivery:
    """The voice and the speed that are asked for along with something else, as in "count slower"."""
    slower, faster = not said.isdisjoint(_SLOWER), not said.isdisjoint(_FASTER)
    if "too" in said:
        slower, faster = faster, slower
    speed = SLOW if slower else FAST if faster else 0.0
    voice = MALE if said & _MALE else FEMALE if said & _FEMALE else ""
    return Delivery(voice=voice, speed=speed)


def _model(question: Question, said: Said) -> Reply:
    return Reply(
        (
            "Put the key of a provider, such as OpenAI, into the settings of the server, or start Ollama beside it.",
            "Then a real language model answers here instead of me.",
            "Until then I stand in, and a warning in your session update says so.",
        )
    )


def _help(question: Question, said: Said) -> Reply:
    return Reply(
        (
            "Say count, and interrupt me while I am counting.",
            "Ask what I heard, how fast I was, or for another voice, slower or faster.",
            "Or ask how to plug in a real model.",
        )
    )


def _identity(question: Question, said: Said) -> Reply:
    name = _name(question)
    return Reply(
        (
            f"I am {name}, the guide of this server." if name else "I am the guide of this server.",
            "I am no language model and no artificial intelligence, only a list of rules.",
            _HELP,
        )
    )


def _greeting(question: Question, said: Said) -> Reply:
    return Reply((f"Hello, I am {_name(question) or 'the guide'}.", _HELP))


def _wellbeing(question: Question, said: Said) -> Reply:
    return Reply(("I am only rules, and all of them are well, thank you.", "How are you?"))


def _thanks(question: Question, said: Said) -> Reply:
    return Reply(("You are welcome.",))


def _goodbye(question: Question, said: Said) -> Reply:
    return Reply(("Goodbye, and thank you for talking with me.",))


def _distress(question: Question, said: Said) -> Reply:
    # Small talk would turn these words into a question about them.
    return Reply(("I am only a list of rules and cannot help with that.", "Please talk to somebody you trust now."))


def _otherwise(question: Question, said: Said) -> Reply:
    """The answer to words that ask for no ability."""
    if not said:
        return Reply(("I did not hear any words.", "Could you say that again?", _HELP))
    if question.facts.cut_after:
        return _interruption(question, said)
    if talk := smalltalk.respond(plain(question.text, _QUOTED), question.facts.turn):
        return Reply((talk,))
    if said & _QUESTIONS:
        return Reply(("I do not know that, because I am no language model.", "Ask me how to plug in a real model."))
    return Reply(("I did not understand that.", "Could you say it in other words?", _HELP))


_SLOWER = frozenset({"slow", "slower", "slowly"})
_FASTER = frozenset({"fast", "faster", "speed", "quicker"})
_MALE = frozenset({"male", "man", "mail", "deep", "deeper"})
_FEMALE = frozenset({"female", "woman", "women", "girl"})

_ABILITIES: tuple[tuple[Ability, str], ...] = (
    (_distress, "suicide, suicidal, kill myself, killing myself, hurt myself, want die"),
    (_interruption, "interrupt, interrupted, interruption, stop, stopped, cut off, how far, where were, where was"),
    (_count, "count, counts, counting, counted, counter, county, country, account, mount, numbers, one two three"),
    (_hearing, "hear, heard, heart, repeat, repeated, again, say again, what said, did here"),
    (
        _latency,
        "how fast, how quick, how quickly, how long, fast, quick, quickly, latency, delay, milliseconds, response time",
    ),
    (
        _voice,
        "voice, voices, boys, speak fast, talk fast, too fast, slow, slower, slowly, faster, speed, quicker, "
        "male, female, woman, loud, louder, quieter, volume",
    ),
    (
        _model,
        "model, models, real model, plug, plug in, connect, openai, open ai, ollama, llama, gpt, chatgpt, "
        "configure, configuration, settings, install, setup, set up, key, api, provider",
    ),
    (_help, "help, helped, held, can do, what can you, show me, commands"),
    (_wellbeing, "how are you"),
    (
        _identity,
        "what are you, who are you, who are, are you, your name, what's your name, are you human, are you real, ai, "
        "robot, chatbot, artificial, intelligence",
    ),
    (_greeting, "hello, hallo, hullo, hi, hey, good morning, good evening, good afternoon, are you there"),
    (_thanks, "thank, thanks, thank you"),
    (_goodbye, "bye, goodbye, good bye, see you later"),
)
_CUES = tuple((frozenset(cue.split()), ability) for ability, cues in _ABILITIES for cue in cues.split(", "))
_LONG_CUES = {word: ability for cue, ability in _CUES if len(cue) == 1 for word in cue if len(word) >= 5}
