"""The frames between the server and its worker processes: typed messages, length-prefixed, as MessagePack."""

import struct

import msgspec

from actors.ports.mouth import Mark
from actors.ports.sound import Clip, NoSound, Sound, SoundTooLong, Target, Undecodable
from adapters.processes.mouthframes import AlignedFrame, AlignFrame, PhonesFrame, PhonesToldFrame
from protocol.audioformat import AudioFormat

MAX_FRAME = 128 * 1024 * 1024
"""Bytes a message may have: ten minutes of sound at 96 kHz. A longer one is refused by the side that would send it."""

HEAD = struct.Struct(">I")
"""What goes before each message: its length in bytes."""


class StopFrame(msgspec.Struct, frozen=True, tag=True):
    """Leave the current call, if there is one still, and answer `StoppedFrame`: nothing of that call follows."""


class HearFrame(msgspec.Struct, frozen=True, tag=True):
    """`samples` of an utterance of which more will come, mono s16le at 16 kHz; `begins`: these are its first.

    Answered by `WordsFrame` as they change, and `HeardFrame`.
    """

    samples: bytes
    begins: bool


class RecogniseFrame(msgspec.Struct, frozen=True, tag=True):
    """The utterance, or where it has begun with `HearFrame` (`begins` false) the rest of it.

    `language` BCP 47 and `prompt` for engines that take them.
    Answered by `WordsFrame` as they change, and `RecognisedFrame`.
    """

    samples: bytes
    begins: bool = True
    language: str = ""
    prompt: str = ""


class PieceFrame(msgspec.Struct, frozen=True, tag=True):
    """A piece of an utterance after the words `before`, mono s16le at 16 kHz. Answered by `PieceWordsFrame`.

    `expected`: words that the operator expects; `prompt`: the session's hint. `is_last`: the utterance ends with it.
    `goes_on`: it is still being spoken, and will be recognised again.
    """

    samples: bytes
    before: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    prompt: str = ""
    is_last: bool = True
    goes_on: bool = False


class SynthesiseFrame(msgspec.Struct, frozen=True, tag=True):
    """Speak plain `text`, `pace` words a minute. Answered by `SoundFrame` as it is made, and `SpokenFrame`.

    `marks`: the phonemes are wanted too.
    """

    text: str
    voice: str
    pace: int
    marks: bool = False


class DecodeFrame(msgspec.Struct, frozen=True, tag=True):
    """`clip` as mono s16le at `rate` Hz, of at most `seconds`. Answered by `DecodedFrame`."""

    clip: Clip
    rate: int
    seconds: float


class ConvertFrame(msgspec.Struct, frozen=True, tag=True):
    """`clip`, of at most `seconds`, in each of `targets`. Answered by `ConvertedFrame`."""

    clip: Clip
    targets: tuple[AudioFormat, ...]
    seconds: float


class Opening(msgspec.Struct, frozen=True):
    """A sound that is still coming: as what, what is to become of it, and how many seconds of it are taken."""

    source: AudioFormat
    targets: tuple[Target, ...]
    seconds: float


class PushFrame(msgspec.Struct, frozen=True, tag=True):
    """The next bytes of the sound with the number `stream`; `opening` with the first, `last` with the end of it.

    Answered by `PushedFrame`. A stream ends with its last answer, with a call that fails, and with one that is stopped.
    """

    stream: int
    data: bytes
    last: bool = False
    opening: Opening | None = None


class DropFrame(msgspec.Struct, frozen=True, tag=True):
    """Forget these streams, if there are such. Answered by `DroppedFrame`."""

    streams: tuple[int, ...]


class JudgeFrame(msgspec.Struct, frozen=True, tag=True):
    """The next samples of several microphones, mono s16le at 16 kHz: `frames` of 512 samples of each of `streams`.

    `references`: what played meanwhile, as envelopes; `frozen`: the streams of which nothing is to be learned. `ended`:
    streams to forget. A stream begins with its first samples. Answered by `JudgedFrame`.
    """

    streams: tuple[int, ...]
    frames: tuple[int, ...]
    samples: bytes
    references: tuple[bytes, ...]
    frozen: tuple[int, ...]
    ended: tuple[int, ...] = ()


class TurnEndFrame(msgspec.Struct, frozen=True, tag=True):
    """The last seconds of speech and the pause after it, mono s16le at 16 kHz. Answered by `TurnEndedFrame`."""

    samples: bytes


Request = (
    StopFrame
    | HearFrame
    | RecogniseFrame
    | PieceFrame
    | SynthesiseFrame
    | DecodeFrame
    | ConvertFrame
    | PushFrame
    | DropFrame
    | JudgeFrame
    | TurnEndFrame
    | AlignFrame
    | PhonesFrame
)


class EngineVoice(msgspec.Struct, frozen=True):
    """A synthesiser's voice for a language: the language's code, and the name by which the engine loads it."""

    language: str
    file: str


class ReadyFrame(msgspec.Struct, frozen=True, tag=True):
    """The engine is loaded and tested. A synthesiser tells its voices, and the variants that each can be given.

    `rate` in Hz: of the samples it makes, where that depends on the voice.
    """

    voices: tuple[EngineVoice, ...] = ()
    variants: tuple[str, ...] = ()
    rate: int = 0


class StoppedFrame(msgspec.Struct, frozen=True, tag=True):
    """The answer to `StopFrame`."""


class WordsFrame(msgspec.Struct, frozen=True, tag=True):
    """All the words recognised so far."""

    text: str


class SoundFrame(msgspec.Struct, frozen=True, tag=True):
    """The next samples, mono s16le. `marks`: see `Clip`."""

    samples: bytes
    marks: tuple[Mark, ...] | None = None


class HeardFrame(msgspec.Struct, frozen=True, tag=True):
    """The samples were taken in."""


class RecognisedFrame(msgspec.Struct, frozen=True, tag=True):
    """The end of a recognition; `language` as the engine heard it, where it says so."""

    text: str
    language: str = ""


class PieceWordsFrame(msgspec.Struct, frozen=True, tag=True):
    """The words of a piece, in small letters; `names`: expected words, as they are written.

    Of a piece that goes on, `words` are those before its last pause, of the first `size` bytes, and `rest` the others.
    """

    words: tuple[str, ...]
    rest: tuple[str, ...] = ()
    size: int = 0
    names: tuple[str, ...] = ()


class SpokenFrame(msgspec.Struct, frozen=True, tag=True):
    """The end of a synthesis."""


class DecodedFrame(msgspec.Struct, frozen=True, tag=True):
    """The samples asked for."""

    samples: bytes


class ConvertedFrame(msgspec.Struct, frozen=True, tag=True):
    """The sounds asked for, in the order of `ConvertFrame.targets`."""

    sounds: tuple[Sound, ...]


class PushedFrame(msgspec.Struct, frozen=True, tag=True):
    """The pieces that a `PushFrame` made, and why a target failed ("" where it did not), in the order of the targets.

    `more`: another `PushFrame` without bytes brings more; so that nobody's sound holds up the others for long.
    """

    sounds: tuple[tuple[Sound, ...], ...]
    failures: tuple[str, ...]
    more: bool = False


class LostFrame(msgspec.Struct, frozen=True, tag=True):
    """The answer to a `PushFrame` of a sound that the process does not have: it was begun in one that has ended."""


class DroppedFrame(msgspec.Struct, frozen=True, tag=True):
    """The answer to `DropFrame`."""


class JudgedFrame(msgspec.Struct, frozen=True, tag=True):
    """The probabilities of speech, in order, as float32, ECHO for presumed echo; and how many streams are known now.

    `paths`: the echo paths that are certain, by stream: ms, and dB. `settled`: how many frames of each stream are
    judged, those that were held before first; `held`: how many are held still. "()" stands for all, and none.
    """

    probabilities: bytes
    streams: int
    paths: dict[int, tuple[int, float]] = {}
    settled: tuple[int, ...] = ()
    held: tuple[int, ...] = ()


class TurnEndedFrame(msgspec.Struct, frozen=True, tag=True):
    """The probability that the speaker has finished."""

    probability: float


class FailedFrame(msgspec.Struct, frozen=True, tag=True):
    """The engine could not; becomes EngineFailed."""

    message: str


REFUSALS = {refusal.__name__: refusal for refusal in (Undecodable, NoSound, SoundTooLong)}
"""What a refusal of the process becomes in the server, by its name."""


class RefusedFrame(msgspec.Struct, frozen=True, tag=True):
    """The audio is at fault; becomes the one of REFUSALS that is named."""

    message: str
    name: str


Progress = WordsFrame | SoundFrame
Done = (
    HeardFrame
    | RecognisedFrame
    | PieceWordsFrame
    | SpokenFrame
    | DecodedFrame
    | ConvertedFrame
    | PushedFrame
    | LostFrame
    | DroppedFrame
    | JudgedFrame
    | TurnEndedFrame
    | AlignedFrame
    | PhonesToldFrame
)
Result = Done | FailedFrame | RefusedFrame
Reply = ReadyFrame | StoppedFrame | WordsFrame | SoundFrame | Result


class Oversize(ValueError):
    """A message is longer than MAX_FRAME."""


_encoder = msgspec.msgpack.Encoder()


def pack(message: Request | Reply) -> bytearray:
    """`message` as a frame; raises Oversize."""
    frame = bytearray(HEAD.size)
    _encoder.encode_into(message, frame, HEAD.size)
    HEAD.pack_into(frame, 0, checked(len(frame) - HEAD.size))
    return frame


def checked(length: int) -> int:
    """`length`, where a message may be so long; raises Oversize."""
    if length > MAX_FRAME:
        raise Oversize(f"{length} bytes are more than a worker process takes or gives at once ({MAX_FRAME})")
    return length
