"""Audio formats: their names on the wire, and the magic bytes by which a file tells its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.audioformat import (
    INPUT_FORMATS,
    INPUT_RATE,
    OUTPUT_FORMATS,
    OUTPUT_RATE,
    AudioFormat,
    parse_input,
    parse_output,
    sniff,
)


def test_the_formats_are_those_of_the_protocol_document() -> None:
    assert INPUT_FORMATS == ("mp3", "wav", "flac", "ogg", "opus", "webm", "m4a", "aac", "pcm16")
    assert OUTPUT_FORMATS == ("mp3", "wav", "opus", "pcm16")
    assert [parse_input(name).name for name in INPUT_FORMATS] == list(INPUT_FORMATS)
    assert [parse_output(name).name for name in OUTPUT_FORMATS] == list(OUTPUT_FORMATS)


def test_raw_samples_have_a_rate_of_their_direction_or_the_one_named() -> None:
    assert parse_input("pcm16") == AudioFormat("pcm16", INPUT_RATE) == AudioFormat("pcm16", 16_000)
    assert parse_output("pcm16") == AudioFormat("pcm16", OUTPUT_RATE) == AudioFormat("pcm16", 24_000)
    assert parse_input("pcm16/48000") == parse_output("pcm16/48000") == AudioFormat("pcm16", 48_000)


def test_names_are_read_in_any_case_and_with_space_around() -> None:
    assert parse_input(" MP3\n") == AudioFormat("mp3")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mp4",
        "mp3/44100",
        "pcm16/",
        "pcm16/7999",
        "pcm16/192001",
        "pcm16/0048000",
        "pcm16/4.8e4",
        "pcm16/-48000",
        "pcm16/48000/2",
        "pcm16/４８０００",
        "pcm 16",
        "\0",
        "audio/mpeg",
    ],
)
def test_any_other_name_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"mp3.*pcm16/RATE with a rate of 8000 to 192000 Hz"):
        parse_input(text)
    with pytest.raises(ValueError, match="one of mp3, wav, opus, pcm16"):
        parse_output(text)


@pytest.mark.parametrize("name", ["flac", "ogg", "webm", "m4a", "aac"])
def test_what_is_only_heard_is_not_spoken(name: str) -> None:
    assert parse_input(name) == AudioFormat(name)
    with pytest.raises(ValueError, match="one of"):
        parse_output(name)


@pytest.mark.parametrize(
    "form", [AudioFormat("mp3"), AudioFormat("wav"), AudioFormat("pcm16", 8_000), AudioFormat("pcm16", 192_000)]
)
def test_a_format_reads_as_what_it_writes(form: AudioFormat) -> None:
    assert parse_output(str(form)) == form


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "wav"),
        (b"\x1a\x45\xdf\xa3\x9f\x42", "webm"),
        (b"OggS\x00\x02\x00\x00", "ogg"),
        (b"fLaC\x00\x00\x00\x22", "flac"),
        (b"ID3\x04\x00", "mp3"),
        (b"\x00\x00\x00\x20ftypM4A ", "m4a"),
        (b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", "m4a"),
        (b"RIFF\x24\x00\x00\x00AVI ", "other"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "other"),
        (b"FORM\x00\x00\x00\x00AIFC", "other"),
        (b"#!AMR-WB\n", "other"),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head: bytes, container: str) -> None:
    assert sniff(head) == container


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"RIFF",
        b"RIFF\x24\x00\x00\x00ACON",
        b"OggS",
        b"OggS\x00",
        b"OggS\x00\x00\x00\x00",
        b"\x1a\x45\xdf",
        b"<svg>",
        b"\xff\xfb\x90\x00",
        b"\x1f\x43\xb6\x75",
        b"\x00\x00" * 8,
    ],
)
def test_a_continuation_and_what_is_no_file_announce_nothing(head: bytes) -> None:
    assert sniff(head) is None


@given(st.text(max_size=12) | st.from_regex(r"pcm16/[0-9]{1,7}", fullmatch=True))
def test_whatever_is_read_can_be_written_and_read_again(text: str) -> None:
    try:
        form = parse_output(text)
    except ValueError:
        return
    assert parse_output(str(form)) == form
