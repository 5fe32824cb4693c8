"""The engines of a server in virtual time: a recogniser, a model and a synthesiser that are given, the rest real."""

from actors.ports.answering import LanguageModel
from actors.ports.engines import Analyst
from actors.ports.listening import TurnEnd, VoiceActivity
from actors.ports.mouth import Mouths
from actors.ports.recognition import SpeechToText
from actors.ports.sound import Codec
from actors.ports.synthesis import TextToSpeech
from adapters.analysis.analyst import TextAnalyst
from adapters.listening.turnend import SilenceAlone
from adapters.mouth.mouths import MouthTracks
from adapters.virtual.codec import InlineCodec
from adapters.virtual.listening import InlineVoiceActivity


class VirtualEngines:
    """Satisfies `actors.ports.engines.Engines`, with one engine of each kind whatever the provider is called.

    What is left out is real: the codec, the detector of this machine's model, the mouth by what is told of a sound or
    by the sound alone, and the analyst. Of `turn_end`: silence alone ends a turn.
    """

    def __init__(
        self,
        recogniser: SpeechToText,
        model: LanguageModel,
        synthesiser: TextToSpeech,
        *,
        codec: Codec | None = None,
        voice_activity: VoiceActivity | None = None,
        turn_end: TurnEnd | None = None,
        mouths: Mouths | None = None,
        analyst: Analyst | None = None,
    ) -> None:
        self._recogniser = recogniser
        self._model = model
        self._synthesiser = synthesiser
        self._codec = codec or InlineCodec()
        self._voice_activity = voice_activity or InlineVoiceActivity.of_this_machine()
        self._turn_end = turn_end or SilenceAlone()
        self._mouths = mouths or MouthTracks()
        self._analyst = analyst or TextAnalyst()

    def recogniser(self, provider: str) -> SpeechToText:
        """The recogniser."""
        return self._recogniser

    def model(self, provider: str) -> LanguageModel:
        """The language model."""
        return self._model

    def synthesiser(self, provider: str) -> TextToSpeech:
        """The synthesiser."""
        return self._synthesiser

    @property
    def codec(self) -> Codec:
        """Conversion between audio formats."""
        return self._codec

    @property
    def analyst(self) -> Analyst:
        """Sentiment and language."""
        return self._analyst

    @property
    def voice_activity(self) -> VoiceActivity:
        """Whether somebody speaks."""
        return self._voice_activity

    @property
    def turn_end(self) -> TurnEnd:
        """Whether who pauses has finished."""
        return self._turn_end

    @property
    def mouths(self) -> Mouths:
        """The mouth that belongs to a part's sound."""
        return self._mouths
