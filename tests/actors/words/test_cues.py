"""Cues in an answer: which tags there are, what they ask for, and that the pieces of a text make no difference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.words.cues import MOST_CUES, CueReader, PlacedCue, with_tags
from actors.words.cuetags import LONGEST, MOST_SECONDS, Cue, CueTags
from protocol.configuration import FACES, GESTURES

TAGS = CueTags((*FACES, "joy", "Thumbs up", "怒り"), GESTURES)
JOY = Cue("face", "joy")
WAVE = Cue("gesture", "wave")


def read(text: str, size: int = 10_000) -> tuple[str, list[PlacedCue]]:
    """The text without tags, and the cues, of a text that comes in pieces of `size` characters."""
    return joined(text[at : at + size] for at in range(0, len(text), size))


def joined(pieces: object) -> tuple[str, list[PlacedCue]]:
    reader, shown = CueReader(TAGS), ""
    cues: list[PlacedCue] = []
    out = [item for piece in pieces for item in reader.push(piece)]  # type: ignore[attr-defined]
    for item in [*out, *reader.finish()]:
        if isinstance(item, str):
            shown += item
        else:
            cues.append(PlacedCue(len(shown), *item))
    return shown, cues


def asked(text: str) -> list[Cue]:
    return [placed.cue for placed in read(text)[1]]


@pytest.mark.parametrize(
    ("written", "shown", "cues"),
    [
        ("[face:joy] Hello.", "Hello.", {0: JOY}),
        ("Hello. [face:joy] World [anim:wave].", "Hello. World.", {7: JOY, 12: WAVE}),
        ("Hello [anim:wave]", "Hello", {5: WAVE}),
        ("Hello! [joy]", "Hello!", {6: JOY}),
        ("Hi![joy]Nice", "Hi! Nice", {4: JOY}),
        ("[joy]Hello", "Hello", {0: JOY}),
        ("好。[joy]你", "好。你", {2: JOY}),
        ("Wait [pause:1]... what", "Wait... what", {4: Cue("pause", "", 1)}),
        ("Hello.\n\n[face:joy]\n\nBye", "Hello.\n\nBye", {8: JOY}),
        ("Hello. [face:joy]\nBye", "Hello.\nBye", {7: JOY}),
        ("\n[face:joy]\nBye", "Bye", {0: JOY}),
        ("[face:joy]", "", {0: JOY}),
        ("one [joy](smiling) two", "one [joy](smiling) two", {}),
    ],
)
def test_a_tag_is_in_no_text_and_keeps_its_place(written: str, shown: str, cues: dict[int, Cue]) -> None:
    text, placed = read(written)
    assert text == shown
    assert {index: cue for index, cue, _ in placed} == cues


@pytest.mark.parametrize(
    ("tag", "cue"),
    [
        ("[ FACE : Joy ]", JOY),
        ("[face=joy]", JOY),
        ('[face:"joy"]', JOY),
        ("[face:[joy]]", JOY),
        ("[[face:joy]]", JOY),
        ("[[joy]]", JOY),
        ("【face：joy】", JOY),
        ("[JOY]", JOY),
        ("[thumbs_up]", Cue("face", "Thumbs up")),
        ("[怒り]", Cue("face", "怒り")),
        ("[face:fury]", Cue("face", "fury")),
        ("[face:joy:2]", Cue("face", "joy", 2)),
        ("[face:joy, 2.5s]", Cue("face", "joy", 2.5)),
        ("[face:wave]", WAVE),
        ("[gesture:wave]", WAVE),
        ("[animation:wave]", WAVE),
        ("[anim:dance_1]", Cue("gesture", "dance_1")),
        ("[pause:1.5]", Cue("pause", "", 1.5)),
        ("[pause: 1,5 s]", Cue("pause", "", 1.5)),
        ("[pause:500ms]", Cue("pause", "", 0.5)),
        ("[pause:99999999]", Cue("pause", "", MOST_SECONDS)),
        ("[pause:short]", Cue("pause", "short")),
        ("[cue:lights off]", Cue("custom", "lights off")),
        ('<face name="joy"/>', JOY),
        ("<FACE name='Joy' >", JOY),
        ("<face name=joy seconds=2/>", Cue("face", "joy", 2)),
        ('<animation duration="500ms" name="wave" />', Cue("gesture", "wave", 0.5)),
        ('<pause seconds="2"/>', Cue("pause", "", 2)),
        ("<face:joy/>", JOY),
        ("<face>joy</face>", JOY),
    ],
)
def test_the_forms_of_a_tag(tag: str, cue: Cue) -> None:
    assert read(f"One {tag} two.") == ("One two.", [PlacedCue(4, cue, tag)])


def test_a_tag_may_ask_for_several_cues_and_is_remembered_once() -> None:
    tag = "[face:joy, anim:wave, 2s]"
    _, cues = read(f"{tag} Hi.")
    assert cues == [PlacedCue(0, JOY, tag), PlacedCue(0, WAVE._replace(seconds=2), "")]
    assert asked("[joy][nod] Hi [joy] [nod].") == [JOY, Cue("gesture", "nod")] * 2


@pytest.mark.parametrize(
    "text",
    [
        "[1], [see below] and [a link](https://example.com/[joy])",
        "[wave](https://example.com)",
        "![joy](joy.png)",
        "[nod][1]",
        "a[0] + a[joy] + x[i][joy]",
        "<b>bold</b> <face> <facebook name='x'> x < y, 3 <4",
        "`[face:joy]` is a tag; so is `x = [joy]`",
        "```\n[face:joy] [joy]\n```",
        "~~~py\n<face name='joy'/>\n~~~",
        "- [x] done [^1] [] [ ] [[",
        "[facet:joy] [interface: x] [Note: this] [smile]",
        "[face]",
        "[joy",
        "[fa",
        "<face",
        "face:joy",
        "[face:" + "x" * LONGEST + "]",
        "  two  spaces \n\n\n",
        " " * 100,
    ],
)
def test_what_is_no_tag_stays_letter_by_letter(text: str) -> None:
    for size in (1, 3, 10_000):
        assert read(text, size) == (text, [])


@pytest.mark.parametrize(
    ("text", "shown", "cues"),
    [
        ("End [face:jo", "End", []),
        ("End [face:joy", "End", [JOY]),
        ('End <face name="jo', "End", []),
        ("[face:joy Hello there, this one is never closed.", "Hello there, this one is never closed.", [JOY]),
        ("[face:happy\nHello", "Hello", [Cue("face", "happy")]),
        ("x</face> y", "x y", []),
        ("[face:!!] x", "x", []),
    ],
)
def test_a_tag_that_is_broken_is_not_spoken_either(text: str, shown: str, cues: list[Cue]) -> None:
    assert read(text)[0] == shown
    assert asked(text) == cues


def test_the_text_before_and_after_a_tag_does_not_wait_for_it() -> None:
    reader = CueReader(TAGS)
    assert "".join(map(str, reader.push("Hello, [fa"))) == "Hello,"
    assert "".join(map(str, reader.push("st] I am"))) == " [fast] I am"
    assert reader.push(" [face:joy]") == []
    assert reader.push(" h") == [" ", (JOY, "[face:joy]"), "h"]


def test_what_is_held_back_is_bounded() -> None:
    reader = CueReader(TAGS)
    for piece in ["[face: " + "a " * 500, "[joy]" * 50, " " * 500, "<face " + "a=b " * 500, "[[" * 200]:
        for letter in piece:
            reader.push(letter)
            assert len(reader._held) <= 2 * LONGEST
            assert len(reader._gap + reader._after) <= 2 * 16


def test_of_very_many_tags_the_first_count_and_none_is_shown() -> None:
    text, cues = read("[face:joy] a " * 1_000)
    assert text == "a " * 1_000
    assert len(cues) == MOST_CUES


def test_a_copy_of_a_reader_goes_on_by_itself() -> None:
    reader = CueReader(TAGS)
    reader.push("`a` Hi [fa")
    assert reader.copied().finish() == [" ", "[", "fa"]
    assert reader.push("ce:joy] you`")[:2] == [" ", (JOY, "[face:joy]")]


PIECES = st.sampled_from(
    [
        "[face:joy]", "[joy]", "[nod]", "<face name='joy'/>", "</face>", "<face>", "[pause:1.5]", "[face:", "[[", "[",
        "]", "]]", "(x)", "`", "```", "~~~", "\n", " ", "  ", "Hello", "a", ".", "!", "[1]", "<b>", "<", ">", "joy",
        ":", "face", "[Thumbs ", "up]", "[anim:wave, 2s]", "你好", '"', "=", "/", "x" * 50, " " * 20, "\\",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25)


@given(TEXTS, st.randoms(use_true_random=False))
def test_the_pieces_of_a_text_make_no_difference(pieces: list[str], random: "object") -> None:
    text = "".join(pieces)
    whole = read(text)
    assert read(text, 1) == read(text, 2) == read(text, 7) == joined(pieces) == whole
    assert not [cue for cue in whole[1] if not 0 <= cue.place <= len(whole[0])]


@given(TEXTS)
def test_what_is_remembered_gives_the_same_text_and_cues_again(pieces: list[str]) -> None:
    text, cues = read("".join(pieces))
    for index in {0, len(text) // 2, len(text)}:
        heard = with_tags(text[:index], [cue for cue in cues if cue.place <= index])
        assert all(cue.written in heard for cue in cues if cue.place <= index)


def test_what_is_remembered_is_written_as_the_model_wrote_it() -> None:
    for text in (
        "[face:joy] Hello. [anim:wave] World, [joy] you. [face:sad]",
        "Hi [face:x]",
        "[joy][nod] Ha",
        "No tags. ",
    ):
        assert with_tags(*read(text)) == text
