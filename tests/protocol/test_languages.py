"""Codes of languages, however they are spelt."""

import pytest

from protocol.languages import cased, folded, nearest, primary


def test_language_codes_are_written_as_is_customary() -> None:
    codes = ("en-us", "cmn-latn-pinyin", "es-419", "en-gb-x-rp", "chr-US-Qaaa-x-west")
    assert [cased(code) for code in codes] == ["en-US", "cmn-Latn-pinyin", "es-419", "en-GB-x-rp", "chr-US-Qaaa-x-west"]


@pytest.mark.parametrize(
    ("code", "known", "language"),
    [
        ("en-US", ("en",), "en"),
        ("en", ("de_DE", "en_GB", "en_US"), "en_GB"),
        ("en_us", ("en_GB", "en_US"), "en_US"),
        ("zh-Hant-TW", ("zh", "zh-Hant"), "zh-Hant"),
        ("ja", ("en", "de"), ""),
        ("", ("en",), ""),
        ("en", ("", "auto detect"), ""),
    ],
)
def test_the_nearest_language(code: str, known: tuple[str, ...], language: str) -> None:
    assert nearest(code, known) == language


def test_another_code_for_a_language_is_known() -> None:
    assert nearest("zh-CN", ("en-us", "cmn"), {"zh": "cmn"}) == "cmn"
    assert nearest("de", ("en-us", ""), {"zh": "cmn"}) == ""


def test_spellings_are_folded() -> None:
    assert [folded(code) for code in ("pt_BR", " de ", "")] == ["pt-br", "de", ""]
    assert [primary(code) for code in ("de_AT", "ZH-Hant", "")] == ["de", "zh", ""]
