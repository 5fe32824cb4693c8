"""The mouths of parts, each from the best source that there is: what is told, the text aligned, the sound alone."""

from collections.abc import Callable

import msgspec

from actors.ports.mouth import MouthTrack
from adapters.mouth.drawing import MouthDrawing
from adapters.mouth.loudness import LoudnessTrack
from adapters.mouth.spelling import PhonemeSource
from adapters.mouth.told import ToldTrack
from protocol.mouth import MouthRate, MouthSet

LEAD_MS = 40
"""ms by which shapes go before their sounds, where the settings do not say."""


class AlignedPart(msgspec.Struct, frozen=True):
    """What is to be aligned: `text` in `language` (BCP 47), spoken at `speed` (1 is normal)."""

    text: str
    language: str
    speed: float


Aligning = Callable[[AlignedPart, MouthDrawing], MouthTrack]
"""Makes the track that hears a part and draws the mouth that fits its text."""


class MouthTracks:
    """Satisfies `Mouths`. `aligning`: None where no text can be aligned. `phonemes`: None where letters serve.

    `prepare`: see `Mouths.prepare`; None where nothing has to be.
    """

    def __init__(
        self,
        phonemes: PhonemeSource | None = None,
        aligning: Aligning | None = None,
        *,
        prepare: Callable[[str, str], None] | None = None,
        lead_ms: int = LEAD_MS,
    ) -> None:
        self._phonemes = phonemes
        self._prepare = prepare
        self._aligning = aligning
        self._lead = float(lead_ms)

    def prepare(self, provider: str, model: str) -> None:
        """See `Mouths.prepare`."""
        if self._prepare is not None:
            self._prepare(provider, model)

    def track(
        self,
        text: str,
        language: str,
        speed: float,
        sets: frozenset[MouthSet],
        *,
        words: bool,
        told: bool,
        hears: bool = True,
        fps: MouthRate = 30,
    ) -> MouthTrack:
        """See `Mouths.track`."""
        drawing = MouthDrawing(sets, lead=self._lead, fps=fps, words=words)
        if told:
            return ToldTrack(drawing, self._phonemes, language, hears=hears)
        if self._aligning is not None and any(letter.isalnum() for letter in text):
            return self._aligning(AlignedPart(text, language, speed), drawing)
        return LoudnessTrack(MouthDrawing(sets, lead=0, fps=fps, source="sound"))
