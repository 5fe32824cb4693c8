"""Languages as recognisers name them, and the terms of a prompt."""

import langcodes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.vendors.shared.languages import bcp47, whisper_code
from adapters.vendors.shared.terms import terms


@pytest.mark.parametrize(
    ("named", "tag"),
    [
        ("english", "en"),
        (" English ", "en"),
        ("thai", "th"),
        ("lao", "lo"),
        ("myanmar", "my"),
        ("haitian creole", "ht"),
        ("eng", "en"),
        ("en_US", "en-US"),
        ("cmn-hans-cn", "cmn-Hans-CN"),
        ("jw", "jv"),
        ("und", ""),
        ("mul", ""),
        ("multi", ""),
        ("auto", ""),
        ("xx", ""),
        ("\0", ""),
        ("", ""),
    ],
)
def test_a_language_however_named_becomes_bcp_47(named: str, tag: str) -> None:
    assert bcp47(named) == tag


@given(st.text(max_size=60) | st.text("abcdefgh-_", max_size=12))
def test_any_text_gives_a_tag_or_nothing(named: str) -> None:
    tag = bcp47(named)
    assert tag == "" or langcodes.tag_is_valid(tag)


@pytest.mark.parametrize(("tag", "first"), [("en-US", "en"), ("nb-NO", "no"), ("ZH-Hant", "zh"), ("yue", "yue")])
def test_the_primary_language(tag: str, first: str) -> None:
    assert whisper_code(tag) == first


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("Ada,  Lovelace;;\nByron", ["Ada", "Lovelace", "Byron"]),
        ("Ada Lovelace, ada lovelace.", ["Ada Lovelace"]),
        ("This is a talk about engines.", []),
        ("abcde, fghij, klmno, pqrst", ["abcde", "fghij", "klmno"]),
        ("", []),
    ],
)
def test_terms_are_what_a_prompt_lists(prompt: str, found: list[str]) -> None:
    assert list(terms(prompt, 3, 18)) == found
