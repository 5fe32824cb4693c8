"""How an answer becomes parts in a turn: no word is lost or doubled, and nothing of the answer outlives the turn."""

import gc
from collections.abc import Iterable
from enum import Enum
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.deciding.events import Spoken
from actors.deciding.turn import Turn
from actors.ports.sound import Target
from actors.words.spoken import speakable
from protocol.audioformat import AudioFormat
from protocol.configuration import Configuration, merge, read_update
from tests.lag import MOST_GROWTH, growth
from tests.playbook import Playbook, answered, cancel, spoken, text, update, written

FRAGMENTS = [
    "Hello there", "It is 3.14", "z. B. so", "Dr. No", "**bold", "bold** it is", "_soft_", "`code`",
    "```\nx = 1\n```\n", "[a link](https://example.com/a?b=c)", "https://example.com/a.b", "😀", "👍🏽", "<br>", "\n",
    "\n\n", "- one\n", "1. one\n", "| a | b |\n", "---\n", "。", "你好吗？", "مرحبا؟", "नमस्ते।", "สวัสดีครับ", "Γεια; ",
    "「はい。」", "“Who?” he asked", "...", "…", "!", "? ", ". ", ", ", " ", "word " * 70,
    "\u200d", "\ufe0f", "&", "#", "***", "~~~\n",
]  # fmt: skip
LANGUAGES = ["en-US", "de-DE", "fr-FR", "el-GR", "th-TH", "zh-CN", "ja-JP", "ar-SA", "hi-IN", ""]
ENDLESS = "x" * 310
TEXTS = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join)
MP3 = Target(AudioFormat("mp3"))


def turn(language: str, *, writes: bool, ahead: int = 3) -> Turn:
    """A turn whose answer is spoken in several parts."""
    tts = {"responseType": "multiple", "languageCode": language}
    return Turn(1, merge(Configuration(), read_update({"LLM": {"stream": writes}, "TTS": tts})), ahead)


def cut(made: Turn, pieces: Iterable[str], sends: bool) -> None:
    """The answer is written; parts begin as soon as they may, and with `sends` are sent at once."""
    for piece in pieces:
        made.write(piece)
        _begin(made, sends)
    made.finish_text(made.remainder())
    _begin(made, sends)


def _begin(made: Turn, sends: bool) -> None:
    while made.parts.begin_next((), MP3) is not None:
        if sends:
            for number in range(len(made.parts)):
                made.parts.take(Spoken(1, number, {}))
            list(made.parts.due())


@given(
    st.lists(st.sampled_from([*FRAGMENTS, ENDLESS]), max_size=12).map("".join),
    st.lists(st.integers(0, 400), max_size=8),
    st.sampled_from(LANGUAGES),
    st.booleans(),
    st.booleans(),
    st.integers(1, 3),
)
def test_the_parts_joined_are_the_answer(
    whole: str, at: list[int], language: str, writes: bool, sends: bool, ahead: int
) -> None:
    edges = [0, *sorted(min(edge, len(whole)) for edge in at), len(whole)]
    made = turn(language, writes=writes, ahead=ahead)
    cut(made, [whole[begin:end] for begin, end in pairwise(edges)], sends)
    parts = [made.parts[number] for number in range(len(made.parts))]
    if not parts:
        assert speakable(whole, language) == ""
        return
    assert "".join(part.text for part in parts) == whole
    assert all(part.speech for part in parts[:-1]), "only the last part may be silent"
    assert parts[0].speech


def _letters(words: str) -> str:
    return "".join(filter(str.isalnum, words))


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_what_is_said_of_the_parts_is_what_is_said_of_the_whole(whole: str, language: str) -> None:
    made = turn(language, writes=False)
    cut(made, [whole], False)
    said = " ".join(made.parts[number].speech or "" for number in range(len(made.parts)))
    assert _letters(said) == _letters(speakable(whole, language))


CALL = '{\n "name": "search",\n "arguments": {"q": "Why so? Tell me. Now.",\n "n": 3}\n}'


@pytest.mark.parametrize(
    "aside",
    [
        CALL,
        f"<tool_call>\n{CALL}\n</tool_call>",
        f"\n```json\n{CALL}\n```\n",
        "<!-- Not said. Nor this.\n\nNor that. -->",
    ],
)
@pytest.mark.parametrize("size", [1, 5, 1_000])
@pytest.mark.parametrize("writes", [True, False])
def test_what_is_for_programs_is_said_in_no_part_wherever_the_text_is_cut(aside: str, size: int, writes: bool) -> None:
    made, whole = turn("en-US", writes=writes, ahead=16), f"I will look it up. One moment: {aside} There you are. So."
    cut(made, [whole[at : at + size] for at in range(0, len(whole), size)], sends=True)
    parts = [made.parts[number] for number in range(len(made.parts))]
    assert "".join(part.text for part in parts) == whole
    said = " ".join(filter(None, (part.speech for part in parts)))
    assert said == "I will look it up. One moment: There you are. So."


def test_what_cannot_be_said_is_looked_at_again_so_long_and_no_longer() -> None:
    made = turn("en-US", writes=True)
    for _ in range(500):
        made.write('{"name": a\n')
    assert len(made.parts) == 0
    made.write("There you are. So")
    assert made.parts[0].speech == "There you are."


def held(root: object) -> int:
    """The bytes of sound and words that can be reached from `root`."""
    seen: set[int] = set()
    left, size = [root], 0
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type | Enum) or callable(one):
            continue
        seen.add(id(one))
        size += len(one) if isinstance(one, bytes | bytearray | str) else 0
        left += gc.get_referents(one)
    return size


@pytest.mark.parametrize("ordered", [False, True])
def test_nothing_of_an_answer_is_kept_when_its_turn_is_over(ordered: bool) -> None:
    pb = Playbook()
    pb.skip() >> update(TTS={"responseType": "multiple", "isOrdered": ordered})
    pb.skip() >> text("Hello")
    before = held(vars(pb.conversation))
    pb.skip() >> written("One and one. Two and two. " * 100) >> answered()
    pb.skip() >> spoken(1.0, part=1)
    assert held(vars(pb.conversation)) > before + 2_000
    pb.skip() >> cancel()
    pb.skip() >> text("Once more")
    assert held(vars(pb.conversation)) < before + 100
    pb.skip()


@pytest.mark.parametrize("writes", [False, True], ids=["awaited whole", "as it is written"])
@pytest.mark.parametrize("unit", ["::", "😀. ", "<br>", "Mr. ", "漢。", "... a"])
def test_the_time_for_the_parts_of_an_answer_grows_with_its_length(unit: str, writes: bool) -> None:
    def work(size: int) -> None:
        cut(turn("en-US", writes=writes), [unit * 100] * (size // len(unit) // 100), sends=False)

    assert growth(work, 2_000) <= MOST_GROWTH


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_answers_without_a_word_lose_none_of_their_text(language: str) -> None:
    text = "😀. " * 3_000 + "Well. " + "<br>" * 2_000 + "So."
    made = turn(language, writes=True)
    cut(made, [text[:7_000], text[7_000:]], sends=True)
    assert made.text == text
    assert "".join(part.text for part in made.parts._parts) == text


def test_an_answer_that_is_taken_back_leaves_nothing_of_its_parts() -> None:
    made = turn("en-US", writes=False)
    made.write("Nobody hears this. And this neither. 😀")
    made.retract()
    cut(made, ["It is Tuesday. Good."], sends=False)
    assert [part.text for part in made.parts._parts] == ["It is Tuesday. ", "Good."]
