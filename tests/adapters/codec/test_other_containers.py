"""Files that no client can name, or that come under a wrong name; files without any sound; channels that cancel out."""

import struct
from fractions import Fraction
from io import BytesIO

import av
import numpy as np
import pytest
import trio

from actors.deciding.effects import Transcribe
from actors.deciding.events import Failed, StageEvent
from actors.deciding.limits import Limits
from actors.ports.audio import whole
from actors.ports.calls import Emit
from actors.ports.recognition import SpeechToText, Transcript, Utterance
from actors.ports.sound import Clip, Codec, NoSound, Undecodable
from actors.running.calls import Waits
from actors.running.stages import perform
from adapters.codec.codec import AudioCodec
from protocol.audioformat import INPUT_FORMATS, OTHER, AudioFormat, identify, sniff
from protocol.configuration import Stt
from protocol.containers import stream_header
from protocol.errors import ErrorId
from protocol.wav import wav_header
from tests.adapters.codec.live import at_once, cut, decoded
from tests.adapters.codec.sounds import tone, values, voice, written
from tests.scripted import ScriptedEngines

real = pytest.mark.real
RATE = 16_000
MUXED = {
    "caf": ("caf", "pcm_s16be", 44_100),
    "caf with mu-law": ("caf", "pcm_mulaw", 8_000),
    "aiff": ("aiff", "pcm_s16be", 44_100),
    "au": ("au", "pcm_s16be", 44_100),
    "w64": ("w64", "pcm_s16le", 44_100),
    "wma": ("asf", "wmav2", 44_100),
    "wavpack": ("wv", "wavpack", 44_100),
    "tta": ("tta", "tta", 44_100),
    "voc": ("voc", "pcm_s16le", 44_100),
    "flv": ("flv", "adpcm_swf", 44_100),
    "avi": ("avi", "pcm_s16le", 44_100),
    "mpeg-ps": ("mpeg", "mp2", 44_100),
    "sox": ("sox", "pcm_s32le", 44_100),
}
"""Muxer, encoder and rate of containers that tell themselves by their first bytes."""
UNSIGNED = {"mpeg-ts": ("mpegts", "mp2", 44_100), "mp2": ("mp2", "mp2", 44_100), "ac3": ("ac3", "ac3", 44_100)}
"""The same, without such bytes: found where the sender does not say that it is raw."""


def muxed(muxer: str, encoder: str, rate: int, seconds: float = 1.0, **options: str) -> bytes:
    samples = np.frombuffer(tone(rate, seconds or 1.0), "<i2").reshape(1, -1)
    file = BytesIO()
    with av.open(file, "w", format=muxer, options=options) as container:
        stream = container.add_stream(encoder, rate=rate, layout="mono", bit_rate=64_000)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate, frame_size=stream.frame_size)
        for ready in (*resampler.resample(frame), *resampler.resample(None)) if seconds else ():
            container.mux(stream.encode(ready))
        container.mux(stream.encode(None))
    return file.getvalue()


def rf64(samples: bytes) -> bytes:
    """A WAV whose sizes stand in a chunk of their own (EBU Tech 3306)."""
    sizes = struct.pack("<4sIQQQI", b"ds64", 28, len(samples) + 72, len(samples), len(samples) // 2, 0)
    return b"RF64\xff\xff\xff\xffWAVE" + sizes + wav_header(RATE)[12:36] + b"data\xff\xff\xff\xff" + samples


def pitch(samples: bytes, rate: int) -> float:
    """The loudest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(values(samples)))
    return float(np.argmax(spectrum)) * rate / (len(samples) / 2)


def is_the_tone(samples: bytes, length: float = 1.0) -> bool:
    return abs(len(samples) / 2 / RATE - length) < 0.12 and abs(pitch(samples, RATE) - 440) < 4


@pytest.mark.parametrize("named", ["pcm16", "pcm16/48000", "wav", "mp3", "webm", "aac"])
@pytest.mark.parametrize("kind", [*MUXED, "rf64"])
def test_what_tells_itself_is_decoded_under_any_name(kind: str, named: str) -> None:
    data = rf64(tone(RATE, 1.0)) if kind == "rf64" else muxed(*MUXED[kind])
    source = AudioFormat("pcm16", 48_000) if "/" in named else AudioFormat(named, RATE if named == "pcm16" else 0)
    assert sniff(data[:16]) == OTHER
    assert identify(source, data[:16]) == AudioFormat(OTHER)
    for form in (source, AudioFormat(OTHER)):
        assert is_the_tone(at_once(data, form, RATE))
        assert is_the_tone(decoded(form, cut(data, range(0, len(data), 3_000)), RATE))


@pytest.mark.parametrize("kind", UNSIGNED)
@pytest.mark.parametrize("named", ["webm", "m4a", "flac", "ogg"])
def test_what_does_not_tell_itself_is_found_where_its_name_is_wrong(kind: str, named: str) -> None:
    data = muxed(*UNSIGNED[kind])
    assert is_the_tone(at_once(data, AudioFormat(named), RATE))
    assert is_the_tone(decoded(AudioFormat(named), cut(data, range(0, len(data), 3_000)), RATE))


@pytest.mark.parametrize("seed", range(20))
def test_raw_samples_stay_raw_samples(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(-32_768, 32_767, 16_000, np.int16).tobytes()
    for samples in (noise, voice(RATE, 0.3)[2 * seed :], bytes(20_000), tone(RATE, 0.2)[2 * seed :]):
        assert sniff(samples) is None
        assert at_once(samples, AudioFormat("pcm16", RATE), RATE) == samples
        assert decoded(AudioFormat("pcm16", RATE), cut(samples, [100, 5_001]), RATE) == samples


def test_a_playlist_and_a_picture_open_nothing() -> None:
    for text in (
        b"#EXTM3U\n/etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\x89PNG\r\n\x1a\n" + bytes(99),
    ):
        for form in (AudioFormat("mp3"), AudioFormat("webm"), AudioFormat(OTHER)):
            with pytest.raises(Undecodable, match="does not decode"):
                at_once(text, form, RATE)


# ---- nothing to hear


def head_of(name: str) -> bytes:
    """The head of a file, behind which its sound would come."""
    match name:
        case "webm":
            return written(name, 0.5).partition(b"\x1f\x43\xb6\x75")[0]
        case "flac":
            return written(name, 0.5).partition(b"\xff\xf8")[0]
        case "m4a":
            return muxed("mp4", "aac", 44_100, movflags="frag_keyframe+empty_moov").partition(b"moof")[0][:-4]
        case _:
            return stream_header(written(name, 0.5))


EMPTY = {
    "a WAV": wav_header(RATE, 0),
    "a WAV of a stream": wav_header(RATE),
    "a WAV without a data chunk": wav_header(RATE, 0)[:36],
    "a stereo WAV": wav_header(RATE, 0).replace(b"\1\0\1\0", b"\1\0\2\0"),
    "a WAV with a chunk behind": wav_header(RATE, 0)[:36] + b"LIST\4\0\0\0INFO",
    **{f"a head of {name}": head_of(name) for name in ("webm", "flac", "m4a", "ogg", "opus")},
    "a tag of mp3": b"ID3\4\0\0\0\0\0\x0a" + bytes(10),
    "two tags of mp3": b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + b"TAG" + bytes(125),
    "an AIFF": muxed("aiff", "pcm_s16be", RATE, 0.0),
    "a CAF": muxed("caf", "pcm_s16be", RATE, 0.0),
}


@pytest.mark.parametrize("name", EMPTY)
def test_a_file_without_a_sample_is_told_from_one_that_does_not_decode(name: str) -> None:
    for called in ("mp3", "wav", "webm"):
        with pytest.raises(NoSound, match=r"no sound in it|without a single sample"):
            at_once(EMPTY[name], AudioFormat(called), RATE)
        with pytest.raises(NoSound, match=r"no sound in it|without a single sample"):
            decoded(AudioFormat(called), [EMPTY[name][:20], EMPTY[name][20:]], RATE)


UNKNOWN = {
    "a WAV with an unknown tag": wav_header(RATE, 9_000).replace(b"\x10\0\0\0\1\0", b"\x10\0\0\0\x34\x12")
    + bytes(9_000),
    "a WAV without bits": wav_header(RATE, 9_000)[:34] + b"\0\0data\x28\x23\0\0" + bytes(9_000),
    "a WebM with an unknown codec": written("webm", 0.5).replace(b"A_OPUS", b"A_NONE"),
    "half a head of m4a": head_of("m4a")[:400],
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_sound_that_no_decoder_is_known_for_is_refused_and_ends_no_process(name: str) -> None:
    for called in ("mp3", "wav", "m4a"):
        with pytest.raises(Undecodable, match="does not decode"):
            at_once(UNKNOWN[name], AudioFormat(called), RATE)
        with pytest.raises(Undecodable, match="does not decode"):
            decoded(AudioFormat(called), cut(UNKNOWN[name], [100, 3_000]), RATE)


def test_what_is_damaged_is_not_taken_for_silence() -> None:
    for name in INPUT_FORMATS:
        if name not in ("pcm16", "wav"):
            data = written(name, 0.5)
            with pytest.raises(Undecodable) as refusal:
                at_once(data[:8] + bytes(2_000), AudioFormat(name), RATE)
            assert not isinstance(refusal.value, NoSound)


@real
async def test_through_the_processes_nothing_to_hear_is_told(nursery: trio.Nursery) -> None:
    codec = AudioCodec(deadline=60.0, stream_grace=5.0, stream_deadline=60.0)
    with trio.fail_after(60):
        await nursery.start(codec.run)
    for data in EMPTY.values():
        with pytest.raises(NoSound):
            await codec.decode(Clip(data, AudioFormat("mp3")), RATE)
        async with codec.decoding(AudioFormat("mp3"), RATE) as decoding:
            await decoding.push(data)
            with pytest.raises(NoSound):
                await decoding.finish()
    caf = muxed(*MUXED["caf"])
    assert is_the_tone(await codec.decode(Clip(caf, AudioFormat("pcm16", RATE)), RATE))
    async with codec.decoding(AudioFormat("pcm16", RATE), RATE) as decoding:
        pieces = [await decoding.push(part) for part in cut(caf, range(0, len(caf), 3_000))]
        assert is_the_tone(b"".join([*pieces, await decoding.finish()]))


# ---- channels


def stereo(left: bytes, right: bytes, kind: str) -> bytes:
    """A WAV of two channels, of 16 bit, 8 bit or floating point samples."""
    both = np.stack([values(left), values(right)], axis=1)
    made = {
        "s16": (1, 16, both.astype("<i2").tobytes()),
        "u8": (1, 8, (np.rint(both / 256) + 128).astype(np.uint8).tobytes()),
        "f32": (3, 32, (both / 32_768).astype("<f4").tobytes()),
    }
    tag, bits, samples = made[kind]
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, 2, RATE, RATE * 2 * bits // 8, 2 * bits // 8, bits)
    return b"RIFF\0\0\0\0WAVE" + form + struct.pack("<4sI", b"data", len(samples)) + samples


def energy(samples: bytes) -> float:
    return float(np.mean(values(samples) ** 2))


@pytest.mark.parametrize("kind", ["s16", "u8", "f32"])
def test_channels_that_cancel_out_are_not_mixed(kind: str) -> None:
    left = tone(RATE, 1.0)
    for loud, scale in ((left, 1.0), ((values(left) * 0.8).astype("<i2").tobytes(), 1.0)):
        inverse = (-values(left)).astype("<i2").tobytes()
        made = at_once(stereo(loud, inverse, kind), AudioFormat("wav"), RATE)
        assert energy(made) == pytest.approx(scale * energy(left), rel=0.05)


@pytest.mark.parametrize("kind", ["s16", "u8", "f32"])
def test_channels_that_do_not_cancel_out_are_mixed(kind: str) -> None:
    left, nothing = tone(RATE, 1.0), bytes(len(tone(RATE, 1.0)))
    same = at_once(stereo(left, left, kind), AudioFormat("wav"), RATE)
    half = at_once(stereo(left, nothing, kind), AudioFormat("wav"), RATE)
    assert energy(same) == pytest.approx(energy(left), rel=0.05)
    assert energy(half) == pytest.approx(energy(left) / 4, rel=0.05)
    assert energy(at_once(stereo(nothing, nothing, kind), AudioFormat("wav"), RATE)) == 0.0


# ---- what people are told


class Reader:
    """A recogniser that takes files, and notes what it gets."""

    accepts = frozenset({"wav", "webm"})
    wants = AudioFormat("pcm16", RATE)
    live = False

    def __init__(self) -> None:
        self.came: list[tuple[AudioFormat, int]] = []

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        self.came.append((utterance.format, len(await whole(utterance.audio))))
        return Transcript("Hello.", "en")


class RealSound(ScriptedEngines):
    """The real codec, and this recogniser."""

    def __init__(self, reader: Reader, codec: AudioCodec) -> None:
        super().__init__()
        self._reader = reader
        self._real = codec

    def recogniser(self, provider: str) -> SpeechToText:
        return self._reader

    @property
    def codec(self) -> Codec:  # type: ignore[override]
        return self._real


@real
async def test_a_recogniser_that_takes_files_gets_neither_empty_ones_nor_several(nursery: trio.Nursery) -> None:
    codec = AudioCodec(deadline=60.0, stream_grace=5.0, stream_deadline=60.0)
    with trio.fail_after(60):
        await nursery.start(codec.run)
    reader = Reader()
    engines = RealSound(reader, codec)

    async def told(data: bytes, *, is_joined: bool = False) -> tuple[int, str]:
        events: list[StageEvent] = []

        async def report(event: StageEvent, waits: Waits) -> None:
            events.append(event)

        job = Transcribe(1, Clip(data, identify(AudioFormat("wav"), data)), Stt(), is_joined)
        await perform(job, engines, Limits(), report)
        (event,) = events
        return (event.error_id, event.message) if isinstance(event, Failed) else (0, "")

    file = written("wav", 1.0)
    assert await told(file) == (0, "")
    assert await told(file * 3, is_joined=True) == (0, "")
    assert await told(muxed(*MUXED["aiff"])) == (0, "")
    error, words = await told(wav_header(RATE))
    assert (error, words[:34]) == (ErrorId.NOTHING_SAID, "there is nothing to transcribe: th")
    assert await told(b"a") == (ErrorId.NOTHING_SAID, "there is nothing to transcribe: one byte holds no sound")
    assert (await told(b"%PDF-1.7 no sound" * 90))[0] == ErrorId.UNDECODABLE_AUDIO
    assert (await told(b"RIFF\0\0\0\0WAVE" + bytes(9_000)))[0] in (0, ErrorId.UNDECODABLE_AUDIO)
    assert reader.came[:1] == [(AudioFormat("wav"), len(file))]
    assert [form for form, _ in reader.came[1:3]] == [AudioFormat("pcm16", RATE)] * 2
    assert reader.came[1][1] == pytest.approx(2 * RATE * 3.0, rel=0.01)
