"""Pictures, archives and text are no sound, whatever they are called; samples of every kind are."""

import numpy as np
import pytest

from protocol.audioformat import OTHER, AudioFormat, headless, identify, parse_input
from protocol.documents import TEXT
from protocol.frames import Framing

RAW = (AudioFormat("pcm16", 16_000), AudioFormat("pcm16", 48_000), AudioFormat("wav"))
DOCUMENTS = {
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "GIF": b"GIF89a\x40\0\x40\0",
    "WebP": b"RIFF\x24\0\0\0WEBPVP8 ",
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "ZIP": b"PK\3\4\x14\0\0\0\x08\0",
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\3",
    "ELF": b"\x7fELF\2\1\1\0",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="10"/></svg>' * 40,
    "HTML": "<!DOCTYPE html>\r\n<html><body>Nicht gefunden: Übersicht</body></html>".encode(),
    "JSON": b'{"error": {"message": "The model does not exist", "type": "invalid_request_error"}}',
    "little text": b"hello world " * 20,
    "a data URL": b"data:audio/webm;codecs=opus;base64,GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQRChYEC",
    "Chinese": "这是一段文字，不是声音。".encode() * 20,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_no_sound_is_not_taken_for_samples(name: str) -> None:
    for named in RAW:
        assert identify(named, DOCUMENTS[name], is_whole=True) == AudioFormat(OTHER)
        assert identify(named, DOCUMENTS[name] * 20) == AudioFormat(OTHER)
    assert identify(AudioFormat("mp3"), DOCUMENTS[name], is_whole=True) == AudioFormat("mp3")


def test_so_much_text_is_awaited_that_it_cannot_be_samples() -> None:
    text = b"The quick brown fox jumps over the lazy dog. " * 20
    for named in RAW:
        assert headless(named, text[:100], is_whole=False) == Framing("", TEXT)
        assert headless(named, text[:100] + b"\x01", is_whole=False) == Framing()
        assert headless(named, text[:TEXT], is_whole=False) == Framing(OTHER)
    assert headless(parse_input("webm"), text[:100], is_whole=False) == Framing()


def raw(samples: bytes) -> bool:
    return {identify(named, samples, is_whole=is_whole).name for named in RAW for is_whole in (True, False)} == {
        "pcm16"
    }


def test_samples_that_stay_the_same_are_samples() -> None:
    for value in range(0, 0x10000, 3):
        assert raw(value.to_bytes(2, "little") * 400)


@pytest.mark.parametrize("level", [0.0, 3.0, 300.0, 9_000.0, 20_000.0])
def test_noise_and_tones_of_any_level_are_samples(level: float) -> None:
    noise = np.random.default_rng(int(level)).normal(16_000 * (level > 1_000), level, 60_000)
    times = np.arange(60_000) / 16_000
    for wave in (noise, *(level * np.sin(2 * np.pi * hertz * times) + level for hertz in (20, 50, 100, 440, 3_999))):
        samples = wave.clip(-32_768, 32_767).astype("<i2").tobytes()
        assert all(raw(samples[at : at + 2_000]) for at in range(0, 80_000, 1_998))


def test_the_shortest_sounds_are_samples() -> None:
    assert all(raw(data) for data in (b"", b"a", b"sound", b"\xff\xd8", b"PK", b"BM", b"MZ\0\0", b"\x1f\x8b"))
