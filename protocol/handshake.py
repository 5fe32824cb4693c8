"""The handshake of a client: its CONNECT payload, its query, and the presets of known clients."""

import uuid
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET

from protocol.audioformat import OUTPUT_RATE, AudioFormat, parse_output
from protocol.connecting import UNCHECKED, UNREAL_PIECE_BYTES, Auth, Pieces, Role
from protocol.messages import Names
from protocol.mouth import MouthWish, parse_mouth
from protocol.resuming import ResumePoint, parse_resume
from protocol.tolerant import Checked, fold, kind, parted, show, unset


class Encoding(msgspec.Struct, frozen=True):
    """The encoding of one Receiver's sound; None: as `TTS` says. `piece_bytes`: its largest piece, 0 for any.

    `holds`: the Receiver can duck and pause its sound. `mouth`: what it is told of the mouth.
    """

    format: AudioFormat | None = None
    is_base64: bool | None = None
    pieces: Pieces = "joined"
    piece_bytes: int = 0
    holds: bool = False
    mouth: MouthWish = MouthWish()


PRESETS: Final[dict[str, Encoding]] = {
    "unreal": Encoding(AudioFormat("wav"), True, "whole", UNREAL_PIECE_BYTES),
    "unity": Encoding(AudioFormat("wav"), True, "whole", UNREAL_PIECE_BYTES),
    "web": Encoding(AudioFormat("mp3"), False, "joined", 0),
    "metahuman": Encoding(AudioFormat("wav"), True, "whole", UNREAL_PIECE_BYTES, mouth=MouthWish("arkit", words=True)),
    "three-vrm": Encoding(AudioFormat("mp3"), False, "joined", 0, mouth=MouthWish("vrm", words=True)),
    "talkinghead": Encoding(AudioFormat("pcm16", OUTPUT_RATE), False, "joined", 0, mouth=MouthWish("ovr", words=True)),
}


class Handshake(msgspec.Struct, frozen=True):
    """A client's handshake; `session_id` "": a new session. Token and `pid` are kept out of `repr`.

    `traceparent`: as it came, to be read. `resume`: what the client has, None where it does not say so. `pid`: what it
    was given when it connected last, "" for nothing; `inherits`: with one, role and encoding are left out, and are what
    they were then.
    """

    role: Role = "both"
    session_id: str = ""
    token: str = ""
    encoding: Encoding = Encoding()
    traceparent: str = ""
    resume: ResumePoint | None = None
    pid: str = ""
    inherits: bool = False

    def __repr__(self) -> str:
        return f"Handshake(role={self.role!r}, session_id={self.session_id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Shown by rich in place of `repr`, in tracebacks for instance."""
        return [("role", self.role), ("session_id", self.session_id)]


class BadHandshake(ValueError):
    """A value of the handshake cannot be used; the message names key, value and what is allowed."""


_FIELDS: Final = {field.encode_name: field.name for field in msgspec.structs.fields(Auth)}
_HINTS: Final = get_type_hints(Auth, include_extras=True)
_INHERITED: Final = ("role", "audio_format", "is_base64", "pieces", "client", "mouth", "mouth_fps", "holds")


def read_handshake(auth: object, query: Mapping[str, str], names: Names) -> Handshake:
    """The handshake of a CONNECT payload `auth` and the `query` of the request; `auth` wins. Raises BadHandshake."""
    asked = read_auth(auth, query, names)
    return Handshake(
        role="both" if asked.role is UNSET else asked.role,
        session_id="" if asked.session_id is UNSET else str(uuid.UUID(asked.session_id)),
        token="" if asked.token is UNSET else asked.token,
        encoding=_encoding(asked),
        traceparent="" if asked.traceparent is UNSET else asked.traceparent,
        resume=None if asked.resume is UNSET else asked.resume,
        pid="" if asked.pid is UNSET else asked.pid,
        inherits=asked.pid is not UNSET and all(getattr(asked, field) is UNSET for field in _INHERITED),
    )


def read_auth(auth: object, query: Mapping[str, str], names: Names) -> Auth:
    """The keys that the client has given, as it gave them. Raises BadHandshake."""
    if not (auth is None or isinstance(auth, Mapping)):
        raise BadHandshake(f"auth: came {kind(auth)}, allowed: an object with {', '.join(names.keys)}")
    given: dict[str, Any] = {}
    sources: tuple[Mapping[Any, object], ...] = (query, auth or {})
    for source in sources:
        values, _ = fold(source, names.keys, "", 0)
        given.update({key: value for key, value in values.items() if not unset(value)})
    return Auth(**{_FIELDS[key]: _read(value, key) for key, value in given.items()})


def _encoding(asked: Auth) -> Encoding:
    preset = Encoding() if asked.client is UNSET else PRESETS[asked.client]
    return Encoding(
        format=preset.format if asked.audio_format is UNSET else parse_output(asked.audio_format),
        is_base64=preset.is_base64 if asked.is_base64 is UNSET else asked.is_base64,
        pieces=preset.pieces if asked.pieces is UNSET else asked.pieces,
        piece_bytes=preset.piece_bytes,
        holds=preset.holds if asked.holds is UNSET else asked.holds,
        mouth=_mouth(asked, preset.mouth),
    )


def _mouth(asked: Auth, preset: MouthWish) -> MouthWish:
    wish = preset if asked.mouth is UNSET else parse_mouth(asked.mouth)
    return wish if asked.mouth_fps is UNSET else msgspec.structs.replace(wish, fps=asked.mouth_fps)


def _read(value: object, key: str) -> Any:
    """The value of `key` as the field of Auth takes it."""
    hint, marks = parted(_HINTS[_FIELDS[key]])
    plain = get_args(hint)[0]  # the other one is that it may be left out
    if get_origin(plain) is Literal:
        return _one_of(value, key, get_args(plain))
    if plain is bool:
        return _boolean(value, key)
    if UNCHECKED in marks:
        return value if isinstance(value, str) else show(value)
    if plain is ResumePoint:
        return _point(value, key)
    text = value if isinstance(value, str) else ""
    for mark in marks:
        if isinstance(mark, Checked):
            _check(value, text, key, mark)
    if not isinstance(value, str):
        raise BadHandshake(f"{key}: came something else than a string")
    return text


def _check(value: object, text: str, key: str, mark: Checked) -> None:
    try:
        mark.parse(text)
    except ValueError as error:
        raise BadHandshake(f"{key}: came {show(value)}, allowed: {error}") from None


def _point(value: object, key: str) -> ResumePoint:
    try:
        return parse_resume(value)
    except ValueError as error:
        raise BadHandshake(f"{key}: came {show(value)}, allowed: {error}") from None


def _one_of(value: object, key: str, allowed: tuple[Any, ...]) -> Any:
    """One of the words or whole numbers that are `allowed`, which a query parameter has as text."""
    known = {str(one): one for one in allowed}
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).lower() if isinstance(value, str | int) else ""
    if text not in known:
        raise BadHandshake(f"{key}: came {show(value)}, allowed: {', '.join(known)}")
    return known[text]


def _boolean(value: object, key: str) -> bool:
    """true and false, and, because a query parameter is text, "true", "false", "1" and "0"."""
    folded = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    if folded is None:
        raise BadHandshake(f"{key}: came {show(value)}, allowed: true or false")
    return folded
