"""The guide and echo: what they say to which words, how it is written, and that nothing global is touched."""

import random

import msgspec
import pytest
import trio

from actors.ports.answering import Delivery, Exchange, Facts, LanguageModel, Question
from actors.ports.calls import EngineFailed, Retraction
from actors.ports.sound import Clip
from adapters.vendors.embedded import guide, smalltalk
from adapters.vendors.embedded.declaration import MODELS
from adapters.vendors.embedded.llm import Local
from protocol.audioformat import AudioFormat

CLIP = Clip(b"\0\0", AudioFormat("pcm16", 16_000))
BLANK = Question(
    text="",
    history=(),
    model="guide",
    prompt="",
    temperature=1.0,
    stop=(),
    max_token=0,
    name="",
    language="en-US",
    stream=True,
)


def asked(text: str, **given: object) -> Question:
    return msgspec.structs.replace(BLANK, text=text, **given)


def told(text: str, **given: object) -> str:
    return " ".join(guide.reply(asked(text, **given)).sentences)


async def written(question: Question) -> tuple[list[str], Delivery]:
    pieces: list[str] = []
    deliveries = [Delivery()]

    async def write(piece: str | Delivery | Retraction) -> None:
        assert not isinstance(piece, Retraction)
        if isinstance(piece, Delivery):
            assert not pieces, "a delivery comes before the words"
            deliveries.append(piece)
        else:
            pieces.append(piece)

    model: LanguageModel = Local()
    await model.answer(question, write)
    return pieces, deliveries[-1]


@pytest.mark.parametrize("text", ["Count!", "can you count for me", "start counting", "the county please", "a country"])
def test_counts_to_twenty_and_invites_an_interruption(text: str) -> None:
    answer = told(text)
    assert "interrupt me" in answer
    assert answer.index("One, two") < answer.index("eleven, twelve") < answer.index("twenty.")


@pytest.mark.parametrize("text", ["where were you", "how far did you get", "stop", "blah flub", "my dog is sick"])
def test_tells_where_it_was_interrupted(text: str) -> None:
    heard = Facts(turn=2, cut_after="just speak. One, two, three, four. Five, six")
    assert "You interrupted me after: One two three four Five six." in told(text, facts=heard)
    assert "after:" not in told(text)


def test_shows_another_ability_rather_than_speak_of_the_interruption() -> None:
    assert told("thank you", facts=Facts(cut_after="One, two")) == "You are welcome."


def test_does_not_claim_an_interruption_that_was_none() -> None:
    assert "was not interrupted" in told("did I interrupt you?")


@pytest.mark.parametrize("text", ["What did you hear?", "what have you heard", "say that again", "repeat", "heart it"])
def test_says_the_words_of_this_turn_and_of_the_last(text: str) -> None:
    answer = told(text, history=(Exchange("old words", ""), Exchange("my dog, Rex!", "I see.")))
    assert answer == f"These words reached me: {guide.plain(text)}. And before that: my dog Rex."


def test_says_that_nothing_was_said_before() -> None:
    assert "the first in this conversation" in told("what did you hear")


@pytest.mark.parametrize("text", ["how fast was that", "your late latency", "how long did it take", "quick quick"])
@pytest.mark.parametrize(
    ("ms", "words"), [(-1, "Ask me again"), (0, " 0 milli"), (420, "420 milliseconds"), (1234, "1.2 seconds")]
)
def test_tells_how_long_its_last_answer_took(text: str, ms: int, words: str) -> None:
    assert words in told(text, facts=Facts(first_audio_ms=ms))


@pytest.mark.parametrize(
    ("text", "voice", "speed"),
    [
        ("speak slower please", "", guide.SLOW),
        ("lower", "", guide.SLOW),
        ("that was too fast", "", guide.SLOW),
        ("you talk too slow", "", guide.FAST),
        ("talk faster", "", guide.FAST),
        ("another voice", guide.FEMALE, 0.0),
        ("change your boys", guide.FEMALE, 0.0),
        ("a mail voice", guide.MALE, 0.0),
        ("sound like a woman", guide.FEMALE, 0.0),
        ("count in a deep voice", guide.MALE, 0.0),
        ("count slowly", "", guide.SLOW),
        ("louder", "", 0.0),
    ],
)
def test_shows_the_voice_and_the_speed_that_it_was_asked_for(text: str, voice: str, speed: float) -> None:
    assert guide.reply(asked(text)).delivery == Delivery(voice=voice, speed=speed)


@pytest.mark.parametrize(
    "text", ["real model", "how do I plug you in", "open AI please", "o llama", "where is the key"]
)
def test_explains_how_to_plug_in_a_real_model(text: str) -> None:
    answer = told(text)
    assert all(word in answer for word in ("OpenAI", "session update", "settings", "warning"))


def test_says_once_that_the_language_model_is_away() -> None:
    first = guide.reply(asked("hello", stands_in=True)).sentences
    assert first[:2] == (guide.AWAY, guide.INSTEAD)
    assert first[2:] == guide.reply(asked("hello")).sentences
    then = guide.reply(asked("slower", stands_in=True, facts=Facts(stood_in=True)))
    assert guide.AWAY not in then.sentences
    assert then.delivery == Delivery(speed=guide.SLOW, stands_in=True)


def test_says_nothing_of_a_model_where_it_was_asked_itself() -> None:
    assert guide.AWAY not in told("hello")


@pytest.mark.parametrize("text", ["what are you", "who are you", "are you an AI?", "are you in a high", "a robot"])
def test_owns_up_to_being_no_language_model(text: str) -> None:
    assert "I am no language model" in told(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("help", "Say count"),
        ("held", "Say count"),
        ("Hi, what can you do?", "Say count"),
        ("hello", "Hello, I am the guide. "),
        ("hell oh", "Hello, "),
        ("how are you", "all of them are well"),
        ("thanks a lot", "You are welcome"),
        ("bye bye", "Goodbye"),
        ("I want to die", "somebody you trust"),
    ],
)
def test_keeps_company(text: str, words: str) -> None:
    assert words in told(text)


@pytest.mark.parametrize("text", ["hello", "your name"])
def test_gives_the_name_that_it_was_given(text: str) -> None:
    assert "I am Ada Byron" in told(text, name="Ada\n*Byron*")


def test_makes_small_talk_by_turns() -> None:
    answers = [told("My father loves my garden.", facts=Facts(turn=turn)) for turn in (1, 2, 3, 4)]
    assert answers[0] == "Why do you say that your father loves your garden?"
    assert answers[3] == answers[0]
    assert len(set(answers)) == 3


@pytest.mark.parametrize(
    "text", ["I need %1", "I need 5%x", "I need <script>alert(1)</script>", "I’m \x00\u202eodd_ %"]
)
def test_says_back_words_only(text: str) -> None:
    assert not set("<>%/()_\x00\u202e") & set(told(text) + told("repeat " + text))


def test_small_talk_answers_are_clean_for_every_pattern_and_turn() -> None:
    said = (
        "i need it",
        "i can't go",
        "i am sad",
        "i'm sad",
        "i think so",
        "yes",
        "it is so",
        "you are me",
        "i feel it",
    )
    answers = [smalltalk.respond(text, turn) for text in said for turn in range(5)]
    assert all(answer and not set("%-$") & set(answer) and "  " not in answer for answer in answers)


@pytest.mark.parametrize(("file", "name"), [("eliza.py", "missing"), ("missing.py", "pairs")])
def test_another_nltk_is_reported_with_what_to_do(file: str, name: str) -> None:
    with pytest.raises(EngineFailed, match="install the nltk release"):
        smalltalk._literal(file, name)


@pytest.mark.parametrize(("text", "words"), [("", "any words"), (" \n…", "any words"), ("blah flub", "not understand")])
def test_asks_back_and_hints_at_help(text: str, words: str) -> None:
    assert words in told(text)
    assert "Say help" in told(text)


def test_admits_that_it_knows_nothing_of_the_world() -> None:
    assert "I do not know that" in told("what is the capital of France")


def test_says_in_its_first_answer_that_it_speaks_only_english() -> None:
    assert told("hallo", language="de-DE").startswith("I speak only English. Hello")
    assert told("hallo", language="de-DE", history=(Exchange("a", "b"),)).startswith("Hello")
    assert told("hello", language="en_GB") == told("hello", language="") == told("hello")


def test_every_answer_but_counting_is_short() -> None:
    texts = ("help", "what are you", "model", "repeat " + "word " * 500, "voice", "why", "my " + "word " * 500)
    assert all(len(guide.reply(asked(text)).sentences) <= 3 and len(told(text)) < 300 for text in texts)


async def test_writes_a_sentence_a_piece_and_joins_them_by_one_space() -> None:
    pieces, _ = await written(asked("count"))
    assert len(pieces) == 7
    assert "".join(pieces) == told("count")
    assert "  " not in told("count")


async def test_an_unknown_model_is_the_guide() -> None:
    assert "gpt-4o" not in MODELS
    assert await written(asked("help", model="gpt-4o")) == await written(asked("help"))


async def test_hands_on_how_it_wants_to_be_spoken() -> None:
    assert (await written(asked("slower")))[1] == Delivery(speed=guide.SLOW)


async def test_cancelling_ends_the_answer_between_two_sentences() -> None:
    pieces: list[str] = []
    with trio.CancelScope() as scope:

        async def write(piece: str | Delivery | Retraction) -> None:
            pieces.append(str(piece))
            scope.cancel()

        await Local().answer(asked("count"), write)
    assert scope.cancelled_caught
    assert len(pieces) == 1


async def test_echo_gives_the_words_and_the_voice_back() -> None:
    assert await written(asked("some, words", model="echo", clip=CLIP)) == (["some, words"], Delivery(clip=CLIP))


async def test_echo_of_a_typed_turn_is_left_to_the_synthesiser() -> None:
    assert await written(asked("some, words", model="echo")) == (["some, words"], Delivery())


def test_is_reproducible_and_leaves_the_global_random_generator_alone() -> None:
    before = random.getstate()
    answers = [told(text) for text in ("i feel good", "count", "blah", "my cat") * 2]
    assert random.getstate() == before
    assert answers[:4] == answers[4:]
