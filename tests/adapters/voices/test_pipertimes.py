"""When the phonemes of a Piper voice begin: the padding between two symbols is shared."""

import numpy as np

from adapters.voices.piper_child import PAD_OF_NEXT, spans_of
from adapters.voices.pipersettings import PAD
from adapters.voices.voicemarks import PhonemeSpan


def test_padding_is_mostly_of_the_symbol_that_follows() -> None:
    spans = spans_of(["", PAD, "m", PAD, "æ", PAD, ""], np.array([100.0, 40, 200, 40, 300, 40, 50]))
    sizes = [100 + 10, 30 + 200 + 10, 30 + 300 + 10, 30 + 50]
    assert PAD_OF_NEXT == 0.75
    assert spans == tuple(map(PhonemeSpan, ["", "m", "æ", ""], sizes))


def test_nothing_of_the_sound_is_lost() -> None:
    lengths = np.array([80.0, 24, 56, 8, 120, 16, 64])
    spans = spans_of(["", PAD, "p", PAD, "p", PAD, ""], lengths)
    assert [span.symbol for span in spans] == ["", "p", ""]
    assert sum(span.samples for span in spans) == lengths.sum()
