"""What a client says of itself when it connects: CONNECT payload, query, and the presets of known clients."""

import uuid
from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

from protocol.audioformat import AudioFormat, parse_output
from protocol.messages import Names, Pieces, Role
from protocol.tolerant import fold, kind, show, unset

UNREAL_PIECE_BYTES = 96_000
Preset = Literal["unreal", "unity", "web"]


class Encoding(msgspec.Struct, frozen=True):
    """How one Receiver wants its sound; None: as `TTS` says. `piece_bytes`: its largest piece, 0 for any."""

    format: AudioFormat | None = None
    is_base64: bool | None = None
    pieces: Pieces = "joined"
    piece_bytes: int = 0


PRESETS: dict[str, Encoding] = {
    "unreal": Encoding(AudioFormat("wav"), True, "whole", UNREAL_PIECE_BYTES),
    "unity": Encoding(AudioFormat("wav"), True, "whole", UNREAL_PIECE_BYTES),
    "web": Encoding(AudioFormat("mp3"), False, "joined", 0),
}


class Handshake(msgspec.Struct, frozen=True):
    """Who connects; `session_id` "": a new session. The token is kept out of `repr`."""

    role: Role = "both"
    session_id: str = ""
    token: str = ""
    encoding: Encoding = Encoding()

    def __repr__(self) -> str:
        return f"Handshake(role={self.role!r}, session_id={self.session_id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """What rich shows in the place of `repr`, in tracebacks for instance."""
        return [("role", self.role), ("session_id", self.session_id)]


class BadHandshake(ValueError):
    """A value of the handshake cannot be used; the message names key, value and what is allowed."""


def read_handshake(auth: object, query: Mapping[str, str], names: Names) -> Handshake:
    """The handshake of a CONNECT payload `auth` and the `query` of the request; `auth` wins. Raises BadHandshake."""
    if not (auth is None or isinstance(auth, Mapping)):
        raise BadHandshake(f"auth: came {kind(auth)}, allowed: an object with {', '.join(names.keys)}")
    given: dict[str, object] = {}
    sources: tuple[Mapping[Any, object], ...] = (query, auth or {})
    for source in sources:
        values, _ = fold(source, names.keys, "", 0)
        given.update({key: value for key, value in values.items() if not unset(value)})
    preset = PRESETS[_one_of(given["client"], "client", get_args(Preset))] if "client" in given else Encoding()
    return Handshake(
        role=_role(given.get("role", "both")),
        session_id=_session_id(given["sessionId"]) if "sessionId" in given else "",
        token=_string(given.get("token", ""), "token"),
        encoding=_encoding(given, preset),
    )


def _encoding(given: dict[str, object], preset: Encoding) -> Encoding:
    wanted = preset
    if "audioFormat" in given:
        wanted = msgspec.structs.replace(wanted, format=_format(given["audioFormat"]))
    if "isBase64" in given:
        wanted = msgspec.structs.replace(wanted, is_base64=_boolean(given["isBase64"], "isBase64"))
    if "pieces" in given:
        pieces: Pieces = "whole" if _one_of(given["pieces"], "pieces", get_args(Pieces)) == "whole" else "joined"
        wanted = msgspec.structs.replace(wanted, pieces=pieces)
    return wanted


def _role(value: object) -> Role:
    match _one_of(value, "role", get_args(Role)):
        case "sender":
            return "sender"
        case "receiver":
            return "receiver"
        case _:
            return "both"


def _one_of(value: object, key: str, allowed: tuple[str, ...]) -> str:
    if isinstance(value, str) and value.lower() in allowed:
        return value.lower()
    raise BadHandshake(f"{key}: came {show(value)}, allowed: {', '.join(allowed)}")


def _string(value: object, key: str) -> str:
    if isinstance(value, str):
        return value
    raise BadHandshake(f"{key}: came something else than a string")


def _session_id(value: object) -> str:
    try:
        return str(uuid.UUID(_string(value, "sessionId")))
    except ValueError:
        raise BadHandshake(f"sessionId: came {show(value)}, allowed: a UUID") from None


def _format(value: object) -> AudioFormat:
    try:
        return parse_output(_string(value, "audioFormat"))
    except BadHandshake:
        raise
    except ValueError as error:
        raise BadHandshake(f"audioFormat: came {show(value)}, allowed: {error}") from None


def _boolean(value: object, key: str) -> bool:
    """true and false, and, because a query parameter is text, "true", "false", "1" and "0"."""
    folded = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    if folded is None:
        raise BadHandshake(f"{key}: came {show(value)}, allowed: true or false")
    return folded
