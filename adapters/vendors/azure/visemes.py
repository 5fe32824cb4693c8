"""Azure's visemes, by number, as the phoneme that stands for each.

https://learn.microsoft.com/azure/ai-services/speech-service/how-to-speech-synthesis-viseme#map-phonemes-to-visemes
"""

PHONES = (
    "", "ə", "ɑ", "ɔ", "ɛ", "ɝ", "i", "u", "o", "aʊ", "ɔɪ", "aɪ", "h", "ɹ", "l", "s", "ʃ", "θ", "f", "t", "k", "p",
)  # fmt: skip
"""In IPA; "" is silence. Several sounds share a viseme: 21 is p, b and m."""


def phone_of(viseme: int) -> str | None:
    """The phoneme that a viseme shows; None where there is no such viseme."""
    return PHONES[viseme] if 0 <= viseme < len(PHONES) else None
