"""A part that is aligned: what is heard of its sound, what is to be found in it, and what is told when."""

import itertools

import numpy as np
import pytest

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark
from adapters.mouth.alignment import PartAlignment
from adapters.mouth.classifier import PhonemeClassifier
from adapters.mouth.phonemeclasses import CLASSES, classes_of
from adapters.mouth.priors import FIRST_PIECE, MOST_TEXT, PIECE, PhonemePrior, cut
from adapters.mouth.soundfeatures import BANDS, Floats, SoundFeatures
from adapters.mouth.wordtimes import WordTimes
from adapters.voices.espeakevents import EspeakPhone, EspeakSpoken, EspeakWord

RATE = 16_000
MS = 22.05
"""Samples of espeak-ng's."""


def hiss(ms: int) -> bytes:
    """An s: noise without its low half."""
    noise = np.random.default_rng(7).standard_normal(ms * 16)
    return (np.diff(noise, n=3, prepend=(0, 0, 0)) * 1_200).clip(-32_000, 32_000).astype("<i2").tobytes()


def vowel(ms: int, formants: tuple[int, ...] = (700, 1_200, 2_600)) -> bytes:
    """An a: harmonics of 120 Hz, those near a formant loud."""
    time = np.arange(ms * 16) / RATE
    sound = np.zeros(len(time))
    for harmonic in range(120, 4_000, 120):
        sound += sum(1 / (1 + ((harmonic - formant) / 90) ** 2) for formant in formants) * np.sin(
            2 * np.pi * harmonic * time
        )
    return (sound * 4_000).astype("<i2").tobytes()


def silence(ms: int) -> bytes:
    return bytes(ms * 32)


def spoken(text: str) -> EspeakSpoken:
    """As espeak-ng would speak it, were each letter a phoneme of 100 ms, and each blank none."""
    phones: list[EspeakPhone] = []
    words: list[EspeakWord] = []
    at = 0
    for number, letter in enumerate(text):
        if letter == "!":
            raise EngineFailed("no")
        if letter == " ":
            continue
        if not number or text[number - 1] == " ":
            words.append(EspeakWord(number, len(text[number:].split(" ")[0])))
        phones.append(EspeakPhone(letter, round(at * MS), round((at + 100) * MS), len(words) - 1))
        at += 100
    phones.append(EspeakPhone("", round(at * MS), round((at + 300) * MS), len(words) - 1))
    return EspeakSpoken(phones, words, b"")


def told(text: str, sound: bytes, piece: int = 0, ahead: float | None = None) -> list[Mark]:
    """All that is told of a sound that comes in pieces of so many ms, `ahead` ms less than is here each time."""
    alignment = PartAlignment(PhonemePrior(spoken, text))
    marks: list[Mark] = []
    until = 0.0
    for start in range(0, len(sound), piece * 32) if piece else ():
        new = sound[start : start + piece * 32]
        until = (start + len(new)) / 32 - (ahead or 0)
        found, known = alignment.push(new, until if ahead is not None else 0.0)
        assert known >= until or ahead is None
        marks += found
    found, known = alignment.push(b"" if piece else sound, until, last=True)
    assert known == pytest.approx(len(sound) / 32)
    return [*marks, *found]


def phones(marks: list[Mark]) -> list[tuple[str, float]]:
    """The phonemes with their begins, those that go on once."""
    found: list[tuple[str, float]] = []
    for mark in marks:
        if mark.kind == "phone" and not (found and found[-1][0] == mark.text):
            found.append((mark.text, mark.at))
    return found


SOUND = silence(150) + hiss(110) + vowel(160) + hiss(130) + silence(250) + vowel(140) + hiss(120) + silence(100)
TRUE = [("", 0), ("s", 150), ("a", 260), ("s", 420), ("", 550), ("a", 800), ("s", 940), ("", 1_060)]


@pytest.mark.parametrize("piece", [0, 20, 200, 1_000])
def test_phonemes_begin_where_they_sound(piece: int) -> None:
    found = phones(told("sas as", SOUND, piece))
    assert [symbol for symbol, _ in found] == [symbol for symbol, _ in TRUE]
    sounds = [(at, true) for (symbol, at), (_, true) in zip(found, TRUE, strict=True) if symbol]
    assert all(abs(at - true) <= 30 for at, true in sounds)


@pytest.mark.parametrize("ahead", [0.0, 120.0, 300.0])
def test_what_leaves_is_told_of_and_never_taken_back(ahead: float) -> None:
    marks = told("sas as", SOUND, 100, ahead)
    spans = [(mark.at, mark.at + mark.ms) for mark in marks if mark.kind == "phone"]
    assert all(before[1] == pytest.approx(after[0]) for before, after in itertools.pairwise(spans))
    assert {symbol for symbol, _ in phones(marks)} == {"", "s", "a"}


def test_what_follows_a_pause_is_not_told_before_it_is_heard() -> None:
    found = phones(told("sas as", SOUND, 100, ahead=120.0))
    assert [symbol for symbol, _ in found] == [symbol for symbol, _ in TRUE]
    after_the_pause = found[5]
    assert after_the_pause[0] == "a"
    assert abs(after_the_pause[1] - 800) <= 30


def test_words_are_those_of_the_text_with_their_times() -> None:
    words = [mark for mark in told("sas as", SOUND) if mark.kind == "word"]
    assert [(word.text, word.char, word.source) for word in words] == [("sas", 0, "aligned"), ("as", 4, "aligned")]
    assert abs(words[0].at - 150) <= 30
    assert abs(words[1].at - 800) <= 30


def test_a_word_whose_phonemes_come_too_late_is_told_all_the_same() -> None:
    alignment = PartAlignment(PhonemePrior(spoken, "sas as"))
    marks, known = alignment.push(b"", 600.0)
    assert known == 600.0
    for sound, is_last in ((SOUND[: 32 * 700], False), (SOUND[32 * 700 :], True)):
        marks += alignment.push(sound, 0.0, last=is_last)[0]
    words = [mark for mark in marks if mark.kind == "word"]
    assert [word.text for word in words] == ["sas", "as"]
    assert abs(words[0].at - 150) <= 30


def test_the_same_sound_is_told_the_same() -> None:
    assert told("sas as", SOUND, 200, ahead=120.0) == told("sas as", SOUND, 200, ahead=120.0)


@pytest.mark.parametrize("text", ["", " ", "…?!", "!", "s" * 3_000, "sas as " * 500])
@pytest.mark.parametrize("sound", [b"", silence(5), SOUND, hiss(3_000)])
def test_any_text_goes_with_any_sound(text: str, sound: bytes) -> None:
    marks = told(text, sound, 400)
    assert sum(mark.ms for mark in marks if mark.kind == "phone") == pytest.approx(len(sound) / 32)


def test_a_long_text_is_prepared_as_far_as_it_is_needed() -> None:
    texts: list[str] = []

    def noted(text: str) -> EspeakSpoken:
        texts.append(text)
        return spoken(text)

    alignment = PartAlignment(PhonemePrior(noted, "sas as " * 5_000))
    alignment.push(silence(100), 100.0)
    assert 0 < sum(map(len, texts)) <= FIRST_PIECE + PIECE
    alignment.push(SOUND, 0.0, last=True)
    assert sum(map(len, texts)) <= MOST_TEXT


@pytest.mark.parametrize("text", ["", "one", "one, two; three. " * 40, "x" * 1_000, "語" * 700])
def test_pieces_are_the_text(text: str) -> None:
    pieces = list(cut(text))
    assert "".join(piece for _, piece in pieces) == text
    assert all(text.startswith(piece, at) for at, piece in pieces)
    assert all(len(piece) <= PIECE for _, piece in pieces)
    assert len(pieces[0][1]) <= FIRST_PIECE if pieces else not text


def test_features_are_the_same_in_pieces_and_at_any_loudness() -> None:
    whole = SoundFeatures().push(SOUND, last=True)
    assert whole.shape == (-(-len(SOUND) // 320), BANDS)
    reader = SoundFeatures()
    pieces = [reader.push(SOUND[at : at + 642]) for at in range(0, len(SOUND), 642)]
    assert np.allclose(np.concatenate([*pieces, reader.push(b"", last=True)]), whole, atol=1e-4)
    quiet = (np.frombuffer(SOUND, "<i2") // 8).astype("<i2").tobytes()
    assert np.abs(SoundFeatures().push(quiet, last=True) - whole).mean() < 0.2


def test_classes_are_the_same_in_pieces() -> None:
    features = SoundFeatures().push(SOUND, last=True)
    whole, count = PhonemeClassifier().push(features, last=True)
    assert whole.shape == (len(features), len(CLASSES))
    assert count == len(features)
    classifier, found, seen = PhonemeClassifier(), list[Floats](), 0
    for at in range(0, len(features), 9):
        judged, sure = classifier.push(features[at : at + 9])
        found.append(judged[:sure])
        seen += sure
        assert seen + len(judged) - sure == min(len(features), at + 9)
    judged, sure = classifier.push(features[:0], last=True)
    assert sure == len(judged)
    assert np.allclose(np.concatenate([*found, judged]), whole, atol=1e-3)


def test_phonemes_of_any_language_are_of_a_class() -> None:
    assert [CLASSES[kind] for kind in classes_of("tʃ")] == ["t", "ʃ"]
    assert [CLASSES[kind] for kind in classes_of("ˈaɪ")] == ["a", "i"]
    assert [CLASSES[kind] for kind in classes_of("ɔ̃")] == ["o"]
    assert [CLASSES[kind] for kind in classes_of("dʲ")] == ["d"]
    assert [CLASSES[kind] for kind in classes_of("ǃ")] == ["ə"]


def test_a_word_without_phonemes_shares_the_time_of_the_one_before() -> None:
    words = WordTimes("one of the – three")
    assert words.say(0, 0.0, 300.0) == []
    marks = [*words.say(4, 300.0, 400.0), *words.say(4, 400.0, 550.0), *words.say(13, 600.0, 900.0), *words.finish()]
    assert [(mark.text, mark.char, mark.at, mark.ms) for mark in marks] == [
        ("one", 0, 0.0, 300.0),
        ("of", 4, 300.0, 100.0),
        ("the", 7, 400.0, 150.0),
        ("three", 13, 600.0, 300.0),
    ]


def test_writings_without_blanks_have_their_letters_as_words() -> None:
    words = WordTimes("你好。")
    marks = [*words.say(0, 0.0, 200.0), *words.say(1, 200.0, 500.0), *words.finish()]
    assert [(mark.text, mark.at) for mark in marks] == [("你", 0.0), ("好", 200.0)]
