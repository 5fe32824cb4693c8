"""Which words of the settings and of a prompt are expected."""

import pytest

from adapters.vendors.embedded.recognition.expected import LONGEST, MOST, expected

WORDS = "string the a speaker names anna and bob or hello i talk about will it's"
KNOWN = frozenset(WORDS.split())


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("", ()),
        ("string", ()),
        ("String", ()),
        ("the speaker names Anna and Bob", ("Anna", "Bob")),
        ("Anna and Bob", ("Bob",)),
        ("Hello. The speaker names Anna.", ("Anna",)),
        ("vivavoce, Kubernetes", ("vivavoce", "Kubernetes")),
        ("the Vivavoce or VIVAVOCE", ("Vivavoce",)),
        ("I talk and I talk", ()),
        ("about Jean-Luc and O'Brien's", ("Jean-Luc", "O'Brien's")),
        ("12 + 7 = 19 %", ()),
        ("x" * (LONGEST + 1), ()),
    ],
)
def test_of_a_prompt_those_that_are_unknown_or_have_a_capital_within_a_sentence(
    prompt: str, words: tuple[str, ...]
) -> None:
    assert expected((), prompt, KNOWN) == words


def test_the_operators_words_come_first_and_there_are_so_many_at_most() -> None:
    names = tuple(f"name{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(2 * MOST))
    found = expected(("Anna", "New York"), " ".join(names), KNOWN)
    assert len(found) == MOST
    assert found[:4] == ("Anna", "New", "York", names[0])
