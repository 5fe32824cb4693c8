"""The port by which the stages of a turn find their engines.

Terms: docs/glossary.md.
"""

from typing import Protocol

from actors.ports.answering import LanguageModel
from actors.ports.listening import TurnEnd, VoiceActivity
from actors.ports.mouth import Mouths
from actors.ports.recognition import SpeechToText
from actors.ports.sound import Codec
from actors.ports.synthesis import TextToSpeech


class Analyst(Protocol):
    """Finds the language and the sentiment of a text, offline and in well under a millisecond."""

    def sentiment(self, text: str) -> str:
        """positive, neutral or negative."""

    def language(self, text: str) -> str:
        """BCP 47; "" where it cannot be told."""


class Engines(Protocol):
    """The engines of the providers, found by a provider's name."""

    def recogniser(self, provider: str) -> SpeechToText:
        """The speech-to-text engine; the catalogue says which names there are."""

    def model(self, provider: str) -> LanguageModel:
        """The language model."""

    def synthesiser(self, provider: str) -> TextToSpeech:
        """The text-to-speech engine."""

    @property
    def codec(self) -> Codec:
        """Conversion between audio formats."""

    @property
    def analyst(self) -> Analyst:
        """Sentiment."""

    @property
    def voice_activity(self) -> VoiceActivity:
        """Whether somebody speaks, for sessions that listen hands-free."""

    @property
    def turn_end(self) -> TurnEnd:
        """Whether who pauses has finished, for the same sessions."""

    @property
    def mouths(self) -> Mouths:
        """The mouth that belongs to a part's sound, for Receivers that ask for one."""
