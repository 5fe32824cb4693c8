"""The segments of a transcript as Whisper tells them (`verbose_json`), without those in which nobody spoke."""

from collections.abc import Iterator

NO_SPEECH = 0.6
"""`no_speech_prob` above which a segment may be none."""
UNSURE = -1.0
"""`avg_logprob` below which it is none then: the two bounds by which Whisper itself skips a segment as silence."""


def spoken(text: str, segments: object) -> str:
    """`text` without the segments in which, as both measures say, nobody spoke; as it is where they are not told."""
    told = [segment for segment in segments if isinstance(segment, dict)] if isinstance(segments, list) else []
    if not any(map(_is_silence, told)):
        return text
    return "".join(_kept(text, told))


def _kept(text: str, segments: list[dict[str, object]]) -> Iterator[str]:
    """The text of the segments that were spoken."""
    at = 0
    for segment in segments:
        words = str(segment.get("text") or "").strip()
        begin = text.find(words, at) if words else -1
        if begin < 0:
            continue
        yield text[at:begin]
        at = begin + len(words)
        if not _is_silence(segment):
            yield words
    yield text[at:]


def _is_silence(segment: dict[str, object]) -> bool:
    match segment:
        case {"no_speech_prob": int() | float() as no_speech, "avg_logprob": int() | float() as sure}:
            return no_speech > NO_SPEECH and sure < UNSURE
    return False
