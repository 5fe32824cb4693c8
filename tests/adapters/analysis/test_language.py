"""The offline language identifier: short texts in many languages, and what is no text in any."""

import tempfile
import time

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from adapters.analysis import language as module
from adapters.analysis.language import HEARD, Identifier

IDENTIFIER = Identifier()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What is the weather like in London this morning?"),
        ("en", "Can you repeat that?"),
        ("en", "I WANT TO GO HOME"),
        ("de", "Guten Morgen, wie geht es dir?"),
        ("de", "Wo ist der Bahnhof?"),
        ("fr", "Quelle heure est-il ?"),
        ("fr", "Bonjour, comment ça va ?"),
        ("es", "¿Dónde está la estación?"),
        ("es", "Buenos días, ¿cómo estás?"),
        ("it", "Dove si trova la stazione?"),
        ("it", "Mi chiamo Pietro"),
        ("pt", "Onde fica a estação?"),
        ("pt", "Bom dia, tudo bem com você?"),
        ("nl", "Goedemorgen, hoe gaat het met je?"),
        ("pl", "Która jest godzina?"),
        ("ru", "Доброе утро, как дела?"),
        ("tr", "Bugün hava nasıl?"),
        ("zh", "现在几点了？"),
        ("zh", "我要返屋企"),
        ("ja", "ありがとうございます"),
        ("ko", "감사합니다"),
        ("ar", "كم الساعة الآن؟"),
        ("hi", "आप कैसे हैं?"),
        ("el", "Τι ώρα είναι;"),
        ("he", "מה השעה?"),
    ],
)
def test_a_short_sentence_is_told(language: str, text: str) -> None:
    assert IDENTIFIER.language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "12:30",
        "?!… 😀🎉",
        "\ud800",
        "\0",
        "OK",
        "hm",
        "no",
        "ha ha ha",
        "la la la",
        "aaaaaaaaaaaaaaaaaaaa",
        "London",
        "Peter Müller",
        "Angela Merkel",
        "Barcelona",
        "asdf qwer",
        "e2e4 d7d5",
        "https://example.com/a/b",
        "東京",
        "да",
    ],
)
def test_what_could_be_any_language_is_none(text: str) -> None:
    assert IDENTIFIER.language(text) == ""


def test_only_the_beginning_counts_and_it_is_quick() -> None:
    text = "Guten Morgen, wie geht es dir? " * 20
    assert len(text) > HEARD
    long = text[:HEARD] + "What is the weather like in London? " * 100_000
    IDENTIFIER.warm()
    times = []
    for _ in range(20):
        began = time.perf_counter()
        assert IDENTIFIER.language(long) == "de"
        times.append(time.perf_counter() - began)
    assert min(times) < 0.001


def test_the_model_is_read_without_a_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp", "mkdtemp", "gettempdir"):
        monkeypatch.setattr(tempfile, name, None)
    ours = module._identifier.__wrapped__()
    for text in ("Wie geht es dir heute, mein Freund?", "Quelle heure est-il ?", "おはようございます", "x", ""):
        assert ours.rank(text) == theirs.rank(text)
