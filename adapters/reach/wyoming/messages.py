"""The events of Wyoming, the protocol of Home Assistant's local engines.

Their tags are their types on the wire, and their fields are their data. Source: the README of
https://github.com/OHF-Voice/wyoming, and its package 1.10.
"""

import msgspec


class WyomingDescribe(msgspec.Struct, frozen=True, tag="describe"):
    """Asks for `WyomingInfo`."""


class WyomingTranscribe(msgspec.Struct, frozen=True, tag="transcribe", omit_defaults=True):
    """Asks for a `WyomingTranscript` of the audio that follows; `name`: of the model."""

    name: str = ""
    language: str = ""
    transcript_terms: tuple[str, ...] = ()


class WyomingAudioStart(msgspec.Struct, frozen=True, tag="audio-start"):
    """Audio follows; `rate` in Hz, `width` in bytes a sample."""

    rate: int
    width: int
    channels: int


class WyomingAudioChunk(msgspec.Struct, frozen=True, tag="audio-chunk"):
    """A piece of it; `audio`, the payload, is signed and little-endian, but unsigned where `width` is 1."""

    rate: int
    width: int
    channels: int
    audio: bytes = b""


class WyomingAudioStop(msgspec.Struct, frozen=True, tag="audio-stop"):
    """There is no more of it."""


class WyomingVoiceChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """The voice that is wanted: by `name`, and `speaker` where it has several; or any for `language`."""

    name: str = ""
    language: str = ""
    speaker: str = ""


class WyomingSynthesize(msgspec.Struct, frozen=True, tag="synthesize", omit_defaults=True):
    """Asks for the sound of `text`."""

    text: str
    voice: WyomingVoiceChoice | None = None


class WyomingTranscript(msgspec.Struct, frozen=True, tag="transcript"):
    """All that was recognised."""

    text: str
    language: str | None = None


class WyomingTranscriptStart(msgspec.Struct, frozen=True, tag="transcript-start"):
    """The words follow in pieces, while the audio still goes out."""

    language: str | None = None


class WyomingTranscriptChunk(msgspec.Struct, frozen=True, tag="transcript-chunk"):
    """The next piece."""

    text: str


class WyomingTranscriptStop(msgspec.Struct, frozen=True, tag="transcript-stop"):
    """There are no more of them; a `WyomingTranscript` came before."""


class WyomingError(msgspec.Struct, frozen=True, tag="error"):
    """The peer could not."""

    text: str = ""


class WyomingModel(msgspec.Struct, frozen=True):
    """A model for recognition."""

    name: str
    installed: bool = True
    languages: tuple[str, ...] = ()


class WyomingSpeaker(msgspec.Struct, frozen=True):
    """One of several people that a voice can be."""

    name: str


class WyomingVoice(msgspec.Struct, frozen=True):
    """A voice for synthesis."""

    name: str
    installed: bool = True
    languages: tuple[str, ...] = ()
    speakers: tuple[WyomingSpeaker, ...] | None = None


class WyomingAsr(msgspec.Struct, frozen=True):
    """A program that recognises; who does not choose one has the first that is listed."""

    models: tuple[WyomingModel, ...] = ()


class WyomingTts(msgspec.Struct, frozen=True):
    """A program that speaks; who does not choose one has the first that is listed."""

    voices: tuple[WyomingVoice, ...] = ()


class WyomingInfo(msgspec.Struct, frozen=True, tag="info"):
    """The programs that a peer has."""

    asr: tuple[WyomingAsr, ...] = ()
    tts: tuple[WyomingTts, ...] = ()

    @property
    def models(self) -> tuple[WyomingModel, ...]:
        """The models that can be used without choosing a program."""
        return tuple(model for program in self.asr[:1] for model in program.models if model.installed)

    @property
    def voices(self) -> tuple[WyomingVoice, ...]:
        """The voices that can be used without choosing a program."""
        return tuple(voice for program in self.tts[:1] for voice in program.voices if voice.installed)


Outgoing = (
    WyomingDescribe | WyomingTranscribe | WyomingAudioStart | WyomingAudioChunk | WyomingAudioStop | WyomingSynthesize
)
Incoming = (
    WyomingInfo
    | WyomingAudioStart
    | WyomingAudioChunk
    | WyomingAudioStop
    | WyomingTranscript
    | WyomingTranscriptStart
    | WyomingTranscriptChunk
    | WyomingTranscriptStop
)
