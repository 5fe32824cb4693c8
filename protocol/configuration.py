"""The configuration of a session: what `session.update` may say, the defaults, and how an update is merged."""

from typing import Annotated, Any, Literal

import msgspec

from protocol import tolerant
from protocol.audioformat import parse_input, parse_output
from protocol.errors import BadMessage, ErrorId


class Provider(msgspec.Struct, frozen=True):
    """A provider by its name on the wire and the title that people see."""

    name: str
    title: str = ""


class ResponseType(msgspec.Struct, frozen=True):
    """`single`: the answer is one part; `multiple`: one part a sentence."""

    name: Literal["single", "multiple"] = "single"
    title: str = ""


class SsmlGender(msgspec.Struct, frozen=True):
    """Which voice to take where none is named."""

    name: Literal["unspecified", "male", "female", "neutral"] = "unspecified"
    title: str = ""


InputFormat = Annotated[str, tolerant.Checked(parse_input)]
OutputFormat = Annotated[str, tolerant.Checked(parse_output)]


class Stt(msgspec.Struct, frozen=True, rename="camel"):
    """How speech becomes text."""

    provider: Provider = Provider("openai", "OpenAI")
    model: str = "whisper-1"
    media_format: InputFormat = "mp3"
    language_code: str = "en-US"
    sentiment_analysis: bool = False
    prompt: str = ""


class Llm(msgspec.Struct, frozen=True, rename="camel"):
    """How an answer is found. `maxToken` 0: no limit of ours."""

    provider: Provider = Provider("aigames", "AI_Games")
    model: str = "gpt-4o"
    prompt: str = "You are useful MetaHuman assistant"
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] = 1.0
    stop: Annotated[tuple[str, ...], msgspec.Meta(max_length=4)] = ()
    max_token: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    name: str = ""
    stream: bool = False


class Tts(msgspec.Struct, frozen=True, rename="camel"):
    """How text becomes sound. `audioFormat` "": each Receiver's own default, mp3."""

    provider: Provider = Provider("openai", "OpenAI")
    model: str = "tts-1"
    response_type: ResponseType = ResponseType("single", "Single")
    language_code: str = "en-US"
    voice: str = ""
    speed: Annotated[float, msgspec.Meta(ge=0.25, le=4)] = 1.0
    ssml_gender: SsmlGender = SsmlGender("unspecified", "Unspecified")
    stream: bool = False
    is_base64: bool = msgspec.field(name="isBase64", default=True)
    is_ordered: bool = False
    audio_format: OutputFormat = ""


class Configuration(msgspec.Struct, frozen=True):
    """All that `session.update` can set; what a turn is made with."""

    stt: Stt = msgspec.field(name="STT", default=Stt())
    llm: Llm = msgspec.field(name="LLM", default=Llm())
    tts: Tts = msgspec.field(name="TTS", default=Tts())


Named = frozenset[tuple[str, str]]
"""The fields that a client has given a value itself: pairs of section and field, such as ("STT", "model")."""


class SessionUpdate(msgspec.Struct, frozen=True, tag="session.update"):
    """A checked update: for each section the fields that it changes, and what was odd about it, in words."""

    changes: tuple[tolerant.Change, ...] = ()
    warnings: tuple[str, ...] = ()


_ZERO_IS_UNSET = frozenset({("TTS", "speed")})


def read_update(payload: object) -> SessionUpdate:
    """Read the payload of `session.update`, tolerantly.

    Raises BadMessage (2000) that names the field, what came and what is allowed.
    """
    try:
        changes, warnings = tolerant.read(payload, Configuration, _ZERO_IS_UNSET)
    except tolerant.Unreadable as error:
        raise BadMessage(ErrorId.BAD_CONFIGURATION, f"session.update: {error}") from None
    return SessionUpdate(tuple(changes), tuple(warnings))


def merge(current: Configuration, update: SessionUpdate) -> Configuration:
    """`current` with the fields that `update` changes; fields that it does not name keep their value."""
    sections: dict[str, Any] = {"STT": current.stt, "LLM": current.llm, "TTS": current.tts}
    for change in update.changes:
        sections[change.section] = msgspec.structs.replace(sections[change.section], **{change.field: change.value})
    return Configuration(stt=sections["STT"], llm=sections["LLM"], tts=sections["TTS"])


def name_fields(named: Named, update: SessionUpdate) -> Named:
    """`named` with the fields that `update` gives a value, and without those that it sets back to their defaults."""
    touched = {(change.section, change.field): change.is_named for change in update.changes}
    return frozenset((named - touched.keys()) | {field for field, is_named in touched.items() if is_named})
