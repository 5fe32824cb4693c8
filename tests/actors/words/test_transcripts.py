"""The speech in a transcript: notes of silence, noise and music are none, in any language."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from actors.deciding.limits import Limits
from actors.words.transcripts import words_of
from protocol.messages import ResponseStarted, TranscribeDelta, TranscribeDone
from tests.harness import serving, state
from tests.lag import MOST_GROWTH, growth
from tests.scripted import Act, ScriptedEngines

NOTES = (
    "[BLANK_AUDIO]", "(soft music)", "*coughs*", "**laughs**", "* coughs *", "♪ la la la ♪", "♪", "♪♪ hm ♪♪",
    "<|nospeech|>", "<noise>", "【音楽】", "（笑）", "{inaudible}", "[ Silence ]", "((music))", "[(x) y]", "(موسيقى)",
    "🎵 la 🎵", "♪ not closed", "(123)",
)  # fmt: skip
WORDLESS = ("", ". . .", "…", "?!", "—", "👍", " \n", "- -", "。", "* * *", "()", "«»")
WORDS = (
    "123", "C++", "はい", "…なに", "a", "5", "½", "Да.", "안녕", "f(x) is it", "(555) 123-4567", "2*3*4", "A* and B*",
    "2 * x * 3", "person(s)", "a[0]", "«Да»", "5 < 6", "《红楼梦》", "no_case",
)  # fmt: skip
MARKS = ("(", "(a", "((a)", "[a ", "<", "<|", "<|a", "*", "*a ", "* a ", "♪", "♪ a", " ", "\n", "a(", "(a)[b]", "()")


@pytest.mark.parametrize("text", [*NOTES, *WORDLESS])
def test_a_transcript_without_words_is_none(text: str) -> None:
    assert words_of(text) == ""
    assert words_of(f"  {text}.\n") == ""
    assert words_of(text, is_whole=False) == ""


@pytest.mark.parametrize("first", NOTES[:-2])
@pytest.mark.parametrize("between", [" ", " - ", ". ", ", ", "\n", "…"])
def test_several_notes_are_none_either(first: str, between: str) -> None:
    assert words_of(between.join([first, "[x]", "(soft music)"])) == ""


@pytest.mark.parametrize("text", WORDS)
def test_words_stay_as_they_are(text: str) -> None:
    assert words_of(f" {text} ") == text
    assert words_of(text, is_whole=False) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(laughs) well, yes", "well, yes"),
        ("(laughs), yes", "yes"),
        ("Well (laughs), yes.", "Well, yes."),
        ("I said [pause] no", "I said no"),
        ("*sighs* Fine. *sighs*", "Fine."),
        ("♪ la la ♪ Hello. ♪ la ♪ Bye.", "Hello. Bye."),
        ("<|zh|><|NEUTRAL|>你好", "你好"),
        ("はい（笑）", "はい"),
        ("…(coughs) なに", "… なに"),
        ("(555) 123 (noise)", "(555) 123"),
    ],
)
def test_of_notes_beside_words_only_the_words_stay(text: str, words: str) -> None:
    assert words_of(text) == words
    assert words_of(words) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", ""), ("[BLA", ""), ("(soft mus", ""), ("<|no", ""), ("<", ""), ("*cou", ""), ("♪ la", ""),
        ("Hello (la", "Hello"), ("(soft music) we", "we"), ("well, 5 < 6", "well, 5 < 6"), ("two * thr", "two * thr"),
    ],
)  # fmt: skip
def test_a_note_that_is_still_being_written_is_one_already(text: str, words: str) -> None:
    assert words_of(text, is_whole=False) == words


def test_what_is_not_closed_at_the_end_was_said() -> None:
    assert words_of("(well, yes") == "(well, yes"


@given(st.text(alphabet="ab 1.,()[]{}<>|*♪（）【】…\n", max_size=60), st.booleans())
def test_it_never_adds_a_word_and_once_is_enough(text: str, is_whole: bool) -> None:
    words = words_of(text, is_whole=is_whole)
    assert sorted(filter(str.isalnum, words)) <= sorted(filter(str.isalnum, text)) or len(words) <= len(text)
    assert len(words) <= len(text)
    assert words == "" or any(map(str.isalnum, words))


@pytest.mark.parametrize("mark", MARKS)
def test_time_grows_with_the_length(mark: str) -> None:
    """Eight times the input costs at most twelve times the processor time."""

    def read(size: int) -> None:
        text = mark * (size // len(mark))
        words_of(text)
        words_of(text, is_whole=False)

    assert growth(read, 20_000) <= MOST_GROWTH


# ---- in a session


async def test_a_turn_without_words_ends_before_the_model(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.stt.script.acts += [Act(("[BLANK_AUDIO]",)), Act(("(laughs) ", "Hello."))]
    async with serving(engines) as server, server.joined() as client:
        await client.configure()
        await client.say()
        told = await client.until(state("handshaken"))
        [done] = [each for each in told if isinstance(each, TranscribeDelta | TranscribeDone | ResponseStarted)]
        assert isinstance(done, TranscribeDone)
        assert done.text == ""
        await client.say()
        told = await client.until(TranscribeDone)
        assert [each.text for each in told if isinstance(each, TranscribeDelta | TranscribeDone)] == ["Hello."] * 2


async def test_a_transcript_is_cut_at_its_bound_and_its_words_are_not_logged(
    clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    engines = ScriptedEngines()
    engines.stt.script.acts.append(Act(("secret " * 10,)))
    async with serving(engines, limits=Limits(text_chars=20)) as server, server.joined() as client:
        await client.configure()
        with caplog.at_level(logging.INFO):
            await client.say()
            told = await client.until(TranscribeDone)
    assert [each.text for each in told if isinstance(each, TranscribeDone)] == ["secret secret secret"[:20]]
    assert "cut at text_chars (20)" in caplog.text
    assert "secret" not in caplog.text
