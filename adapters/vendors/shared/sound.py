"""The bytes of a provider's answer as clips: of which format they are, samples kept whole, a WAV header taken off."""

import re

from actors.ports.calls import EngineFailed
from actors.ports.sound import Clip
from adapters.codec.pieces import SampleAligner
from adapters.reach.call import Patience
from adapters.reach.contract import Endpoint, ProviderFailed
from protocol.audioformat import OUTPUT_RATE, AudioFormat, sniff
from protocol.joined import Files
from protocol.wav import MAX_HEADER, WavReader

PATIENCE = Patience(first_byte=13.0, silence=13.0, whole=58.0)
"""A little less than a session has with a synthesiser, so that it hears of it from the provider's side."""
MOST = 60_000_000
"""Bytes of one answer: twenty minutes of samples at 24 kHz."""

_HEAD = 12
"""Bytes by which a container is known."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


def sayable(text: str) -> str:
    """`text` without what neither JSON in UTF-8 nor XML can carry: control characters and halves of characters."""
    return _UNPRINTABLE.sub(" ", text)


def fitting(wanted: AudioFormat | None, files: frozenset[str], rates: frozenset[int], best: int) -> AudioFormat:
    """The format to ask of a provider that makes the `files` by name, and samples at the `rates`.

    What the Receivers want where that can be had, so that its bytes pass through untouched; else samples, at the rate
    that fits, or at `best`. A WAV is asked for as samples: the sizes in a streamed one's header are false.
    """
    if wanted is None:
        return AudioFormat("pcm16", best)
    if wanted.name in files:
        return wanted
    rate = OUTPUT_RATE if wanted.name == "wav" else wanted.rate
    return AudioFormat("pcm16", rate if rate in rates else best)


def soundless(endpoint: Endpoint) -> ProviderFailed:
    """The error for an answer without any sound."""
    return ProviderFailed(f"{endpoint.title} answered without any sound: does its voice speak this language?")


def seconds_of(samples: bytes, rate: int) -> float:
    """The playing time of mono 16-bit samples at `rate` Hz, in seconds."""
    return len(samples) / (2 * rate)


class SoundReader:
    """A body whose bytes come in any pieces, as clips of one format.

    The format is what was asked for, unless the bytes say otherwise: some servers send WAV whatever they are asked for.
    WAVs of 16-bit mono, be it one or several in one body, become their samples, at the rate that the first one names.
    """

    def __init__(self, asked: AudioFormat) -> None:
        self._format = asked
        self._held = bytearray()
        self._probe: WavReader | None = None
        self._strip: _Wavs | SampleAligner | None = None
        self._is_recognised = False
        self.sounded = False
        """Whether a clip has come of it."""

    def push(self, data: bytes) -> Clip | None:
        """The clip that the bytes so far make; None where more are needed. Raises EngineFailed."""
        return self._go_on(data, last=False)

    def finish(self) -> Clip | None:
        """The last clip, if there is one; half a sample is dropped. Raises EngineFailed."""
        return self._go_on(b"", last=True)

    def _go_on(self, data: bytes, *, last: bool) -> Clip | None:
        if not self._is_recognised:
            self._held += data
            self._is_recognised = self._recognise(data, last=last)
            if not self._is_recognised:
                return None
            data = bytes(self._held)
            self._held.clear()
        match self._strip:
            case _Wavs() as wavs:
                data = wavs.take(data, last=last)
            case SampleAligner() as even:
                data = even.take(data)
        if not data:
            return None
        self.sounded = True
        return Clip(data, self._format)

    def _recognise(self, data: bytes, *, last: bool) -> bool:
        """Settle what it is, where that can be told; `data` is the newest of it."""
        if len(self._held) < _HEAD and not last:
            return False
        named = sniff(bytes(self._held[:_HEAD]))
        if named == "wav":
            return self._recognise_wav(data, last=last)
        if named is not None and not (named == "ogg" and self._format.name == "opus"):
            self._format = AudioFormat(named)
        self._strip = SampleAligner() if self._format.name == "pcm16" else None
        return True

    def _recognise_wav(self, data: bytes, *, last: bool) -> bool:
        if self._probe is None:
            self._probe, data = WavReader(), bytes(self._held)
        probe = self._probe
        probe.take(data)
        if not (probe.has_samples or probe.is_lost or last) and len(self._held) < MAX_HEADER:
            return False
        if probe.has_samples and probe.shape and probe.shape.is_plain:
            self._format = AudioFormat("pcm16", probe.shape.rate)
            self._strip = _Wavs(probe.shape.rate)
        else:
            self._format = AudioFormat("wav")
        return True


class _Wavs:
    """The samples of 16-bit mono WAVs of one rate, one behind the other."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._files = Files("wav")
        self._reader, self._aligner = WavReader(), SampleAligner()

    def take(self, data: bytes, *, last: bool) -> bytes:
        """The samples that there are by now; half a one at the end of a file is left out."""
        here, *others = self._files.take(data, last=last)
        samples = [self._samples(here)]
        for other in others:
            self._reader, self._aligner = WavReader(), SampleAligner()
            samples.append(self._samples(other))
        return b"".join(samples)

    def _samples(self, data: bytes) -> bytes:
        samples, shape = self._aligner.take(self._reader.take(data)), self._reader.shape
        if samples and not (shape and shape.is_plain and shape.rate == self._rate):
            raise EngineFailed("the synthesiser answered with WAV files of different kinds in one body")
        return samples
