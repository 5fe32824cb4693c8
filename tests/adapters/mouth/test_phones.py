"""Phonemes as classes of sounds: whatever is told of a sound has shapes, and only pauses have none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mouth.phones import MOST_LETTERS, is_pause, parts_of, sound_of
from adapters.mouth.poses import MOVING, NAMES, POSES
from adapters.mouth.sounds import SOUNDS, SpeechSound
from protocol.mouth import SHAPES
from tests.adapters.mouth.espeakphonemes import FLAGS, LENGTHS, PHONEMES


def names(symbol: str) -> list[str]:
    return [part.sound.name for part in parts_of(symbol)]


@pytest.mark.parametrize(
    ("symbol", "sounds"),
    [
        ("ˈmː", ["p"]),
        ("t͡ʃʲ", ["ʃ"]),
        ("tS", ["ʃ"]),
        ("d̪", ["t"]),
        ("ɜ˞", ["ɚ"]),
        ("ˌaɪ", ["a", "i"]),
        ("ˈaːʊ", ["a", "u"]),
        ("ɔːɹ", ["ɔ", "r"]),
        ("p͡f", ["p", "f"]),
        ("œ̃", ["ø"]),
        ("kʰ", ["k"]),
        ("ʲ", ["j"]),
        ("a˥˩", ["a"]),
        ("ʀ̥", ["k"]),
        ("ß", ["s"]),
        ("Ж", ["ə"]),
        ("漢", ["ə"]),
        ("ƥ", ["p"]),
    ],
)
def test_a_phoneme_is_its_sounds_however_it_is_written(symbol: str, sounds: list[str]) -> None:
    assert names(symbol) == sounds


@pytest.mark.parametrize("symbol", ["", " ", "_", "‖", "_:"[:1]])
def test_a_pause_is_no_sound(symbol: str) -> None:
    assert is_pause(symbol)
    assert parts_of(symbol) == ()


@pytest.mark.parametrize("symbol", ["ː", "ˈ", "˥˩", "5", "(en)", "(en-us)", "(base2)", "(pt-p"])
def test_what_only_belongs_to_a_sound_is_neither_sound_nor_pause(symbol: str) -> None:
    assert parts_of(symbol) == ()
    assert not is_pause(symbol)


def test_a_diphthong_is_two_shapes_and_one_where_a_set_has_it_so() -> None:
    first, second = parts_of("aɪ")
    assert (first.share, second.share) == (0.6, 0.4)
    assert first.glides == second.glides == (11, "a")
    assert (first.sound.ovr, second.sound.ovr) == ("aa", "ih")


def test_every_phoneme_of_every_table_of_espeak_has_a_shape() -> None:
    assert len(PHONEMES) > 250
    assert [symbol for symbol in PHONEMES if not parts_of(symbol) or "" in names(symbol)] == []


def test_the_lips_of_every_language_close_for_p_b_and_m() -> None:
    closing = {symbol for symbol in PHONEMES if any(part.sound.manner == "closure" for part in parts_of(symbol))}
    assert closing == {"b", "bʰ", "m", "mʲ", "m̩", "p", "ph", "pʰ", "ˈm̩"}


def test_espeaks_marks_that_are_no_sounds_are_known() -> None:
    assert [symbol for symbol in (*FLAGS, *LENGTHS) if parts_of(symbol)] == []


@given(st.text(max_size=2 * MOST_LETTERS))
def test_no_symbol_is_an_error_and_shares_are_a_whole(symbol: str) -> None:
    parts = parts_of(symbol)
    assert not parts or sum(part.share for part in parts) == pytest.approx(1)
    assert all(part.sound.name for part in parts)


@given(st.characters(categories=("Ll", "Lu", "Lt", "Lo")))
def test_every_letter_that_stands_alone_is_a_sound(letter: str) -> None:
    assert sound_of(letter).name


@pytest.mark.parametrize("known", SOUNDS.values(), ids=lambda sound: sound.name or "pause")
def test_every_sound_has_a_shape_that_each_set_has(known: SpeechSound) -> None:
    assert known.ovr in SHAPES["ovr"]
    assert str(known.azure) in SHAPES["azure"]
    assert known.polly in SHAPES["polly"]
    assert known.rhubarb in SHAPES["rhubarb"]
    assert known.vrm in SHAPES["vrm"]
    assert known.name in NAMES
    if known.name:  # in VRM closed lips are no shape
        shapes = [known.ovr, str(known.azure), known.polly, known.rhubarb]
        assert not {"sil", "0", "X"} & set(shapes)
        assert known.vrm != "sil" or known.manner == "closure"
        assert POSES[NAMES.index(known.name)].any()


def test_letters_are_of_one_class_each_and_poses_move_some_shapes() -> None:
    letters = [letter for sound in SOUNDS.values() for letter in sound.letters.split()]
    assert len(letters) == len(set(letters))
    assert POSES.shape == (len(SOUNDS), 52)
    assert 0 < len(MOVING) < 52
    assert POSES.min() == 0
    assert POSES.max() <= 1
