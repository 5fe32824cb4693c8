"""The sound that a client of a scenario asked for, and how long what came of it plays."""

from msgspec import UNSET

from adapters.client.arrival import Arrival, BadAnswer
from adapters.client.voiceclient import AudioPiece
from adapters.scenarios.performance import ToldMessage
from adapters.scenarios.scenario import SENDER, ClientKeys, Scenario
from protocol.handshake import PRESETS, Encoding


def _keys(scenario: Scenario, client: str) -> ClientKeys:
    if client == SENDER:
        return scenario.file.sender
    return next(keys for keys in scenario.file.receiver if keys.name == client)


def _preset(keys: ClientKeys) -> Encoding:
    return Encoding() if keys.client is UNSET else PRESETS[keys.client]


def format_of(scenario: Scenario, client: str) -> str:
    """The format of a client's sound, as the handshake writes it."""
    keys = _keys(scenario, client)
    if keys.audio_format is not UNSET:
        return keys.audio_format
    return str(_preset(keys).format or scenario.configuration.tts.audio_format or "mp3")


def is_joined(scenario: Scenario, client: str) -> bool:
    """Whether the pieces of a part, joined, are one file, so that its length is known."""
    keys = _keys(scenario, client)
    return (_preset(keys).pieces if keys.pieces is UNSET else keys.pieces) == "joined"


def seconds_of_parts(scenario: Scenario, client: str, answer: list[ToldMessage]) -> dict[int, float]:
    """How long each part plays that came whole. Nothing, where that cannot be told."""
    if not is_joined(scenario, client):
        return {}
    arrival = Arrival(format_of(scenario, client))
    found: dict[int, float] = {}
    for told in answer:
        if isinstance(told.message, AudioPiece):
            try:
                part = arrival.take(told.message)
            except BadAnswer:
                continue
            if part is not None and part.data:
                found[part.id] = part.seconds
    return found
