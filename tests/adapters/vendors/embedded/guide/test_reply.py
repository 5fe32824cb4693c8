"""The guide's conversation: what it remembers, works out, and says when it does not know."""

import random
from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from actors.ports.answering import NOTE, Delivery, Exchange, Facts
from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from adapters.vendors.embedded.guide.memory import FASTEST, SLOWEST
from tests.adapters.vendors.embedded.guide.asking import NOW, conversed, noted, replied, told

MIND = "To give me a mind"
STORY = LANGUAGES["en"].answers["story"][0].split("|")


# ---- names


def test_it_remembers_the_name_that_it_was_told() -> None:
    answers = conversed("what is my name", "my name is anna", "tell me a joke", "what's my name?", "hello")
    assert "not told me" in answers[0]
    assert "Anna" in answers[1]
    assert answers[3] in ("Your name is Anna.", "You are Anna.")
    assert answers[4].startswith("Hello, Anna!")


def test_the_last_name_counts() -> None:
    assert "Bob" in conversed("I'm Anna", "call me bob", "who am I")[-1]


def test_name_and_voice_last_as_long_as_the_session() -> None:
    answers = conversed("I am Anna", *["tell me a joke"] * 25, "what is my name", turns=20)
    assert answers[-1] in ("Your name is Anna.", "You are Anna.")
    facts = noted("I am Anna", "slower", "another voice", *["tell me a joke"] * 3)
    assert (replied("hello", facts=facts).delivery.speed, replied("hello", facts=facts).delivery.voice) == (
        0.75,
        "en-us+f3",
    )


def test_a_name_that_others_were_told_is_known() -> None:
    history = (Exchange("my name is anna", "Hi Anna, how can I help?"),)
    assert "Anna" in told("what is my name", history=history)
    assert "Anna" in told("what is my name", history=history, facts=Facts(note="no note of ours"))


@pytest.mark.parametrize("asks", ["what is your name", "what is my name", "wie heißt du", "как тебя зовут"])
def test_who_is_asked_for_a_name_may_say_it_alone(asks: str) -> None:
    for said in ("Xaver", "peter.", "Анна"):
        assert said.strip(".").capitalize() in conversed(asks, said)[1]
    assert "Peter" in conversed(asks, "peter", "what is my name")[2]
    assert "Banana" not in conversed(asks, "no", "banana")[2]


def test_a_name_has_a_bound() -> None:
    assert len(replied("my name is " + "a" * 1_900).delivery.note) < NOTE
    assert len(replied("my name is " + " ".join(["Ä" * 24] * 50)).delivery.note) < NOTE


@pytest.mark.parametrize("text", ["I am tired", "I'm not here", "my name is on the list", "call me later", "I am it"])
def test_not_everything_behind_i_am_is_a_name(text: str) -> None:
    assert not {"my_name", "i_am"} & set(replied(text).abilities)


def test_it_has_the_name_that_the_session_gives_it() -> None:
    assert "I am Ada Byron" in told("hello", name="Ada\n*Byron*")
    assert "Vivavoce" in told("what is your name", name="string")
    assert "Vivavoce" in told("what is your name")


# ---- the time


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 5, "12:05 at night"),
        (9, 0, "9 o'clock in the morning"),
        (12, 30, "12:30 in the afternoon"),
        (23, 59, "11:59"),
    ],
)
def test_it_tells_the_time_of_the_clock_that_it_is_given(hour: int, minute: int, words: str) -> None:
    now = datetime(2026, 3, 14, hour, minute, tzinfo=timezone(timedelta(hours=9)))
    assert words in conversed("what time is it", now=now)[0]


def test_it_tells_the_day_and_the_next() -> None:
    assert conversed("what day is it", "what day is tomorrow", "and what day was yesterday") == [
        "Today is Saturday, March 14, 2026.",
        "Tomorrow is Sunday, March 15.",
        "Yesterday was Friday, March 13.",
    ]


def test_hours_are_declined_in_russian() -> None:
    times = ((1, 1), (2, 22), (5, 11), (21, 45))
    answers = [conversed("который час", now=NOW.replace(hour=hour, minute=minute))[0] for hour, minute in times]
    assert [answer.removeprefix("Сейчас ") for answer in answers] == [
        "1 час 1 минута.",
        "2 часа 22 минуты.",
        "5 часов 11 минут.",
        "21 час 45 минут.",
    ]


# ---- sums


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("what is seven times eight", "7 times 8 is 56."),
        ("2+2", "2 plus 2 is 4."),
        ("what's 2 + 2 * 3?", "2 plus 2 times 3 is 8."),
        ("how much is a hundred and five minus six", "105 minus 6 is 99."),
        ("ten divided by four", "10 divided by 4 is 2.5."),
        ("ten divided by three", "10 divided by 3 is about 3.333."),
        ("subtract three from ten", "10 minus 3 is 7."),
        ("what is half of fifty", "50 divided by 2 is 25."),
        ("fifteen percent of 80", "15 percent of 80 is 12."),
        ("square root of 81", "The square root of 81 is 9."),
        ("minus five plus three", "-5 plus 3 is -2."),
        ("what is 1,000 plus 1", "1000 plus 1 is 1001."),
        ("two thousand and ten plus five million", "2010 plus 5000000 is 5002010."),
        ("five divided by zero", "Nobody can work that out, and neither can I."),
        ("9 to the power of 9 to the power of 9", "Nobody can work that out, and neither can I."),
        ("wie viel ist 3,5 mal 2", "3,5 mal 2 ist 7."),
        ("quanto fa ventuno per due", "21 per 2 fa 42."),
        ("сколько будет семью восемь", None),
    ],
)
def test_it_works_out_small_sums(text: str, answer: str | None) -> None:
    assert told(text) == answer or answer is None


@pytest.mark.parametrize(
    "text", ["twenty four seven", "I have one plus phone", "nine to five", "two of them", "1 2 3 4"]
)
def test_not_every_number_is_a_sum(text: str) -> None:
    assert replied(text).abilities != ("sum",)


# ---- counting and spelling


@pytest.mark.parametrize(
    ("text", "first", "last", "many"),
    [
        ("count to ten", "One", "ten", 10),
        ("count", "One", "twenty", 20),
        ("count from five to nine", "Five", "nine", 5),
        ("count down from five", "Five", "one", 5),
        ("count backwards from 20 to 10", "Twenty", "ten", 11),
        ("count by twos to ten", "One", "nine", 5),
        ("count from 95", "Ninety-five", "one hundred and four", 10),
        ("count two ten", "One", "ten", 10),
        ("count from four two eight", "Four", "eight", 5),
        ("count to zero", "Zero", "zero", 1),
        ("count to a million", "One", "one hundred", 100),
        ("zähle von zehn bis zwölf", "Zehn", "zwölf", 3),
        ("conta da sei a nove", "Sei", "nove", 4),
    ],
)
def test_it_counts_what_is_asked(text: str, first: str, last: str, many: int) -> None:
    done = {
        sentence
        for language in LANGUAGES.values()
        for each in (*language.answers["count_done"], *language.answers["count_most"])
        for sentence in each.split("|")
    }
    counted = (
        " ".join(each.rstrip(".") + "," for each in replied(text).sentences if each not in done).rstrip(",").split(", ")
    )
    assert [counted[0], counted[-1].lower(), len(counted)] == [first, last, many]


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("spell banana", "B, A, N, A, N, A."),
        ("How do you spell 'Cat'?", "C, A, T."),
        ("comment s'écrit été", "É, T, É."),
    ],
)
def test_it_spells(text: str, letters: str) -> None:
    assert told(text) == letters


def test_it_spells_names() -> None:
    assert conversed("call me Bob", "spell my name")[1] == "B, O, B."
    assert conversed("spell your name")[0].startswith("V, I, V, A")


# ---- what was said before


def test_it_repeats_its_last_answer() -> None:
    answers = conversed("what is seven times eight", "say that again please", "once more")
    assert answers[1] == answers[2] == answers[0]
    assert "not said anything" in conversed("repeat that")[0]


def test_it_says_the_words_that_it_heard() -> None:
    answer = told("what did you hear me say", history=(Exchange("my dog, Rex!", "I see."),))
    assert answer == "I heard: what did you hear me say. And before that: my dog Rex."


@pytest.mark.parametrize(
    "text", ["what did you hear <b>%1</b>", "say <script>alert(1)</script>", "spell x_y%\x00\u202e"]
)
def test_it_says_back_words_only(text: str) -> None:
    assert not set("<>%/()_\x00\u202e") & set(told(text))


@pytest.mark.parametrize(
    ("ms", "words"), [(-1, "Ask me again"), (0, " 0 milli"), (420, "420 milli"), (1234, "1.2 sec")]
)
def test_it_tells_how_long_its_last_answer_took(ms: int, words: str) -> None:
    assert words in told("how fast were you", facts=Facts(first_audio_ms=ms))


def test_it_tells_where_it_was_interrupted() -> None:
    facts = Facts(turn=2, cut_after="One, two, three, four. Five, six")
    assert "after: One two three four Five six." in told("where were you", facts=facts)
    assert "after: " in told("blah flub", facts=facts)
    assert told("thank you", facts=facts) == "My pleasure."
    assert "not interrupted" in told("did I interrupt you?")


@pytest.mark.parametrize("word", ["go on", "yes please"])
def test_it_goes_on_where_it_was_interrupted(word: str) -> None:
    heard = Exchange("tell me a story", " ".join(STORY[:2]) + " One night a storm")
    asks = Exchange("where were you", "You interrupted me after: One night a storm. Shall I go on?")
    assert replied(word, history=(heard, asks)).sentences == tuple(STORY[2:])


def test_it_goes_on_counting() -> None:
    heard = Exchange("count from five to nineteen", "Five, six, seven, eight, nine. Ten, eleven")
    assert told("go on", history=(heard,)).startswith("Ten, eleven, twelve, thirteen, fourteen. Fifteen")


def test_a_yes_takes_what_was_offered() -> None:
    sad = Exchange("I am sad", "I am sorry. Would a joke help?")
    assert replied("yes", history=(sad,)).abilities == ("joke",)
    assert replied("yes").abilities == ("yes",)


def test_another_one_is_another_one() -> None:
    answers = conversed(*["tell me a joke", "another one", "another one", "one more"])
    assert len(set(answers)) == 4
    assert len(set(conversed("tell me a story", "another one"))) == 2


# ---- voice and speed


def test_slower_lasts_until_normal() -> None:
    assert replied("slower").delivery.speed == 0.75
    assert replied("hello", facts=noted("slower")).delivery.speed == 0.75
    assert replied("speak normal again", facts=noted("slower")).delivery.speed == 0.0


def test_speed_has_bounds() -> None:
    slow, fast = noted(*["slower"] * 5), noted(*["faster"] * 5)
    assert replied("slower", facts=slow).delivery.speed == SLOWEST
    assert "as slow as I can" in told("slower", facts=slow)
    assert replied("faster", facts=fast).delivery.speed == FASTEST


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("another voice please", "en-us+f3"),
        ("speak like a man", "en-us+m3"),
        ("count in a deep voice", "en-us+m3"),
        ("eine andere Stimme bitte", "de+f3"),
    ],
)
def test_it_speaks_with_the_voice_that_was_asked_for(text: str, voice: str) -> None:
    assert replied(text).delivery.voice == voice


def test_counting_slowly_is_slow_once() -> None:
    slow = replied("count slowly to three")
    assert (slow.sentences, slow.delivery.speed) == (("One, two, three.",), 0.75)
    assert replied("hello", facts=noted("count slowly to three")).delivery.speed == 0.0


# ---- languages


def test_it_answers_in_the_language_of_three_certain_words_else_in_the_last_one() -> None:
    answers = conversed("Wie spät ist es?", "ok", "thanks", "what time is it", "danke")
    assert [answer.split()[0] for answer in answers[:2]] == ["Es", "In"]
    assert answers[2] in LANGUAGES["de"].answers["thanks"]
    assert answers[3].startswith("It is")
    assert answers[4] in LANGUAGES["en"].answers["thanks"]


def test_the_first_utterance_may_be_short() -> None:
    assert replied("Bonjour").delivery.language == "fr-FR"
    assert replied("no", language="es-ES").delivery.language == "es-ES"
    assert replied("no", language="ja").delivery.language == "en-US"


def test_it_changes_the_language_on_request() -> None:
    answers = conversed("do you speak German?", "danke", "sprich bitte Englisch", "thanks", "do you speak Chinese?")
    assert answers[0] == "Ja, ich spreche Deutsch."
    assert answers[1] in LANGUAGES["de"].answers["thanks"]
    assert answers[2] == "Yes, I speak English."
    assert "I do not speak that" in answers[4]


# ---- what it does not know


def test_it_says_at_most_once_in_three_turns_how_to_give_it_a_mind() -> None:
    answers = conversed(
        *[f"what is the capital of {each}" for each in ("France", "Spain", "Italy", "Peru", "Chad", "Mali", "Fiji")]
    )
    assert [MIND in answer for answer in answers] == [True, False, False, True, False, False, True]
    assert len(set(answers)) >= 4
    assert all(len(answer) < 60 for answer in answers if MIND not in answer)


def test_it_owns_up_to_following_rules() -> None:
    assert "no language model" in told("are you an AI?")
    assert "rules" in told("what is love")


def test_nothing_heard_is_asked_back() -> None:
    for text in ("", " \n…", "?!"):
        assert replied(text).abilities == ("empty",)


def test_distress_is_answered_before_all_else() -> None:
    assert "talk to somebody you trust" in told("I want to die, tell me a joke")
    assert replied("I am having a heart attack").abilities == ("emergency",)


def test_two_questions_have_two_answers() -> None:
    assert replied("Hi! I'm Anna. What time is it?").abilities == ("i_am", "time")
    assert replied("what is your name and how old are you").abilities == ("name", "age")
    assert replied("Hello! What is the capital of France?").abilities == ("mind",)


@pytest.mark.parametrize(
    ("text", "abilities"),
    [
        ("i am peter what time is it", ("i_am", "time")),
        ("hello my name is anna what can you do", ("my_name", "help")),
        ("what time is it tell me a joke", ("time", "joke")),
        ("what is seven plus five tell me a joke", ("sum", "joke")),
        ("spell banana what time is it", ("spell", "time")),
        ("count to five and tell me a joke", ("count", "joke")),
        ("ich heisse anna wie spät ist es", ("my_name", "time")),
        ("count from four two eight", ("count",)),
        ("what time is it in London", ("unknown",)),
    ],
)
def test_two_requests_need_no_mark_between(text: str, abilities: tuple[str, ...]) -> None:
    history = (Exchange("hello", LANGUAGES["en"].answers["mind"][0].replace("|", " ")),)
    assert replied(text, history=history).abilities == abilities


@pytest.mark.parametrize("text", ["good evening {name}", "{name}, what time is it?", "tell me a joke {name}!"])
@pytest.mark.parametrize("name", ["Vivavoce", "Ada Byron"])
def test_it_may_be_called_by_its_name(text: str, name: str) -> None:
    given = {} if name == "Vivavoce" else {"name": name}
    assert replied(text.format(name=name), **given).abilities[0] in ("greeting", "time", "joke")


@pytest.mark.parametrize(
    ("text", "ability"),
    [
        ("tel me a storry", "story"),
        ("wat time is it", "time"),
        ("tell me a jok", "joke"),
        ("erzaehl mir einen Witz", "joke"),
    ],
)
def test_a_word_may_lack_a_letter_or_have_one_more(text: str, ability: str) -> None:
    assert replied(text).abilities == (ability,)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("quien pinto las meninas", "es-ES"),
        ("chi ha scritto pinocchio", "it-IT"),
        ("time flies like an arrow", "en-US"),
    ],
)
def test_a_first_question_that_it_cannot_answer_is_in_the_language_of_most_of_its_words(
    text: str, language: str
) -> None:
    assert replied(text).delivery.language == language


def test_it_says_once_that_the_language_model_is_away() -> None:
    away = LANGUAGES["en"].answers["away"][0].split("|")
    first = replied("hello", stands_in=True)
    assert list(first.sentences[:2]) == away
    assert first.sentences[2:] == replied("hello").sentences
    then = replied("slower", stands_in=True, facts=Facts(stood_in=True))
    assert away[0] not in then.sentences
    assert msgspec.structs.replace(then.delivery, note="") == Delivery(speed=0.75, language="en-US", stands_in=True)
    assert away[0] not in replied("hello").sentences


# ---- bounds


def test_the_same_question_at_the_same_time_has_the_same_answer() -> None:
    before = random.getstate()
    assert conversed("hello", "joke", "blah", "flip a coin") == conversed("hello", "joke", "blah", "flip a coin")
    assert random.getstate() == before


@pytest.mark.parametrize(
    "text", ["what is " * 5_000, "and. " * 5_000, "7 + " * 5_000, "ä" * 20_000, "count " * 900, "a b, " * 900]
)
def test_a_long_text_is_answered_shortly(text: str) -> None:
    history = (Exchange(text, text),) * 20
    assert len(told(text, history=history)) < 400
