"""Every setting that people may have in a file: its name, default and variable, and what is said of a mistake.

The expectation is written down here, not derived: whoever changes a default or a name changes what servers do that are
running today.
"""

from collections.abc import Iterable
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.settings.environment import variables
from adapters.settings.errors import BadSettings
from adapters.settings.reading import load
from adapters.settings.settings import Settings

HOST = "an address or a host's name, such as 127.0.0.1, or 0.0.0.0 for every interface"
PORT = "a whole number from 0 to 65535"
TEXT = "a string"
FLAG = "true or false"
WAIT_OR_NONE = "a number from 0 to 86400"
WAIT = "a number from 0.05 to 86400"
COUNT = "a whole number from 0 to 1000000"
SOME = "a whole number from 1 to 1000000"
EXPECTED_WORDS = "a list, each a single word of letters, ' and -, and 100 of them at most"
WORKERS = "a whole number from 1 to 1000"
NAMES = "a list of strings"
KEY = "the key as the provider gave it, without spaces and line ends"
URL = "an address without a password in it, such as https://example.org or http://127.0.0.1:8000/v1"
SECRET = "one line without a space or line end before or behind it, as nobody could show it otherwise"
TOKENS = (
    'up to 1000 names (letters, digits, ".", "-", "_", "@"; not operator, not anyone), each with its token, "sha256:" '
    'and the 64 digits of its hash, or { token = "...", limits = { turnsPerMinute = 20 } }'
)
LATIN = "and in the form that begins with xn-- where it has other letters than English ones"
AT = "https://example.org/v1"

Rows = dict[str, tuple[object, object, str]]
"""By name: the default, another value, and what a mistake is told to be allowed."""

EXPECTED: dict[str, Rows] = {
    "server": {
        "host": ("127.0.0.1", "0.0.0.0", HOST),
        "port": (7171, 9000, PORT),
        "workers": (1, 4, "a whole number from 1 to 64"),
        "path": ("/socket.io/", "/voice/", "a path that begins and ends with /, such as /socket.io/"),
        "token": ("", "hush", SECRET),
        "tokens": ({}, {"lobby": "hush-too"}, TOKENS),
        "guest_key": ("", "hush-hush", SECRET),
        "allow_anyone": (False, True, FLAG),
        "hosts": (
            (),
            ("voice.example.org",),
            "a list, each a name under which this server is found, such as voice.example.org, without http://, port "
            f"and *, {LATIN}",
        ),
        "allowed_origins": (
            (),
            ("https://example.org",),
            "a list, each an origin as browsers send it, such as https://example.org or http://localhost:8000, its "
            f"host without * {LATIN}; or * alone for any",
        ),
        "tls_certificate": ("", "chain.pem", TEXT),
        "tls_key": ("", "key.pem", TEXT),
        "lan": (False, True, FLAG),
        "lan_port": (7172, 9001, PORT),
        "drain_seconds": (0, 30, "a whole number from 0 to 3600"),
        "token_file": ("", "token.txt", TEXT),
        "prices": ("", "prices.toml", TEXT),
        "inspection": (True, False, FLAG),
        "trusted_proxies": (
            (),
            ("10.0.0.0/8",),
            "a list, each an address, such as 127.0.0.1, or a network, such as 10.0.0.0/8",
        ),
        "max_payload": (1_000_000, 2_000_000, "a whole number from 1000 to 100000000"),
        "ping_interval": (25.0, 26.0, WAIT),
        "ping_timeout": (20.0, 21.0, WAIT),
        "upgrade_timeout": (10.0, 11.0, WAIT),
        "connect_timeout": (45.0, 46.0, WAIT),
        "attachment_timeout": (10.0, 12.0, WAIT),
        "outbox_bytes": (16_000_000, 17_000_000, "a whole number from 10000 to 10000000000"),
        "outbox_messages": (2_000, 2_001, "a whole number from 16 to 10000000"),
        "max_connections": (2_000, 2_002, SOME),
        "short_way": (True, False, FLAG),
        "max_silent_streams": (500, 501, "a whole number from 1 to 100000"),
        "max_connections_per_address": (0, 7, COUNT),
        "max_joins_per_minute_per_address": (0, 8, COUNT),
        "max_unconnected": (500, 502, SOME),
    },
    "server.jwt": {
        "algorithms": (("HS256", "RS256", "ES256"), ("RS256",), "a list, each HS256, RS256, ES256"),
        "secret": ("", "a-secret-of-enough-letters", SECRET),
        "key_file": ("", "public.pem", TEXT),
        "jwks_file": ("", "jwks.json", TEXT),
        "jwks_url": ("", AT, URL),
        "jwks_max_age": (300.0, 60.0, WAIT),
        "jwks_pause": (30.0, 5.0, WAIT),
        "issuer": ("", "https://accounts.example.org/", TEXT),
        "audience": ("", "voice", TEXT),
        "leeway": (10.0, 0.0, "a number from 0 to 300"),
    },
    "limits": {
        "receiving": (30.0, 31.0, WAIT),
        "transcribing": (30.0, 32.0, WAIT),
        "responding": (60.0, 61.0, WAIT),
        "speaking": (30.0, 33.0, WAIT),
        "contested": (1.5, 1.75, WAIT),
        "stt_silence": (20.0, 22.0, WAIT),
        "stt_call": (30.0, 34.0, WAIT),
        "llm_silence": (20.0, 23.0, WAIT),
        "llm_call": (60.0, 62.0, WAIT),
        "tts_silence": (15.0, 16.0, WAIT),
        "tts_call": (60.0, 63.0, WAIT),
        "grace": (120.0, 121.0, WAIT_OR_NONE),
        "resume_bytes": (4_000_000, 4_000_001, "a whole number from 0 to 1000000000"),
        "sender_ping": (2.0, 2.5, WAIT),
        "straggler": (0.5, 0.25, WAIT_OR_NONE),
        "mailbox_wait": (30.0, 35.0, WAIT),
        "utterance_bytes": (10_000_000, 10_000_001, "a whole number from 1000 to 1000000000"),
        "utterance_seconds": (120.0, 90.0, "a number from 1 to 86400"),
        "text_chars": (10_000, 10_001, "a whole number from 1 to 1000000"),
        "answer_chars": (40_000, 40_001, "a whole number from 1 to 10000000"),
        "memory_in_flight": (1_000_000_000, 1_000_000_001, "a whole number from 1000000"),
        "parts_ahead": (3, 4, "a whole number from 1 to 16"),
        "history_turns": (20, 21, COUNT),
        "history_chars": (20_000, 20_001, COUNT),
        "receivers": (16, 17, COUNT),
        "sessions": (1_000, 1_001, SOME),
        "subjects": (10_000, 10_001, SOME),
        "mailbox": (64, 65, "a whole number from 1 to 100000"),
        "trace": (64, 66, "a whole number from 1 to 100000"),
    },
    "limits.subject": {
        "turns_per_minute": (0, 5, "a whole number from 0 to 100000"),
        "audio_seconds_per_day": (0.0, 600.0, "a number from 0 to 100000000"),
        "speech_chars_per_day": (0, 5_000, "a whole number from 0 to 10000000000"),
        "sessions": (0, 2, COUNT),
    },
    "pools": {
        "stt_workers": (32, 33, WORKERS),
        "llm_workers": (32, 34, WORKERS),
        "tts_workers": (32, 35, WORKERS),
        "queue": (32, 0, "a whole number from 0 to 100000"),
    },
    "recordings": {
        "folder": ("", "kept", TEXT),
        "words": (True, False, FLAG),
        "sound": (True, False, FLAG),
        "keep_days": (7.0, 0.5, "a number from 0.01 to 36500"),
        "most_bytes": (1_000_000_000, 2_000_000_000, "a whole number from 1000000"),
        "session_bytes": (50_000_000, 60_000_000, "a whole number from 100000"),
    },
    "traces": {
        "endpoint": ("", "http://127.0.0.1:4318", URL),
        "headers": (
            {},
            {"authorization": "Bearer hush"},
            'names of headers with their values, such as authorization = "Bearer …"',
        ),
        "words": (False, True, FLAG),
        "sample": (1.0, 0.25, "a number from 0 to 1"),
    },
    "log": {"format": ("readable", "json", "readable, json")},
    "protocol": {
        "names": ({}, {"role": "side"}, 'pairs of names, such as "session.update" = "session.configure"'),
    },
    "listening": {
        "voice_activity_model": ("", "silero.onnx", TEXT),
        "turn_end_model": ("", "turn.onnx", TEXT),
    },
    "mouth": {"lead_ms": (40, 80, "a whole number from 0 to 150")},
    "providers": {
        "substitute": (True, False, FLAG),
        "discover": (True, False, FLAG),
        "discover_hosts": ((), ("192.168.1.2",), f"a list, each {HOST}"),
        "guide": (True, False, FLAG),
        "hedge": (1.0, 2.0, WAIT),
        "patience": (10.0, 12.0, WAIT),
    },
    "providers.prefer": {
        "stt": ((), ("local", "openai"), NAMES),
        "llm": ((), ("openai",), NAMES),
        "tts": ((), ("piper",), NAMES),
    },
    "providers.local": {
        "stt_processes": (2, 3, WORKERS),
        "words": ((), ("Vivavoce", "Anna-Maria"), EXPECTED_WORDS),
        "tts_processes": (2, 4, WORKERS),
        "voice": ("", "espeak", "joe, kokoro, or espeak for espeak-ng alone"),
    },
    "providers.aigames": {"api_key": ("", "k", KEY), "base_url": ("", AT, URL), "llm_model": ("", "m", TEXT)},
    "providers.openai": {
        "api_key": ("", "k", KEY),
        "base_url": ("", AT, URL),
        "stt_model": ("", "s", TEXT),
        "llm_model": ("", "m", TEXT),
        "tts_model": ("", "t", TEXT),
        "voice": ("", "v", TEXT),
    },
    "providers.anthropic": {"api_key": ("", "k", KEY), "base_url": ("", AT, URL), "llm_model": ("", "m", TEXT)},
    "providers.deepgram": {"api_key": ("", "k", KEY), "base_url": ("", AT, URL), "stt_model": ("", "s", TEXT)},
    "providers.elevenlabs": {
        "api_key": ("", "k", KEY),
        "base_url": ("", AT, URL),
        "stt_model": ("", "s", TEXT),
        "tts_model": ("", "t", TEXT),
        "voice": ("", "v", TEXT),
    },
    "providers.google": {"api_key": ("", "k", KEY), "stt_model": ("", "s", TEXT), "voice": ("", "v", TEXT)},
    "providers.azure": {
        "api_key": ("", "k", KEY),
        "region": ("", "westeurope", "a region as the provider writes it, such as westeurope"),
        "voice": ("", "v", TEXT),
    },
    "providers.openai_compatible.mine": {
        "base_url": ("", AT, URL),
        "api_key": ("", "k", KEY),
        "title": ("", "Mine", TEXT),
        "stt_model": ("", "s", TEXT),
        "llm_model": ("", "m", TEXT),
        "tts_model": ("", "t", TEXT),
        "voice": ("", "v", TEXT),
    },
    "providers.wyoming.kitchen": {
        "port": (0, 10_300, PORT),
        "host": ("127.0.0.1", "10.0.0.2", HOST),
        "title": ("", "Kitchen", TEXT),
        "stt_model": ("", "s", TEXT),
        "voice": ("", "v", TEXT),
    },
    "providers.whisper": {"model": ("", "base", TEXT)},
    "providers.sherpa": {"model_dir": ("", "model", TEXT)},
    "providers.piper": {"voice": ("", "voice.onnx", TEXT)},
}
USUAL = {
    "AIGAMES_API_KEY": "providers.aigames.api_key",
    "AIGAMES_BASE_URL": "providers.aigames.base_url",
    "OPENAI_API_KEY": "providers.openai.api_key",
    "OPENAI_BASE_URL": "providers.openai.base_url",
    "ANTHROPIC_API_KEY": "providers.anthropic.api_key",
    "DEEPGRAM_API_KEY": "providers.deepgram.api_key",
    "ELEVENLABS_API_KEY": "providers.elevenlabs.api_key",
    "GOOGLE_API_KEY": "providers.google.api_key",
    "AZURE_SPEECH_KEY": "providers.azure.api_key",
    "AZURE_SPEECH_REGION": "providers.azure.region",
}
NEEDED = {"providers.openai_compatible.mine": f"base_url = '{AT}'", "providers.wyoming.kitchen": "port = 1"}
"""What a section cannot be without."""
LOCAL = "providers.local"
EVERY = [(section, name) for section, rows in EXPECTED.items() for name in rows]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str) -> Path:
    path = Path("vivavoce.toml")
    path.write_text(text, encoding="utf-8")
    return path


def toml(value: object) -> str:
    if isinstance(value, dict):
        pairs = (f"{msgspec.json.encode(key).decode()} = {toml(each)}" for key, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    return msgspec.json.encode(value).decode()


def file_of(column: int, sections: Iterable[str]) -> str:
    """A settings file with every setting of these sections: its default, or the other value."""
    lines = []
    for section in sections:
        lines += [f"[{section}]", *(f"{name} = {toml(row[column])}" for name, row in EXPECTED[section].items())]
    return "\n".join(lines)


def held(settings: Settings, section: str, name: str) -> Any:
    """What was read for a setting: in its section, or in a struct that the section is made of."""
    match section.split("."):
        case ["providers", ("prefer" | "local") as known]:
            return getattr(getattr(settings.providers, known), name)
        case ["providers", provider]:
            return getattr(settings.providers.accounts[provider], name)
        case ["providers", family, own]:
            return getattr(settings.providers.named[family][own], name)
    struct = attrgetter(section)(settings)
    inner = [getattr(struct, field) for field in struct.__struct_fields__ if f"{section}.{field}" not in EXPECTED]
    places = [each for each in (struct, *inner) if isinstance(each, msgspec.Struct) and hasattr(each, name)]
    assert len(places) == 1, f"{section}.{name} stands in {len(places)} places"
    return getattr(places[0], name)


def test_a_file_with_every_setting_is_read() -> None:
    read = load(written(file_of(1, EXPECTED)), {}, {})
    for section, name in EVERY:
        assert held(read, section, name) == EXPECTED[section][name][1], f"{section}.{name}"


def test_a_file_with_every_default_is_as_none() -> None:
    always = [section for section in EXPECTED if section.count(".") == 0 or section in ("providers.prefer", LOCAL)]
    assert load(written(file_of(0, always)), {}, {}) == load(None, {}, {}) == Settings()


@pytest.mark.parametrize(("section", "name"), EVERY, ids=".".join)
def test_each_has_its_default_its_variable_and_its_words(section: str, name: str) -> None:
    default, other, allowed = EXPECTED[section][name]
    needed = NEEDED.get(section, "")
    is_needed = needed.startswith(f"{name} ")
    if not is_needed:
        empty = load(written(f"[{section}]\n{needed}\n" + ("" if needed else _another(section, name))), {}, {})
        assert held(empty, section, name) == default
    variable = "VIVAVOCE_" + f"{section}_{name}".replace(".", "_").upper()
    told = ",".join(f"{key}={value}" for key, value in other.items()) if isinstance(other, dict) else other
    text = ",".join(told) if isinstance(told, tuple) else str(told)
    assert held(load(written(f"[{section}]\n{needed}"), {variable: text}, {}), section, name) == other
    with pytest.raises(BadSettings) as refused:
        load(written(f"\n[{section}]\n{name} = [[]]"), {}, {})
    came = "something else" if name in ("token", "api_key", "tokens", "guest_key", "secret", "headers") else "[[]]"
    assert str(refused.value) == f"vivavoce.toml line 3: [{section}] {name}: came {came}, allowed: {allowed}"


def _another(section: str, name: str) -> str:
    """Another setting of a section, so that a provider's section is there."""
    other = next((each for each in EXPECTED[section] if each != name), None)
    return f"{other} = {toml(EXPECTED[section][other][1])}" if other else f"{name} = {toml(EXPECTED[section][name][0])}"


def test_there_are_no_others() -> None:
    own = {"openai_compatible.mine": "openai_compatible.*", "wyoming.kitchen": "wyoming.*"}
    every = {f"{section}.{name}" for section, name in EVERY}
    for ours, generic in own.items():
        every = {place.replace(f".{ours}.", f".{generic}.") for place in every}
    assert {".".join(place) for place in variables().values()} == every


@pytest.mark.parametrize("variable", USUAL)
def test_the_usual_variables(variable: str) -> None:
    section, _, name = USUAL[variable].rpartition(".")
    other = str(EXPECTED[section][name][1])
    assert held(load(None, {variable: other}, {}), section, name) == other


def test_a_number_out_of_range_is_refused() -> None:
    for section, name in EVERY:
        bounds = [word for word in EXPECTED[section][name][2].split() if word.replace(".", "").isdigit()]
        if not EXPECTED[section][name][2].startswith(("a number", "a whole number")):
            continue
        for past in (float(bounds[0]) - 1, *(float(most) + 1 for most in bounds[1:])):
            with pytest.raises(BadSettings, match="allowed: a"):
                load(written(f"[{section}]\n{name} = {past!r}"), {}, {})
