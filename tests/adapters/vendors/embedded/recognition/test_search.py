"""The search for words, over posteriors that are written by hand, and the lexicon with expected words."""

import hama
import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.vendors.embedded.recognition.acoustics import AcousticModel, Posteriors
from adapters.vendors.embedded.recognition.lexicon import Lexicon
from adapters.vendors.embedded.recognition.phonemes import as_english, as_heard
from adapters.vendors.embedded.recognition.search import BEAM, WordSearch
from adapters.vendors.embedded.recognition.trigrams import Trigrams

NAMES = list(hama.ASRModel().decoder_tokens)
IDS = {name: number for number, name in enumerate(NAMES)}


@pytest.fixture(scope="module")
def language() -> Trigrams:
    return Trigrams()


@pytest.fixture(scope="module")
def lexicon(language: Trigrams) -> Lexicon:
    return Lexicon(IDS, language)


@pytest.fixture(scope="module")
def search(lexicon: Lexicon, language: Trigrams) -> WordSearch:
    return WordSearch(lexicon, language, IDS["<blank>"], IDS["<wb>"])


def heard(text: str, sure: float = 0.98) -> Posteriors:
    """Posteriors of phonemes with a space between, "|" between words, each with a blank after it."""
    rows = []
    for symbol in text.split():
        for name in ("<wb>" if symbol == "|" else symbol, "<blank>"):
            row = np.full(len(NAMES), (1 - sure) / len(NAMES), np.float32)
            row[IDS[name]] = sure
            rows.append(row)
    return np.log(np.stack(rows))


def sounds_without_speech() -> dict[str, NDArray[np.float32]]:
    """A second and a half of each, as loud as speech."""
    random, time = np.random.default_rng(5), np.arange(24_000) / 16_000
    notes = np.repeat(261 * 2 ** (random.integers(0, 24, 6) / 12), 4_000)
    hiss = random.standard_normal(24_000)
    found = {
        "noise": hiss,
        "fan": np.cumsum(hiss - hiss.mean()) / 30 + np.sin(2 * np.pi * 120 * time),
        "hum": np.sin(2 * np.pi * 50 * time) + np.sin(2 * np.pi * 150 * time) / 3,
        "melody": sum(np.sin(2 * np.pi * overtone * notes * time) / overtone for overtone in (1, 2, 3)),
        "clipped": np.sign(np.sin(2 * np.pi * 200 * time)),
        "knocks": hiss * (np.exp(-(time % 0.5) * 60)),
    }
    return {name: (0.5 * sound / np.abs(sound).max()).astype(np.float32) for name, sound in found.items()}


def said(search: WordSearch, text: str, before: tuple[str, ...] = ()) -> str:
    return " ".join(search.find(heard(text), before).words)


def test_phonemes_are_joined_to_the_words_that_fit_their_context(search: WordSearch) -> None:
    assert said(search, "w ʌ t | ɪ z | j ɔ ɹ | n eɪ m") == "what is your name"
    assert said(search, "w ʌ t | ɪ z | ð ʌ | w ɛ ð ɝ") == "what is the weather"  # not "whether"
    assert said(search, "t u | m ʌ t͡ʃ") == "too much"
    assert said(search, "n eɪ m", ("what", "is", "your")) == "name"


def test_words_are_heard_as_hama_says_them_and_writes_them(search: WordSearch) -> None:
    assert said(search, "o n e | ɔ f | ð ɛ m") == "one of them"
    assert said(search, "ɟ ͡ ʝ e s") == "yes"


def test_words_may_run_together_and_a_phoneme_too_many_is_borne(search: WordSearch) -> None:
    assert said(search, "θ æ ŋ k j u") == "thank you"
    assert said(search, "t ɝ n | ɔ f | ð ʌ | l aɪ k t s") == "turn off the lights"


def test_nothing_gives_no_words_and_a_cut_word_none_that_is_unfinished(search: WordSearch) -> None:
    assert search.find(np.zeros((0, len(NAMES)), np.float32)).words == ()
    silence = np.full((500, len(NAMES)), -30, np.float32)
    silence[:, IDS["<blank>"]] = 0.0
    assert search.find(silence).words == ()


def test_noise_music_and_hum_have_no_words(search: WordSearch) -> None:
    model = AcousticModel()
    heard = {name: search.find(model.hear(sound)).words for name, sound in sounds_without_speech().items()}
    assert heard == dict.fromkeys(heard, ())


def test_uniform_noise_ends_and_keeps_no_more_hypotheses_than_the_beam(search: WordSearch) -> None:
    noise = np.full((60, len(NAMES)), -np.log(len(NAMES)), np.float32)
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1

    assert len(search.find(noise, check=check).words) <= 30
    assert calls == 60
    assert BEAM <= 60


def test_expected_words_are_found_and_forgotten_again(search: WordSearch, lexicon: Lexicon) -> None:
    name = "w ɛ l k ʌ m | t u | v i v ɑ v oʊ t͡ʃ eɪ"
    without = said(search, name)
    assert "vivavoce" not in without
    lexicon.expect({"vivavoce": (("v", "i", "v", "ɑ", "v", "oʊ", "t͡ʃ", "eɪ"),)})
    assert said(search, name) == "welcome to vivavoce"
    lexicon.expect({})
    assert said(search, name) == without


def test_thirty_unrelated_names_change_nothing_that_is_heard_well(search: WordSearch, lexicon: Lexicon) -> None:
    texts = (
        "w ʌ t | ɪ z | j ɔ ɹ | n eɪ m",
        "t ɝ n | ɔ f | ð ʌ | l aɪ t s",
        "w ɛ ɹ | ɪ z | ð ʌ | t ɹ eɪ n | s t eɪ ʃ ʌ n",
    )
    before = [said(search, text) for text in texts]
    sounds = sorted({*"ptkbdɡmnszfvlɹ"})
    names = {f"name{one}{two}": ((one, "ɑ", two, "oʊ"),) for one in sounds[:6] for two in sounds[6:11]}
    assert len(names) == 30
    lexicon.expect(names)
    assert [said(search, text) for text in texts] == before
    lexicon.expect({})


def test_pronunciations_that_are_written_in_another_language_are_read_in_both() -> None:
    assert as_heard("õn̟se", NAMES) == ("õ", "n", "̟", "s", "e")
    assert as_english("v i v a v o t͡ʃ e") == ("v", "i", "v", "ɑ", "v", "oʊ", "t͡ʃ", "eɪ")
    assert as_english("一不") == as_heard("5", NAMES) == ()
