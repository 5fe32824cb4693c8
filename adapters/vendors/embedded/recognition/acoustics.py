"""hama's acoustic model: sound to the probabilities of phonemes."""

import numpy as np
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed
from adapters.vendors.embedded.recognition.phonemes import SAME

RATE = 16_000
FRAME = 320
"""Samples of a frame."""

Samples = NDArray[np.float32]
"""Mono, 16 kHz, from -1 to 1."""
Posteriors = NDArray[np.float32]
"""Logarithms of probabilities: a row for each frame, a column for each phoneme."""


class AcousticModel:
    """The model of the package, and the numbers of its phonemes. Raises EngineFailed where it cannot be loaded."""

    def __init__(self) -> None:
        try:
            import hama
        except (ImportError, OSError) as error:
            raise EngineFailed(f"hama cannot be loaded ({error})") from error
        try:
            self._model = hama.ASRModel()
        except RuntimeError as error:  # there is no library for this system
            raise EngineFailed(f"the package hama has no library for this system ({error})") from error
        self.ids: dict[str, int] = {name: number for number, name in enumerate(self._model.decoder_tokens)}
        self.blank, self.bound = self.ids["<blank>"], self.ids["<wb>"]
        self._same = [(self.ids[name], self.ids[other]) for name, other in SAME.items() if name in self.ids]

    def hear(self, samples: Samples) -> Posteriors:
        """What is said in each frame. Phonemes that hama writes in two ways are joined under one."""
        inputs = {"waveform": samples.reshape(1, -1), "waveform_lengths": np.array([len(samples)], np.int64)}
        found, lengths = self._model.session.run(["log_probs", "out_lengths"], inputs)
        posteriors = np.array(found[0][: int(lengths[0])], np.float32)
        for number, other in self._same:
            posteriors[:, other] = np.logaddexp(posteriors[:, number], posteriors[:, other])
            posteriors[:, number] = -np.inf
        return posteriors
