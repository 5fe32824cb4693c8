"""Receivers of one session, each with its own form of sound, and what an answer was for each of them."""

import io
import uuid
import wave
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import av
import msgspec
import numpy as np
import trio
from numpy.typing import NDArray

from adapters.client.voiceclient import AudioPiece, VoiceClient, connect
from protocol.connecting import Auth
from protocol.messages import SessionUpdated, TextDelta, TextDone

RATE = 24_000
RAW = 48_000
NET = 30.0
RECEIVERS: Mapping[str, Auth] = {
    "mp3": Auth(role="receiver", audio_format="mp3", is_base64=False),
    "unreal": Auth(role="receiver", client="unreal"),
    "wav": Auth(role="receiver", audio_format="wav", is_base64=False),
    "opus": Auth(role="receiver", audio_format="opus", is_base64=True),
    "pcm16": Auth(role="receiver", audio_format=f"pcm16/{RAW}", is_base64=False),
}
Samples = NDArray[np.float64]


class Answered(msgspec.Struct, frozen=True):
    """What came to one Receiver: the pieces, the text and its deltas, and how many pieces came before the text did."""

    pieces: tuple[AudioPiece, ...]
    text: str
    deltas: str
    before_text: int

    @property
    def parts(self) -> dict[int, tuple[AudioPiece, ...]]:
        """The pieces by their parts, those that only close left out."""
        numbers = dict.fromkeys(piece.id for piece in self.pieces)
        return {number: tuple(p for p in self.pieces if p.id == number and p.audio) for number in sorted(numbers)}


@asynccontextmanager
async def audience(origin: str, configuration: Mapping[str, object]) -> AsyncIterator[tuple[VoiceClient, "Audience"]]:
    """A configured Sender and all RECEIVERS of one session."""
    session = str(uuid.uuid4())
    with trio.fail_after(NET):
        async with AsyncExitStack() as stack:
            sender = await stack.enter_async_context(connect(origin, Auth(role="sender", session_id=session)))
            receivers = {}
            for name, auth in RECEIVERS.items():
                own = msgspec.structs.replace(auth, session_id=session)
                receivers[name] = await stack.enter_async_context(connect(origin, own))
            await sender.update(configuration)
            while not isinstance(message := await sender.receive(), SessionUpdated):
                pass
            assert message.success
            yield sender, Audience(receivers)


class Audience:
    """The Receivers."""

    def __init__(self, receivers: Mapping[str, VoiceClient]) -> None:
        self._receivers = receivers

    async def hear(self) -> dict[str, Answered]:
        """The next answer, as each of them gets it."""
        heard: dict[str, Answered] = {}

        async def listen(name: str, client: VoiceClient) -> None:
            heard[name] = await _answer(client)

        async with trio.open_nursery() as nursery:
            for name, client in self._receivers.items():
                nursery.start_soon(listen, name, client)
        return heard


async def _answer(client: VoiceClient) -> Answered:
    pieces: list[AudioPiece] = []
    text, deltas, before = "", "", 0
    while not (text and pieces and pieces[-1].done):
        match await client.receive():
            case AudioPiece() as piece:
                pieces.append(piece)
            case TextDelta(words):
                deltas += words
            case TextDone(words):
                text, before = words, len(pieces)
    return Answered(tuple(pieces), text, deltas, before)


# ---- sound


def samples_of(name: str, pieces: tuple[AudioPiece, ...]) -> Samples:
    """The samples of a part, in the form that this Receiver asked for, at its own rate."""
    match name:
        case "unreal":
            return np.concatenate([_true_wav(piece.audio) for piece in pieces])
        case "pcm16":
            return np.frombuffer(b"".join(piece.audio for piece in pieces), "<i2").astype(np.float64)
        case _:
            return _decoded(b"".join(piece.audio for piece in pieces), "ogg" if name == "opus" else name)


def rate_of(name: str) -> int:
    """The rate of what `samples_of` gives."""
    return RAW if name in ("pcm16", "opus") else RATE


def _true_wav(data: bytes) -> Samples:
    """The samples of a WAV whose header tells the truth."""
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        frames = file.readframes(file.getnframes())
        assert len(frames) == 2 * file.getnframes() == len(data) - 44
    return np.frombuffer(frames, "<i2").astype(np.float64)


def _decoded(data: bytes, container: str) -> Samples:
    with av.open(io.BytesIO(data), "r") as file:
        assert file.format.name == container
        resampler = av.AudioResampler(format="s16", layout="mono")
        frames = [made for frame in file.decode(audio=0) for made in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames]).astype(np.float64)


def steepest(samples: Samples) -> float:
    """The largest step from a sample to the next."""
    return float(np.abs(np.diff(samples)).max())


def likeness(one: Samples, other: Samples) -> float:
    """1 for the same sound, whatever the delay of its encoder; a gap or a piece out of its place makes it small."""
    size = len(one) + len(other)
    product = np.fft.irfft(np.fft.rfft(one, size) * np.fft.rfft(other, size).conj(), size)
    return float(product.max() / np.sqrt(np.sum(one**2) * np.sum(other**2)))
