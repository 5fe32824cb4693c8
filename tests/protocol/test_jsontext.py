"""JSON that other languages write and msgspec refuses."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import jsontext


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'"\ud83d"', "\ufffd"),
        (r'"\uDE00"', "\ufffd"),
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"\uD83D\uDE00\uDE00"', "\U0001f600\ufffd"),
        (r'"\uD83D\uD83D\uDE00"', "\ufffd\U0001f600"),
        (r'"\ude00\ud83d"', "\ufffd\ufffd"),
        (r'"a\ud83db"', "a\ufffdb"),
        (r'"\ud83d\n"', "\ufffd\n"),
        (r'"\ud83d\"x"', '\ufffd"x'),
        (r'"\\ud83d"', r"\ud83d"),
        (r'"\\\ud83d"', "\\\ufffd"),
        (r'"\\\\ud83d\ud83d"', "\\\\ud83d\ufffd"),
        (r'"\ud83d\\ude00"', "\ufffd\\ude00"),
        (r'["x",{"\ud83d":"\udbff"}]', ["x", {"\ufffd": "\ufffd"}]),
        ('"\ud83d"', "\ufffd"),
        ('"\ud83d' + r'\ud83d"', "\ufffd\ufffd"),
        (r'"\u0000"', "\0"),
        ('{"a":1,"a":2}', {"a": 2}),
        ("1e400", math.inf),
        ("[-1e400]", [-math.inf]),
        (r'["\ud83d",1e400]', ["\ufffd", math.inf]),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("9" * 100_000, math.inf),
        ("-" + "9" * 100_000, -math.inf),
    ],
)
def test_it_is_read(text: str, expected: object) -> None:
    assert jsontext.decode(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        "\ufeff[1]",
        "NaN",
        "[Infinity]",
        "[1e400,NaN]",
        "'a'",
        "01",
        "1.",
        '"a\nb"',
        '"\0"',
        '"\0' + r'\ud83d"',
        r'"\x"',
        r'"\ud83"',
        r'"\ud83d',
        r'{"\ud83d":}',
        "undefined",
        "[" * 50_000,
        "[" * 50_000 + r'"\ud83d"',
        "[1e400," + "[" * 50_000,
    ],
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|truncated|str") as refusal:
        jsontext.decode(text)
    assert len(str(refusal.value)) < 100


@given(st.recursive(st.text(st.characters()) | st.integers() | st.none(), st.lists, max_leaves=8))
def test_what_javascript_would_write_is_read(value: Any) -> None:
    text = json.dumps(value)  # which escapes surrogates as JSON.stringify does
    whole = json.loads(text)
    expected = json.loads(
        json.dumps(whole, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )
    assert jsontext.decode(text) == expected


@pytest.mark.parametrize("piece", [r"\ud83d", r"\ude00", r"\\", r"\\\ud83d", r"\n\ud83d", r"\ud83d\ude00"])
def test_very_many_of_them_are_read_in_linear_time(piece: str) -> None:
    text = '"' + piece * (1_000_000 // len(piece)) + r'\ud83d"'
    assert jsontext.decode(text).endswith("\ufffd")


EXPONENTS = ["1e300", "5e-324", "1.7976931348623157E+308", "-1.2345678901234567e-300", "1e400", r'"\ud83d",1e300']


@pytest.mark.parametrize("number", EXPONENTS)
def test_very_many_numbers_near_the_ends_of_a_double_are_not_given_to_the_reader_that_is_slow_with_them(
    number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = jsontext.decode(f"[{number}]")
    monkeypatch.setattr(jsontext, "_decode", None)
    assert jsontext.decode(f"[{','.join([number] * 20_000)}]") == expected * 20_000


@pytest.mark.parametrize("text", [json.dumps("1e30,1e3,10e20 " * 50), json.dumps(["e,", 1.5] * 2_000)])
def test_text_and_common_numbers_are_given_to_the_fast_reader(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsontext, "_decode_large_numbers", None)
    assert jsontext.decode(text) == json.loads(text)
