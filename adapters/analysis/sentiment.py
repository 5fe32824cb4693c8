"""Sentiment: whether words sound positive or negative, by the VADER lexicon (other languages come out neutral)."""

import functools
from typing import Any

_THRESHOLD = 0.05  # the bounds that VADER's authors give for its compound score, -1 to 1
_HEARD = 400  # characters: VADER's time grows with the square of the length (0.2 s for 10,000)


class Vader:
    """Half of the Analyst port. The lexicon (5 MB) is read at the first text that is not blank, in about 40 ms."""

    def sentiment(self, text: str) -> str:
        """positive, neutral or negative, told by the first 400 characters of `text`."""
        if not text.strip():
            return "neutral"
        compound = _analyser().polarity_scores(text[:_HEARD])["compound"]
        if abs(compound) < _THRESHOLD:
            return "neutral"
        return "positive" if compound > 0 else "negative"


@functools.cache
def _analyser() -> Any:
    # Imported here, because most sessions never ask for sentiment and the server should start without it.
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
