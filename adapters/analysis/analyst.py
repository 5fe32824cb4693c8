"""The analyst of texts: sentiment and language together."""

from adapters.analysis.language import Identifier
from adapters.analysis.sentiment import Vader


class TextAnalyst(Vader, Identifier):
    """Satisfies `Analyst`, offline: sentiment by VADER, language by py3langid."""

    def load(self) -> None:
        """Read the lexicon and the model, which takes a second: for a thread, before anybody waits for it."""
        self.sentiment("warm")
        self.warm()
