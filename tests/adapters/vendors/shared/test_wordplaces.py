"""Places of spoken words: where each stands in the text, however it is read."""

import pytest

from adapters.vendors.shared.wordplaces import WordPlaces


@pytest.mark.parametrize(
    ("text", "spoken", "places"),
    [
        ("Hello, world.", "Hello world", [0, 7]),
        (
            '"Hello," she said — then left 🙂 at once!',
            "Hello she said then left at once",
            [1, 9, 13, 20, 25, 32, 35],
        ),
        ("$5 and five apples", "five dollars and five apples", [0, 0, 3, 7, 12]),
        ("Dr. Smith is in", "doctor Smith is in", [0, 4, 10, 13]),
        (
            "In 1,999 people",
            "In one thousand nine hundred ninety nine people",
            [0, 3, 3, 3, 3, 3, 3, 9],
        ),
        ("a & b", "a and b", [0, 2, 4]),
        ("It’s well-known", "It's well known", [0, 5, 10]),
        ("It's late", "It 's late", [0, 3, 5]),
        ("the cat and the dog", "the cat and the dog", [0, 4, 8, 12, 16]),
        ("cart car", "car", [5]),
        ("one skipped two three", "one two three", [0, 12, 16]),
        ("東京は今日も雨です。", "東京 は 今日 も 雨 です", [0, 2, 3, 5, 6, 7]),
        ("नमस्ते दुनिया", "नमस्ते दुनिया", [0, 7]),
        ("short", "short longer", [0, -1]),
        ("", "word", [-1]),
        ("İstanbul güzel", "İstanbul güzel", [0, 9]),
    ],
)
def test_a_word_has_the_place_of_what_it_stands_for(text: str, spoken: str, places: list[int]) -> None:
    words = WordPlaces(text)
    assert [words.place(word) for word in spoken.split()] == places


def test_a_text_that_is_read_as_another_costs_little_and_ends() -> None:
    words = WordPlaces("lorem ipsum " * 3_000)
    assert {words.place("dolor") for _ in range(100)} == {0}
