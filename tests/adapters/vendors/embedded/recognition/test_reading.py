"""The reading form of words: capitals, names, titles, and which words are a question."""

import pytest

from adapters.vendors.embedded.recognition.reading import readable


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("what is your name", "What is your name?"),
        ("how are you today", "How are you today?"),
        ("where did you put the keys", "Where did you put the keys?"),
        ("which train do you mean", "Which train do you mean?"),
        ("who painted this", "Who painted this?"),
        ("what about tomorrow", "What about tomorrow?"),
        ("what's the time", "What's the time?"),
        ("why", "Why?"),
        ("do you know when the museum opens", "Do you know when the museum opens?"),
        ("is there a pharmacy near here", "Is there a pharmacy near here?"),
        ("can i pay by card", "Can I pay by card?"),
        ("can you", "Can you?"),
        ("and where is it", "And where is it?"),
        ("well could you repeat that please", "Well could you repeat that please?"),
        ("tell me what it is", "Tell me what it is."),
        ("i know how you did it", "I know how you did it."),
        ("what a lovely day", "What a lovely day."),
        ("how nice of you", "How nice of you."),
        ("when it rains i stay at home", "When it rains I stay at home."),
        ("where there is smoke there is fire", "Where there is smoke there is fire."),
        ("have a nice day", "Have a nice day."),
        ("do the children like it", "Do the children like it?"),
        ("do the dishes please", "Do the dishes please."),
        ("did anna call", "Did anna call?"),
        ("have you eaten", "Have you eaten?"),
        ("don't you like it", "Don't you like it?"),
        ("do it again", "Do it again."),
        ("will smith is an actor", "Will smith is an actor."),
        ("yes", "Yes."),
        ("stop", "Stop."),
        ("mister jones", "Mister jones."),
        ("mr. jones called dr. brown", "Mr. jones called Dr. brown."),
        ("i think i'm late on monday", "I think I'm late on Monday."),
        ("london's bridges", "London's bridges."),
        ("plan b.", "Plan B."),
        ("twenty five and seven", "Twenty five and seven."),
        ("", ""),
    ],
)
def test_words_are_written_as_they_are_read(words: str, text: str) -> None:
    assert readable(words.split()) == text


def test_names_are_written_as_they_were_given() -> None:
    words = ["did", "anna-maria", "see", "vivavoce", "and", "vivavoce's", "page"]
    assert readable(words, ("Anna-Maria", "VivaVoce")) == "Did Anna-Maria see VivaVoce and VivaVoce's page?"


def test_words_so_far_have_no_final_mark() -> None:
    assert readable(["what", "is"], is_whole=False) == "What is"
    assert readable((), is_whole=False) == ""
