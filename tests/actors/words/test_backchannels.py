"""Which short speech during an answer only shows that somebody listens, and which is meant for the avatar."""

import pytest

from actors.words.backchannels import is_backchannel

SAID = (
    "Mhm.",
    "Uh-huh.",
    "Mm-hmm.",
    "Hmm.",
    "Yeah.",
    "Yep.",
    "Okay.",
    "Okay okay.",
    "Right.",
    "I see.",
    "Got it.",
    "Sure.",
    "Oh.",
    "Aha.",
    "Of course.",
    "All right.",
    "Thank you.",
    "Ja.",
    "Genau.",
    "Ach so.",
    "Verstehe.",
    "Oui.",
    "D'accord.",
    "Je vois.",
    "Sí.",
    "Vale.",
    "Claro.",
    "Sì.",
    "Va bene.",
    "Pois é.",
    "Да.",
    "Угу.",
)
HUMMED = (
    "I can.",
    "I mean.",
    "I am.",
    "A man.",
    "Then.",
    "Oh.",
    "Yo.",
    "Him.",
    "In.",
    "Um.",
    "We.",
    "The.",
    "And.",
    "Mm.",
)
"""What hama makes of joe's and espeak-ng's "mhm", "mm", "hmm", "uh-huh", "yep", "oui" and "sí"."""
MEANT = (
    "Stop.",
    "Stop it.",
    "Wait.",
    "Wait a minute.",
    "No.",
    "No no.",
    "Oh no.",
    "Hold on.",
    "Hang on.",
    "Sorry?",
    "What?",
    "Why?",
    "Who?",
    "How much?",
    "Enough.",
    "Pause.",
    "Excuse me.",
    "Be quiet.",
    "Next.",
    "Again.",
    "Yes, but...",
    "But",
    "I mean Monday.",
    "Two tickets.",
    "Nein.",
    "Halt.",
    "Warte mal.",
    "Moment.",
    "Stopp.",
    "Non.",
    "Arrête.",
    "Attends.",
    "No, espera.",
    "Para.",
    "Basta.",
    "Aspetta.",
    "Ma",
    "Não.",
    "Espera.",
    "Нет.",
    "Стой.",
    "Подожди.",
)


@pytest.mark.parametrize("text", SAID + HUMMED)
def test_who_shows_that_they_listen_does_not_interrupt(text: str) -> None:
    assert is_backchannel(text, 0.6)
    assert not is_backchannel(text, 1.0), "nobody hums so long"


@pytest.mark.parametrize("text", MEANT)
def test_who_means_it_interrupts(text: str) -> None:
    assert not is_backchannel(text, 0.3)


@pytest.mark.parametrize("text", ["Yes, yes, okay, right.", "", "...", "123"])
def test_more_than_three_words_or_none_are_no_backchannel(text: str) -> None:
    assert not is_backchannel(text, 0.6)
