"""The settings of a soak's server: short deadlines and small bounds, so that each is reached within a minute."""

from collections.abc import Mapping

import msgspec

from actors.deciding.limits import Limits

TOKEN = "soak-token"
KIOSK = "soak-kiosk"
LIMITS = Limits(
    receiving=4.0,
    transcribing=12.0,
    responding=15.0,
    speaking=6.0,
    stt_silence=8.0,
    stt_call=10.0,
    llm_silence=4.0,
    llm_call=10.0,
    tts_silence=5.0,
    tts_call=12.0,
    grace=1.5,
    sender_ping=1.0,
    mailbox_wait=8.0,
    utterance_bytes=600_000,
    utterance_seconds=15.0,
    text_chars=400,
    answer_chars=3_000,
    memory_in_flight=9_000_000,
    history_turns=4,
    receivers=4,
    sessions=60,
    mailbox=32,
)
SERVER: Mapping[str, object] = {
    "token": TOKEN,
    "ping_interval": 2.0,
    "ping_timeout": 10.0,
    "upgrade_timeout": 4.0,
    "connect_timeout": 4.0,
    "attachment_timeout": 2.0,
    "max_payload": 150_000,
    "outbox_bytes": 3_000_000,
    "outbox_messages": 300,
    "max_connections": 100,
    "max_unconnected": 20,
    "max_silent_streams": 40,
}
RECORDINGS: Mapping[str, object] = {"most_bytes": 30_000_000, "session_bytes": 700_000}
LESS_MEMORY = 1_000_000


def toml_of(
    addresses: Mapping[str, str],
    models: Mapping[str, str],
    recordings: str,
    *,
    memory: int = 0,
    token: str = KIOSK,
) -> str:
    """The settings file: providers at these addresses, a folder of recordings, memory in flight, a subject's token."""
    limits = {name: value for name, value in msgspec.structs.asdict(LIMITS).items() if value != getattr(Limits(), name)}
    if memory:
        limits["memory_in_flight"] = memory
    sections: dict[str, Mapping[str, object]] = {
        "server": SERVER,
        "server.tokens": {"kiosk": token},
        "limits": limits,
        "pools": {"stt_workers": 12, "llm_workers": 12, "tts_workers": 12, "queue": 12},
        "log": {"format": "json"},
        "recordings": {**RECORDINGS, "folder": recordings},
        "providers": {"hedge": 0.5, "patience": 2.5},
        "providers.prefer": {"stt": [*addresses, "local"], "llm": [*addresses, "local"], "tts": [*addresses, "local"]},
        **{
            f"providers.openai_compatible.{name}": {"base_url": url, **models, "voice": "hum"}
            for name, url in addresses.items()
        },
    }
    return "\n".join(f"[{name}]\n{_lines(values)}" for name, values in sections.items())


def _lines(values: Mapping[str, object]) -> str:
    return "".join(f"{name} = {msgspec.json.encode(value).decode()}\n" for name, value in values.items())
