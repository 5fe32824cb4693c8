"""The spoken text of a shown text: each kind of mark by example, and properties that hold for any text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.words.programtext import open_at
from actors.words.spoken import speakable
from tests.lag import MOST_GROWTH, growth

SNIPPETS = (
    "a B 1 é 你 हि م . , ! * ** _ __ ~~ ` ``` # > - 1. | [ ]( ) ![ ][ <b> </ > < \\ & = :// https://a.b/c www."
    " <br/> <break/> <b <i> a<b c>d <!-- --> <|x|> </s> &amp; &lt; & ; $ $x$ $5 \\( \\) \\frac {a}{b}"
    ' ^2 _1 { } { [1] 【1†s】 {"name": "arguments": <tool_call> </tool_call> <function=f> cite turn0search1 *args'
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
    "unit",
    [
        "*", " ", "[", "__a ", "https://", "|a", "](", "- ", "😀 ", "<b ", "\\", "> ", "`", "[a](", "www.", "<",
        "<!--", "<|",
        '<b a="', "<b a=b", "<break/>", "<script>", "<tool_call>", "[TOOL_CALLS]", '{"name":', '{"type":"', "{'id':'",
        "&", "&a",
        "$", "$a", "$5 ", "$$", "\\(", "\\frac{", "\\sqrt{{", "^{", "_{", "[1]", "[1,", "【1", "\ue200", "cite ",
        "turn0search1", " *a",
        "for <script> it is, ", "`<script>`", "`<", "in [TOOL_CALLS] it, ",
        "a<b>", "<i>x", "\\begin{a", "C:\\", "<｜", "&#1;",
    ],
)  # fmt: skip
def test_a_hostile_text_takes_a_time_that_grows_with_its_length(unit: str) -> None:
    assert growth(lambda length: speakable((unit * length)[:length], "en"), 5_000) <= MOST_GROWTH


# ---- what is no speech, and what looks so and is speech


@pytest.mark.parametrize(
    "written",
    [
        "If a<b then the value c>d is true.",
        "x < y and y > z", "3 > 2", "i <3 you", "a<b>c", "if (a<b) { return c>d; }", "1<2 and 4>3", "a <= b && c >= d",
        "List<String>", "Map<String, List<Integer>>", "Vec<u>", "x<p and q=r>y",
        "C:\\new", "C:\\times\\to\\alpha", "*args", "Use *args and **kwargs.", "def f(*items, **options)",
        "$5", "$5 and $10", "from $5-$10", "US$5 or US$6", "$HOME/$USER", "$5/month and $6/month",
        "AT&T", "Q&A; more", "x[0] = a[1]", "call f(x) and g[f(x)] in turn 3",
        "the list [1, 2, 3] has three", "We recite poems.",
        '{"name": "Ann", "age": 3}', "f(x) = {x: 1}", "A {name} in braces",
    ],
)  # fmt: skip
def test_what_looks_like_marks_and_is_none_is_said(written: str) -> None:
    assert speakable(written, "en") == written


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Hello!<|im_end|>", "Hello!"),
        ("<|start_header_id|>assistant<|end_header_id|>\n\nHi<|eot_id|>", "assistant Hi"),
        ("Yes.<｜end▁of▁sentence｜>", "Yes."),
        ("<s> Yes.</s>", "Yes."),
        ("[INST] Why? [/INST] Because.<end_of_turn>\n<eos>", "Why? Because."),
        ("one<|endoftext|>two", "one two"),
        ("a<0x0A>b<unused7><extra_id_3>", "a b"),
    ],
)
def test_special_tokens_are_not_said(written: str, said: str) -> None:
    assert speakable(written, "en") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Use the `<script>` tag, my friend. Then run it.", "Use the script tag, my friend. Then run it."),
        ("Put it in `<style>` or `</head>`.", "Put it in style or head."),
        ('The `<a href="x">` element.', "The a element."),
        ("Write `<!--` before it and `-->` behind it.", "Write before it and behind it."),
        ("`<tool_call>` begins it, and `<function=f>` too.", "tool_call begins it, and function=f too."),
        ("After `<|im_end|>`, `[INST]` and `[/INST]` come.", "After im_end, INST and INST come."),
    ],
)
def test_a_mark_that_is_code_by_itself_is_said_by_its_name(written: str, said: str) -> None:
    assert speakable(written, "en") == said
    assert open_at(written) == len(written)


@pytest.mark.parametrize(
    "written",
    [
        "Type <script> in HTML. Then go on.",
        "The <tool_call> tag, for instance, is one.",
        "The [TOOL_CALLS] token is a mark. It is.",
        "Write <style> or <script>, as you like.",
    ],
)
def test_a_mark_that_is_a_word_of_a_sentence_swallows_nothing_behind_it(written: str) -> None:
    assert speakable(written, "en") == written
    assert open_at(written) == len(written)


CALL = '{"name": "get_weather", "arguments": {"city": "Paris, {\\"x\\"}", "days": [1, 2]}}'


@pytest.mark.parametrize(
    "call",
    [
        CALL,
        f"[{CALL}, {CALL}]",
        f"```json\n{CALL}\n```",
        f"<tool_call>\n{CALL}\n</tool_call>",
        f"<tool_call>{CALL}",
        f"<function_calls><invoke name='x'>{CALL}</invoke></function_calls>",
        "<function=get_weather><parameter=city>Paris</parameter></function>",
        f"[TOOL_CALLS] [{CALL}]",
        '<|tool_call>call:get_weather{city:<|"|>Paris<|"|>}<tool_call|>',
        "[get_weather(city='Paris', days=2)]",
        f'{{"type": "function", "function": {CALL}}}',
        '{"tool": "x", "parameters": {}}',
        "{'name': 'x', 'arguments': {'a': 'it}'}}",
        '{"name": "get_weather", "arguments": {"city": ',
        f"<|python_tag|>{CALL}<|eom_id|>",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>x<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    ],
)
def test_calls_of_tools_are_not_said(call: str) -> None:
    assert speakable(call, "en") == ""
    assert speakable(f"Let me look.\n{call}", "en") == "Let me look."


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('<speak>Hello<break time="500ms"/>there.</speak>', "Hello, there."),
        ("Wait. <break strength='strong'/> <break/> Now. <break/>", "Wait. Now."),
        ("<prosody rate='slow' pitch=\"+2st\">Slow</prosody> <say-as interpret-as='date'>2026</say-as>", "Slow 2026"),
        ("<mstts:express-as style='cheerful'>Yes</mstts:express-as>", "Yes"),
        ('<?xml version="1.0"?><voice name="a"><p><s>One.</s><s>Two.</s></p></voice>', "One.Two."),
        ("a <!-- no -->b <![CDATA[c]]><script>x()</script>", "a b c"),
        ("Salt &amp; pepper &lt; &#36;5 &copy;&nbsp;me", "Salt & pepper < $5 © me"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("an <b>old</b> <i>one", "an old one"),
    ],
)
def test_of_markup_what_is_inside_is_said(written: str, said: str) -> None:
    assert speakable(written, "en") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("So $x^2$ costs $5.", "So x² costs $5."),
        (r"\frac{a}{b} and \frac{a+1}{\sqrt{b}}", "a/b and (a+1)/√b"),
        (r"\( E = mc^2 \) and \[ H_2O \]", "E = mc² and H2O"),
        (r"\[ \alpha \leq \pi \]", "α ≤ π"),
        (r"$$\int_0^\infty x\,dx$$", "∫0^∞ x dx"),
        (r"$90^\circ$, $n$ and $f(x) = 2x$", "90°, n and f(x) = 2x"),
        (r"\text{if } x \in A", "if x ∈ A"),
        (r"\begin{align} a &= b \\ c &= d \end{align}", "a = b c = d"),
    ],
)
def test_of_a_formula_what_can_be_said_is_said(written: str, said: str) -> None:
    assert speakable(written, "en") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Paris is big [1].", "Paris is big."),
        ("It is so[1][2], and[3, 4] so.", "It is so, and so."),
        ("Yes【4†source】, no【4:0†a.pdf】.", "Yes, no."),
        ("A note[^2] and [^n].", "A note and."),
        ("It rains (cite turn0search1).", "It rains."),
        ("It rains \ue200cite\ue202turn0search1\ue202turn0news4\ue201.", "It rains ."),
        ("It rains citeturn0search1turn1view2.", "It rains."),
        ("It rains (source: turn0search1) :contentReference[oaicite:0]{index=0}.", "It rains."),
    ],
)
def test_citations_are_not_said(written: str, said: str) -> None:
    assert speakable(written, "en") == said
