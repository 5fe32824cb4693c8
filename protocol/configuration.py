"""The configuration of a session: what `session.update` may say, the defaults, and how an update is merged."""

import re
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import msgspec

from protocol import tolerant
from protocol.audioformat import INPUT_FORMATS, INPUT_RATE, OUTPUT_FORMATS, parse_input, parse_output, schema_of
from protocol.errors import BadMessage, ErrorId

PEOPLE = msgspec.Meta(description="The name that people see.")
IDLE_MS: Final = (5000, 30_000)
"""The least and the most of `turnDetection.idleTimeoutMs` where it is not 0."""
MOST_CUES: Final = 32
"""Names that `LLM.faces` and `LLM.gestures` have at most, and characters of one of them."""
_CUE: Final = re.compile(rf"\w(?:[\w .-]{{0,{MOST_CUES - 2}}}[\w.-])?")
LANGUAGE = Annotated[str, msgspec.Meta(description="The language that is spoken, in BCP 47.")]


class Provider(msgspec.Struct, frozen=True):
    """A provider by its name on the wire and the title that people see."""

    name: Annotated[str, msgspec.Meta(description="The provider's name.")]
    title: Annotated[str, PEOPLE] = ""


class ResponseType(msgspec.Struct, frozen=True):
    """`single`: the answer is one part, id 0, begun when the text is complete. `multiple`: one part a sentence, ids
    from 0.
    """

    name: Annotated[Literal["single", "multiple"], msgspec.Meta(description="Which it is.")] = "single"
    title: Annotated[str, PEOPLE] = ""


class SsmlGender(msgspec.Struct, frozen=True):
    """Which voice to take where `voice` is empty."""

    name: Annotated[Literal["unspecified", "male", "female", "neutral"], msgspec.Meta(description="Which it is.")] = (
        "unspecified"
    )
    title: Annotated[str, PEOPLE] = ""


class Stt(msgspec.Struct, frozen=True, rename="camel"):
    """The settings of speech recognition."""

    provider: Annotated[
        Provider,
        msgspec.Meta(
            description="Who recognises. Left out: the server's first. A named one without credentials is replaced."
        ),
    ] = Provider("openai", "OpenAI")
    model: Annotated[
        str, msgspec.Meta(description="The recogniser's model. Left out, or not there: the provider's default.")
    ] = "whisper-1"
    media_format: Annotated[
        str,
        tolerant.Checked(parse_input),
        msgspec.Meta(
            description=f"What the chunks are: {', '.join(INPUT_FORMATS)}. A file's own header wins. `pcm16` is raw, "
            f"{INPUT_RATE // 1000} kHz, mono, signed, little-endian; `pcm16/48000` another rate.",
            extra_json_schema=schema_of(INPUT_FORMATS),
        ),
    ] = "mp3"
    language_code: LANGUAGE = "en-US"
    sentiment_analysis: Annotated[
        bool, msgspec.Meta(description="Whether `request.transcribe.done` tells the sentiment.")
    ] = False
    prompt: Annotated[str, msgspec.Meta(description="Words that help the recogniser: names, terms.")] = ""


def parse_cue_name(text: str) -> str:
    """A name of a face or a gesture; raises ValueError with what is allowed."""
    if not _CUE.fullmatch(text):
        raise ValueError(f"names of 1 to {MOST_CUES} letters, digits, spaces, _, - and .")
    return text


CueName = Annotated[
    str,
    tolerant.Checked(parse_cue_name),
    msgspec.Meta(extra_json_schema={"minLength": 1, "maxLength": MOST_CUES}),
]
FACES: Final = ("neutral", "happy", "angry", "sad", "relaxed", "surprised")
GESTURES: Final = ("wave", "nod", "shake")


class Llm(msgspec.Struct, frozen=True, rename="camel"):
    """The settings of the language model."""

    provider: Annotated[
        Provider,
        msgspec.Meta(
            description="Who answers. Left out: the server's first. A named one without credentials is replaced."
        ),
    ] = Provider("aigames", "AI_Games")
    model: Annotated[
        str, msgspec.Meta(description="The language model. Left out, or not there: the provider's default.")
    ] = "gpt-4o"
    prompt: Annotated[str, msgspec.Meta(description="Who the assistant is, and how it is to answer.")] = (
        "You are useful MetaHuman assistant"
    )
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2, description="How freely it answers.")] = 1.0
    stop: Annotated[tuple[str, ...], msgspec.Meta(max_length=4, description="Words at which the answer ends.")] = ()
    max_token: Annotated[
        int,
        msgspec.Meta(ge=0, le=1_000_000, description="The longest answer, in tokens; 0: no limit of ours."),
    ] = 0
    name: Annotated[str, msgspec.Meta(description="The assistant's name.")] = ""
    stream: Annotated[
        bool,
        msgspec.Meta(
            description="false: the whole answer is awaited. true: sentences go on to speech as they are "
            "written, with `response.text.delta`."
        ),
    ] = False
    cues: Annotated[
        Literal["none", "tags"],
        msgspec.Meta(
            description="`tags`: the model is told to write tags such as `[face:happy]` into its answer. They are in "
            "no text on the wire and are not spoken; Receivers with a `mouth` get each as `response.cue`."
        ),
    ] = "none"
    faces: Annotated[
        tuple[CueName, ...],
        msgspec.Meta(
            max_length=MOST_CUES,
            description=f"The faces that the avatar has, which the model is told: up to {MOST_CUES} names.",
        ),
    ] = FACES
    gestures: Annotated[
        tuple[CueName, ...],
        msgspec.Meta(
            max_length=MOST_CUES,
            description=f"The gestures that the avatar has, likewise: up to {MOST_CUES} names.",
        ),
    ] = GESTURES


class Tts(msgspec.Struct, frozen=True, rename="camel"):
    """The settings of speech synthesis."""

    provider: Annotated[
        Provider,
        msgspec.Meta(
            description="Who speaks. Left out: the server's first. A named one without credentials is replaced."
        ),
    ] = Provider("openai", "OpenAI")
    model: Annotated[
        str, msgspec.Meta(description="The synthesiser's model. Left out, or not there: the provider's default.")
    ] = "tts-1"
    response_type: ResponseType = ResponseType("single", "Single")
    language_code: LANGUAGE = "en-US"
    voice: Annotated[
        str,
        msgspec.Meta(
            description="The voice by its name; empty: by `ssmlGender`. An unknown one is replaced, with a warning."
        ),
    ] = ""
    speed: Annotated[
        float,
        msgspec.Meta(ge=0.25, le=4, description="How fast, 1 being the voice's own pace. 0 counts as not set."),
    ] = 1.0
    ssml_gender: SsmlGender = SsmlGender("unspecified", "Unspecified")
    stream: Annotated[
        bool,
        msgspec.Meta(description="false: one message a part. true: a part's audio is sent in pieces as it is made."),
    ] = False
    is_base64: Annotated[
        bool, msgspec.Meta(description="true: `audio` is a base64 string. false: a binary attachment.")
    ] = msgspec.field(name="isBase64", default=True)
    is_ordered: Annotated[bool, msgspec.Meta(description="true: parts come by id. false: as each is ready.")] = False
    audio_format: Annotated[
        str,
        tolerant.Checked(parse_output),
        msgspec.Meta(
            description="The sound for Receivers that named none when they connected: "
            f"{', '.join(OUTPUT_FORMATS)}; empty: mp3. An addition to the reference.",
            extra_json_schema=schema_of(OUTPUT_FORMATS, ""),
        ),
    ] = ""


def parse_idle_timeout(text: str) -> int:
    """Milliseconds of `idleTimeoutMs`; raises ValueError with what is allowed."""
    ms = int(text) if text.isdecimal() else -1
    if ms and not IDLE_MS[0] <= ms <= IDLE_MS[1]:
        raise ValueError(f"0, or a whole number from {IDLE_MS[0]} to {IDLE_MS[1]}")
    return ms


class TurnDetection(msgspec.Struct, frozen=True, rename="camel"):
    """The settings of hands-free conversations. With a `type` other than `none` the server finds itself where an
    utterance begins and ends; a change counts from the next utterance.
    """

    type: Annotated[
        Literal["none", "server_vad", "semantic_vad"],
        msgspec.Meta(
            description="`none`: the Sender commits. `server_vad`: `silenceDurationMs` of silence end an utterance. "
            "`semantic_vad`: the server judges by the sound and the words whether the user has finished."
        ),
    ] = "none"
    threshold: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="How sure it has to be that a sound is speech.")
    ] = 0.5
    prefix_padding_ms: Annotated[
        int,
        msgspec.Meta(ge=0, le=2000, description="How much sound before the speech belongs to the utterance, in ms."),
    ] = 300
    silence_duration_ms: Annotated[
        int, msgspec.Meta(ge=100, le=10_000, description="The silence that ends an utterance of `server_vad`, in ms.")
    ] = 500
    eagerness: Annotated[
        Literal["low", "medium", "high", "auto"],
        msgspec.Meta(
            description="How soon `semantic_vad` takes silence for the end where it is not sure: after 8 s (`low`), "
            "3 s (`medium`, `auto`) or 2 s (`high`)."
        ),
    ] = "auto"
    create_response: Annotated[
        bool, msgspec.Meta(description="true: an utterance is answered. false: `response.create` asks for the answer.")
    ] = True
    interrupt_response: Annotated[
        bool, msgspec.Meta(description="true: speech interrupts an answer. false: speech during an answer is not kept.")
    ] = True
    idle_timeout_ms: Annotated[
        int,
        tolerant.Checked(parse_idle_timeout),
        msgspec.Meta(
            description="After how much silence `input.idle` is sent, in ms: 5000 to 30000; 0: never.",
            extra_json_schema={"minimum": 0, "maximum": IDLE_MS[1], "anyOf": [{"const": 0}, {"minimum": IDLE_MS[0]}]},
        ),
    ] = 0
    speculate: Annotated[
        bool, msgspec.Meta(description="true: the answer is begun before it is certain that the user has finished.")
    ] = True
    backchannels: Annotated[
        Literal["ignore", "interrupt"],
        msgspec.Meta(description="Whether words such as `mhm` and `yes` interrupt an answer."),
    ] = "ignore"
    echo: Annotated[
        Literal["auto", "mute", "off"],
        msgspec.Meta(
            description="What is done where the microphone hears the avatar. `auto`: its sound is told from the "
            "user's. `mute`: the microphone is not heard while the avatar speaks. `off`: nothing."
        ),
    ] = "auto"

    @property
    def on(self) -> bool:
        """Whether the server finds where an utterance begins and ends."""
        return self.type != "none"


class Configuration(msgspec.Struct, frozen=True):
    """All settings of `session.update`; each turn uses those in force when it began."""

    stt: Stt = msgspec.field(name="STT", default=Stt())
    llm: Llm = msgspec.field(name="LLM", default=Llm())
    tts: Tts = msgspec.field(name="TTS", default=Tts())
    turn_detection: TurnDetection = msgspec.field(name="turnDetection", default=TurnDetection())


Named = frozenset[tuple[str, str]]
"""The fields that a client has given a value itself: pairs of section and field, such as ("STT", "model")."""


class SessionUpdate(msgspec.Struct, frozen=True, tag="session.update"):
    """Merged into what is in force: a key that is left out keeps its value, null sets the default. All or nothing: an
    update that is refused changes nothing. Keys are read in any case, and a string may stand in place of an object with
    `name` and `title`. A turn uses what was in force at its first chunk or `input.text`. `session.updated` warns
    of what has no effect.
    """

    changes: tuple[tolerant.Change, ...] = ()
    """The fields that it changes, checked."""
    warnings: tuple[str, ...] = ()
    """What was odd about it, in words."""


UNHEARD: Final = (
    "turnDetection: type is none, so nothing listens and the Sender commits; set type to server_vad or semantic_vad"
)
_SECTIONS: Final = {field.encode_name: field.name for field in msgspec.structs.fields(Configuration)}
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
    changed: dict[str, dict[str, Any]] = {}
    for change in update.changes:
        changed.setdefault(_SECTIONS[change.section], {})[change.field] = change.value
    sections = {name: msgspec.structs.replace(getattr(current, name), **fields) for name, fields in changed.items()}
    return msgspec.structs.replace(current, **sections)


def unheard(merged: Configuration, update: SessionUpdate) -> tuple[str, ...]:
    """A warning where `update`, of which `merged` came, sets how to listen and nothing listens."""
    given = {change.field for change in update.changes if change.is_named and change.section == "turnDetection"}
    return () if merged.turn_detection.on or not given or "type" in given else (UNHEARD,)


def name_fields(named: Named, update: SessionUpdate) -> Named:
    """`named` with the fields that `update` gives a value, and without those that it sets back to their defaults."""
    touched = {(change.section, change.field): change.is_named for change in update.changes}
    return _shared(frozenset((named - touched.keys()) | {field for field, is_named in touched.items() if is_named}))


@lru_cache(256)
def _shared(named: Named) -> Named:
    """The same set for all who have named the same fields, as most clients do: one has half a kilobyte."""
    return named
