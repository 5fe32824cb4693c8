"""The end of speech, to some milliseconds: the detector of voice activity goes on for a while when a voice has ended.

Pure: looked for in the samples of the last frames that counted as speech, by what is louder than what follows them.
"""

from array import array
from typing import Final

from actors.deciding.detection import FRAME_MS
from actors.ports.listening import FRAME, FRAME_BYTES

SETTLED: Final = 3
"""Frames of silence with which the end of speech is looked for: the last two of them are what there is without it."""
LOOKED_AT: Final = 5
"""Frames that counted as speech, at the end of which it is looked for: 160 ms. The detector goes on for 100 at most."""
_KNOWN: Final = LOOKED_AT + 3
"""Frames of speech of which the loudest part is taken, so that it is a part of the voice."""
BYTES: Final = (_KNOWN + SETTLED) * FRAME_BYTES
"""The end of the samples that is needed, at least so much."""
_STEP_MS: Final = 8
_STEP: Final = FRAME * _STEP_MS // FRAME_MS
_EVERY: Final = 2
"""One sample of so many is looked at: it takes half the time, and the sum over 8 ms is as good."""
_ABOVE: Final = 1.6
"""How many times louder than the loudest part of the silence speech is. Parts of 8 ms of one noise differ by 1.3."""
_BELOW: Final = 1 / 80
"""The share of the loudest part that still counts as speech: 38 dB less is heard by nobody."""


def early_ms(samples: bytes) -> int:
    """By how many milliseconds speech had ended before the last frame that counted as speech.

    `samples` are s16le, end with SETTLED frames of silence, and have BYTES or more; with less it is 0. Where speech is
    not much louder than what follows it, or noise covers its end, it is 0, too.
    """
    if len(samples) < BYTES:
        return 0
    sound = array("h", samples[-BYTES:])
    parts = [sum(map(abs, sound[at : at + _STEP : _EVERY])) for at in range(0, len(sound), _STEP)]
    a_frame = FRAME // _STEP
    silence, speech = parts[(1 - SETTLED) * a_frame :], parts[: -SETTLED * a_frame]
    limit = max(_ABOVE * max(silence), _BELOW * max(speech), _STEP // _EVERY)
    for number, part in enumerate(reversed(speech[-LOOKED_AT * a_frame :])):
        if part > limit:
            return number * _STEP_MS
    return 0
