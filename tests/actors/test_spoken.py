"""What is said of a text: each kind of mark by example, and properties that hold for any text."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.spoken import speakable

SNIPPETS = (
    "a B 1 é 你 हि م . , ! * ** _ __ ~~ ` ``` # > - 1. | [ ]( ) ![ ][ <b> </ > < \\ & = :// https://a.b/c www."
    " © № + --- @ ? 😀 👍🏽 👨\u200d👩\u200d👧 🇩🇪 1\ufe0f\u20e3 \u20e3 \u200d \u200c \u200b \ufe0f \x00 \ud800"
)
MARKED = st.lists(st.sampled_from([" ", "\n", *SNIPPETS.split(" ")]) | st.characters(), max_size=40).map("".join)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Salt & pepper, 5 > 3, 50% of $9.", "Salt & pepper, 5 > 3, 50% of $9."),
        ("C# and F#, #1 of @all", "C# and F#, #1 of @all"),
        ("  one\n two\t three\r\n", "one two three"),
    ],
)
def test_plain_text_stays_plain_text(written: str, said: str) -> None:
    assert speakable(written, "en") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("**Bold**, *it*, __b__, _i_, ~~s~~ and `code`.", "Bold, it, b, i, s and code."),
        ("这是**重点**内容", "这是重点内容"),
        ("**Hello.", "Hello."),
        ("World!** _ok", "World! ok"),
        ("snake_case, 2*3*4, 2 * 3, 2**8 and __init__", "snake_case, 2*3*4, 2 * 3, 2**8 and init"),
        (r"5 \* 3 \[x\]", "5 * 3 [x]"),
        ("H<sub>2</sub>O<br>and <b>more</b>", "H2O and more"),
    ],
)
def test_marks_around_words_go_and_marks_inside_words_stay(written: str, said: str) -> None:
    assert speakable(written, "en") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("* item", "item"),
        ("  - [x] done", "done"),
        ("12. item", "12. item"),
        ("## Title", "Title"),
        ("> > said", "said"),
        ("one\n---\ntwo", "one two"),
        ("```python\nprint(1)\n```", "print(1)"),
    ],
)
def test_marks_before_a_line_and_lines_of_marks_go(written: str, said: str) -> None:
    assert speakable(written, "en") == said


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Apfel, 3"), ("zh-CN", "Apfel，3"), ("ja", "Apfel、3"), ("ar", "Apfel، 3")]
)
def test_the_cells_of_a_table_are_listed_with_the_comma_of_the_language(language: str, said: str) -> None:
    assert speakable("|---|:-:|\n| Apfel | 3 |\n", language) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("https://example.org/x?y", "example.org"),
        ("See https://user:pw@www.example.org:8080/a.b?c=d#e, now.", "See example.org, now."),
        ("(<https://example.org/>)", "(example.org)"),
        ("请看https://example.org/a。谢谢", "请看example.org。谢谢"),
        ("a@example.org and example.org/x", "a@example.org and example.org/x"),
        ('[the site](https://example.org/a_(b) "title") ![a cat](cat.png) [b][1]', "the site a cat b"),
        ("Now](https://example.org) go", "Now go"),
    ],
)
def test_an_address_is_its_host_and_a_link_its_words(written: str, said: str) -> None:
    assert speakable(written, "en") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Hello 😀! 👍🏽 You 👨\u200d👩\u200d👧 there ❤️.", "Hello! You there."),
        ("🇩🇪 Hallo 🏴\U000e0067\U000e0062\U000e007f", "Hallo"),
        ("1️⃣ First #️⃣", "1 First"),
        ("25 °C, №5, ™ and © stay; → too", "25 °C, №5, ™ and © stay; → too"),
    ],
)
def test_emoji_go_and_symbols_that_are_read_stay(written: str, said: str) -> None:
    assert speakable(written, "en") == said


def test_invisible_characters_go_unless_they_shape_a_word() -> None:
    assert speakable("he\u200bl\u00adlo\ufeff \u202ethere\x07 you\ud800", "en") == "hello there you"
    assert speakable("a\u200db", "en") == "ab"
    assert speakable("می\u200cروم", "fa") == "می\u200cروم"


@pytest.mark.parametrize(
    "written", ["", " \n", "😀 👍🏽", "...", "---", "```\n", "* ", "|---|---|", "![](https://a.b/c)", "\u200b"]
)
def test_nothing_is_said_of_scraps(written: str) -> None:
    assert speakable(written, "en") == ""
    assert not speakable(written, "")


def test_a_digit_or_a_letter_is_enough_to_be_said() -> None:
    assert speakable("*5*", "")
    assert speakable("好", "")


@given(MARKED, st.sampled_from(["", "en", "zh", "ar"]))
def test_to_say_it_again_changes_nothing_and_it_is_one_line_of_bounded_length(text: str, language: str) -> None:
    said = speakable(text, language)
    assert speakable(said, language) == said
    assert len(said) <= 2 * len(text)
    assert not {unicodedata.category(character) for character in said} & {"Cc", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize(
    "unit", ["*", " ", "[", "__a ", "https://", "|a", "](", "- ", "😀 ", "<b ", "\\", "> ", "`", "[a](", "www."]
)
def test_a_hostile_text_takes_a_time_that_grows_with_its_length(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        begin = time.process_time()
        speakable(text, "en")
        return time.process_time() - begin

    assert seconds(100_000) < 30 * max(seconds(10_000), 0.005)
