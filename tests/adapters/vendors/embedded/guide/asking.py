"""A question for the guide, its answer, and a time at which it is asked."""

from datetime import datetime, timedelta, timezone

import msgspec

from actors.ports.answering import Exchange, Facts, Question
from adapters.vendors.embedded.guide.reply import Reply, reply

NOW = datetime(2026, 3, 14, 15, 9, 26, 535_898, timezone(timedelta(hours=1)))
"""A Saturday."""
BLANK = Question(
    text="",
    history=(),
    model="guide",
    prompt="",
    temperature=1.0,
    stop=(),
    max_token=0,
    name="",
    language="en-US",
    stream=True,
)


def asked(text: str, **given: object) -> Question:
    """The question `text`."""
    return msgspec.structs.replace(BLANK, text=text, **given)


def replied(text: str, **given: object) -> Reply:
    """The guide's answer to `text`."""
    return reply(asked(text, **given), NOW)


def told(text: str, **given: object) -> str:
    """The words of the guide's answer to `text`."""
    return " ".join(replied(text, **given).sentences)


def conversed(*texts: str, now: datetime = NOW, language: str = "en-US", turns: int = 20) -> list[str]:
    """The answers to texts that are said one after the other, each heard to its end; the history has `turns`."""
    history: list[Exchange] = []
    note = ""
    for turn, text in enumerate(texts, 1):
        facts = Facts(turn=turn, note=note)
        answer = reply(asked(text, history=tuple(history[-turns:]), facts=facts, language=language), now)
        history.append(Exchange(text, " ".join(answer.sentences)))
        note = answer.delivery.note
    return [exchange.answered for exchange in history]


def noted(*texts: str) -> Facts:
    """The facts after texts that were said one after the other."""
    note = ""
    for text in texts:
        note = reply(asked(text, facts=Facts(note=note)), NOW).delivery.note
    return Facts(note=note)
