"""Sentiment: three classes, and a bound on what a long text costs."""

import subprocess
import sys

import pytest

from adapters.analysis.sentiment import Vader


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("what a wonderful day, I love it", "positive"),
        ("thank you, that was great", "positive"),
        ("this is terrible and I hate it", "negative"),
        ("I am not happy with this", "negative"),
        ("the train leaves at nine", "neutral"),
        ("der Zug kommt um neun", "neutral"),
        ("", "neutral"),
        (" \n", "neutral"),
    ],
)
def test_tells_positive_neutral_and_negative(text: str, told: str) -> None:
    assert Vader().sentiment(text) == told


def test_looks_only_at_the_beginning_of_a_long_text() -> None:
    assert Vader().sentiment("the " * 90 + "wonderful") == "positive"
    assert Vader().sentiment("the " * 100 + "wonderful") == "neutral"


@pytest.mark.real
def test_importing_the_adapters_reads_no_lexicon() -> None:
    code = "import sys, adapters.analysis.sentiment, adapters.vendors.embedded.llm; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "adapters.vendors.embedded.guide.reply" in loaded.split()
    assert not {"vaderSentiment", "numpy"} & set(loaded.split())
