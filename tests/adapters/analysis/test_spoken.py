"""The language in which a text is spoken: the configured one, unless the text is plainly in another."""

import re
from pathlib import Path

import pytest

from adapters.analysis.language import Identifier
from adapters.analysis.spoken import WORDS, spoken_language

DOCS = Path(__file__).parents[3] / "docs"
_identifier = Identifier()
SUBJECTS = (
    "my mother", "the old man", "a friend of mine", "this restaurant", "your cat", "the last train", "she", "our team",
    "Maria", "the hotel in Paris", "el niño", "Herr Müller", "someone", "that café", "the president", "everybody here",
    "the Italian girl", "Señora García", "a waiter", "our neighbour Jean", "the new doctor", "my brother", "Olga",
)  # fmt: skip
ENDS = (
    "is not going to be there before six", "likes a croissant with jam in the morning", "said no no no no no to me",
    "will be at the station in Berlin tomorrow", "has a very nice piano and a violin", "does not want to talk about it",
    "can sing la la la la la all day", "lives at 21 Rue de Rivoli in Paris", "ordered tacos, burritos and a margarita",
    "plays the guitar in a band called Los Lobos", "saw the film in the original version", "was born in San Francisco",
    "had a latte, an espresso and a cappuccino", "is a fan of Real Madrid and Inter Milan", "went home in a taxi",
    "knows the museum, the opera and the theatre", "says ciao and hola to the people", "has an idea for a menu",
)  # fmt: skip


def english() -> list[str]:
    """Sentences of our documents, and of what people say."""
    prose = "\n".join(path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md")))
    paragraphs = [each for each in prose.split("\n\n") if each[:1].isupper() and not each.startswith("|")]
    plain = [each for each in paragraphs if "`" not in each]
    sentences = [" ".join(sentence.split()) for each in plain for sentence in re.split(r"(?<=[.?!])\s", each)]
    return [each for each in sentences if len(each.split()) >= WORDS] + [
        f"{subject.capitalize()} {end}." for subject in SUBJECTS for end in ENDS
    ]


def spoken(text: str, language: str = "en-US") -> str:
    return spoken_language(text, language, _identifier.likeliest)


def test_no_english_sentence_is_spoken_in_another_language() -> None:
    sentences = english()
    assert len(sentences) >= 500
    assert {each: found for each in sentences if (found := spoken(each)) != "en-US"} == {}


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Hola", "en-US", "en-US"),
        ("¿Cómo te llamas?", "en-US", "en-US"),
        ("Guten Morgen, wie geht es Ihnen heute an diesem schönen Tag?", "en-US", "de"),
        ("Je voudrais réserver une table pour deux personnes ce soir.", "en-GB", "fr"),
        ("The museum opens at nine and the tour starts soon after that, so please be there early.", "de-DE", "en"),
        ("Привет", "en-US", "ru"),
        ("Сьогодні чудова погода, і ми їдемо до Києва.", "en-US", "uk"),
        ("The word Привет is Russian.", "en-US", "en-US"),
        ("你好", "en-US", "zh"),
        ("こんにちは", "en-US", "ja"),
        ("東京に行きます", "zh-CN", "ja"),
        ("안녕하세요", "en-US", "ko"),
        ("مرحبا", "en-US", "ar"),
        ("שלום", "en-US", "he"),
        ("Καλημέρα", "de", "el"),
        ("สวัสดี", "en-US", "th"),
        ("Hello there", "ru-RU", "en"),
        ("Zdravo svima", "sr-RS", "sr-RS"),
        ("漢字", "ja-JP", "ja-JP"),
        ("", "en-US", "en-US"),
        ("42!", "ru-RU", "ru-RU"),
        ("😀", "", ""),
        ("Good morning", "no code of a language", "no code of a language"),
    ],
)
def test_another_script_or_a_sentence_that_is_certain_is_another_language(text: str, language: str, found: str) -> None:
    assert spoken(text, language) == found


def test_before_the_identifier_is_loaded_scripts_alone_decide() -> None:
    def unsure(_: str) -> tuple[str, float]:
        return "", 0.0

    assert spoken_language("Сьогодні чудова погода", "en-US", unsure) == "ru"
    assert spoken_language("Guten Morgen, wie geht es Ihnen heute?", "en-US", unsure) == "en-US"
