"""What strangers and providers send in very small units: others get their turn in between, and time grows evenly."""

from collections.abc import Callable

import pytest
import trio
from trio.testing import memory_stream_pair

from actors.ports.pace import BYTES, ITEMS
from actors.ports.sound import Target
from adapters.codec.codec import AudioCodec
from adapters.codec.live import STEP, passed
from adapters.codec.passing import Mp3Walker, OggWalker, PassingWriter
from adapters.reach.call import Patience
from adapters.reach.eventstream import EventStream
from adapters.reach.sse import EventReader
from adapters.reach.wyoming.connection import WyomingConnection
from adapters.reach.wyoming.frames import WyomingReader
from adapters.reach.wyoming.messages import Incoming, WyomingAudioStop, WyomingError
from adapters.vendors.shared.sound import SoundReader
from adapters.wire.http import CHUNK_ITEMS, Deadlines, HttpConnection
from protocol.audioformat import AudioFormat
from protocol.engineio import MESSAGE
from protocol.joined import files_of
from protocol.wav import MOST_CHUNKS, WavReader, wav_header
from tests.adapters.codec.sounds import written
from tests.lag import MOST_GROWTH, Stretch, growth, stretch

PCM = AudioFormat("pcm16", 16_000)
RIFF = b"RIFF\xff\xff\xff\xffWAVE"
EMPTY, SKIPPED = b"LIST\0\0\0\0", b"LIST\xff\xff\xff\x7f"
FRAME = bytes.fromhex("fff314c0") + bytes(20)
"""The shortest frame of mp3 there is: MPEG 2, 8 kbit/s at 24 kHz."""
PAGE = b"OggS" + bytes(23)


def whole(codec: AudioCodec, source: AudioFormat, data: bytes, step: int) -> None:
    async def push() -> None:
        async with codec.decoding(source, 16_000) as decoding:
            for start in range(0, len(data), step):
                await decoding.push(data[start : start + step])
            await decoding.finish()

    trio.run(push)


def taken(reader: WavReader, data: bytes, step: int) -> None:
    for start in range(0, len(data), step):
        reader.take(data[start : start + step])


def read(data: bytes, step: int) -> None:
    reading = SoundReader(PCM)
    for start in range(0, len(data), step):
        reading.push(data[start : start + step])
    reading.finish()


def walked(writer: PassingWriter, data: bytes) -> None:
    for start in range(0, len(data), STEP):
        writer.walk(data[start : start + STEP])


CODEC = AudioCodec()
WORK: dict[str, tuple[Callable[[int], object], int]] = {
    "zeros as samples": (lambda size: whole(CODEC, PCM, bytes(size), size), 150_000),
    "zeros as samples in chunks": (lambda size: whole(CODEC, PCM, bytes(size), 200), 20_000),
    "a wav in chunks": (lambda size: whole(CODEC, PCM, wav_header(16_000) + bytes(size), 200), 20_000),
    "many wavs": (lambda size: whole(CODEC, PCM, (wav_header(16_000, 8) + bytes(8)) * size, 10_000), 500),
    "samples that look like headers": (
        lambda size: whole(CODEC, PCM, wav_header(16_000) + b"RIFF" * size, 999),
        10_000,
    ),
    "a wav in single bytes": (lambda size: taken(WavReader(), RIFF + EMPTY * size, 1), 1_000),
    "a wav that skips much": (
        lambda size: taken(WavReader(), RIFF + b"LIST\xff\xff\xff\x7f" + bytes(size), 100),
        200_000,
    ),
    "a synthesiser's wav in single bytes": (lambda size: read(RIFF + EMPTY * size, 1), 1_000),
    "frames of mp3": (lambda size: walked(PassingWriter(Mp3Walker(), 0), FRAME * size), 2_000),
    "what is no frame of mp3": (lambda size: walked(PassingWriter(Mp3Walker(), 0), FRAME + b"\xff" * size), 200_000),
    "pages of Ogg": (lambda size: walked(PassingWriter(OggWalker(), 0), PAGE * size), 2_000),
    "what is no page of Ogg": (lambda size: walked(PassingWriter(OggWalker(), 0), PAGE + b"O" * size), 2_000),
    "where files may begin": (lambda size: files_of(bytes(size) + b"ftyp" * size, "m4a"), 50_000),
    "empty events": (lambda size: EventReader().feed(b"\n" * size), 10_000),
    "empty events with returns": (lambda size: EventReader().feed(b"\r" * size), 10_000),
    "events of one byte": (lambda size: EventReader().feed(b"data:1\n\n" * size), 3_000),
}


@pytest.mark.parametrize("name", WORK)
def test_eight_times_the_input_takes_no_more_than_twelve_times_the_time(name: str) -> None:
    work, size = WORK[name]
    assert growth(work, size) <= MOST_GROWTH


@pytest.mark.parametrize("step", [1, 7, 10_000_000])
def test_of_a_wav_without_end_no_more_chunks_are_read_than_files_have(step: int) -> None:
    reader = WavReader()
    taken(reader, RIFF + EMPTY * MOST_CHUNKS, step)
    before = reader.is_lost
    taken(reader, EMPTY + b"data\4\0\0\0abcd", step)
    assert (before, reader.is_lost, reader.has_samples) == (False, True, False)


def test_no_wav_is_read_where_none_was_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WavReader, "take", None)
    for head in (bytes(100), b"RIFF" + bytes(100), bytes(8) + b"WAVE" + bytes(100)):
        whole(CODEC, PCM, head, 7)


# ---- between two checkpoints


class CountingMp3(Mp3Walker):
    def __init__(self, watching: Stretch) -> None:
        super().__init__()
        self._watching = watching

    def seconds(self, unit: bytes) -> float:
        self._watching.note()
        return super().seconds(unit)


@pytest.mark.parametrize("body", [FRAME * 20_000, FRAME + b"\xff" * 500_000], ids=["frames", "rubbish"])
async def test_a_file_that_is_handed_on_is_walked_with_turns_for_others(body: bytes) -> None:
    with stretch() as watching:
        writer = PassingWriter(CountingMp3(watching), 0)
        sounds = await passed(writer, body)
    assert b"".join(sound.data for sound in sounds + writer.finish()) == body
    assert watching.sum >= len(body) / STEP
    assert watching.most <= ITEMS


async def test_handed_on_with_turns_for_others_a_file_is_cut_as_it_would_be_without() -> None:
    body = written("mp3")
    for most in (0, 5_000):
        at_once = PassingWriter(Mp3Walker(), most).push(body)
        in_turns = await passed(PassingWriter(Mp3Walker(), most), body)
        assert [sound.data for sound in in_turns] == [sound.data for sound in at_once]
        assert sum(sound.seconds for sound in in_turns) == pytest.approx(sum(sound.seconds for sound in at_once))


class Body:
    """An answer that comes in one piece."""

    title, content_type = "a model", "text/event-stream"

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def next(self) -> bytes:
        data, self._data = self._data, b""
        return data


class CountingReader(EventReader):
    def __init__(self, watching: Stretch) -> None:
        super().__init__()
        self._watching = watching

    def _read(self, line: bytes):  # type: ignore[no-untyped-def]
        self._watching.note()
        return super()._read(line)


@pytest.mark.parametrize("line", [b"\n", b"\r", b": a comment\n", b"data:1\n\n"])
async def test_the_lines_of_events_are_read_with_turns_for_others(line: bytes) -> None:
    with stretch() as watching:
        events = EventStream(Body(line * 50_000))
        events._reader = CountingReader(watching)
        assert len([event async for event in events]) == (50_000 if line.startswith(b"data") else 0)
    assert watching.sum >= 50_000
    assert watching.most <= ITEMS


async def test_events_that_have_come_are_handed_on_with_turns_for_others() -> None:
    with stretch() as watching:
        async for _ in EventStream(Body(b"data:1\n\n" * 10_000)):
            watching.note()
    assert watching.sum == 10_000
    assert watching.most <= ITEMS


class CountingWyoming(WyomingReader):
    watching = Stretch()

    def take(self) -> Incoming | WyomingError | int | None:
        event = super().take()
        if not isinstance(event, int):
            self.watching.note()
        return event


async def test_the_events_of_wyoming_are_read_with_turns_for_others() -> None:
    ours, theirs = memory_stream_pair()
    await theirs.send_all(b'{"type":"x"}\n' * 20_000 + b'{"type":"audio-stop"}\n')
    with stretch() as watching:
        connection = WyomingConnection(ours, "an engine", Patience())
        connection._reader = reader = CountingWyoming()
        reader.watching = watching
        assert await connection.receive() == WyomingAudioStop()
    assert watching.sum == 20_001
    assert watching.most <= ITEMS


class CountingHttp(HttpConnection):
    watching = Stretch()

    async def _next_event(self) -> object:
        event = await super()._next_event()
        self.watching.note()
        return event


async def test_a_body_of_single_bytes_is_read_with_turns_for_others() -> None:
    ours, theirs = memory_stream_pair()
    http = CountingHttp(ours, Deadlines())
    await theirs.send_all(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    await http.next_request()
    await theirs.send_all(b"1\r\n4\r\n" * 5_000 + b"0\r\n\r\n")
    with stretch() as watching:
        http.watching = watching
        assert await http.read_body(10_000) == str(MESSAGE).encode() * 5_000
    assert watching.sum == 5_001
    assert watching.most <= 2 * ITEMS // CHUNK_ITEMS


async def test_raw_samples_of_a_megabyte_are_passed_on_at_once() -> None:
    target = Target(PCM)
    with stretch() as watching:
        async with CODEC.encoding(PCM, frozenset({target})) as encoding:
            for _ in range(4):
                watching.note(BYTES)
                await encoding.push(bytes(BYTES))
    assert watching.most <= BYTES
