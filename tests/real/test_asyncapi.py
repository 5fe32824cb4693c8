"""The AsyncAPI document under AsyncAPI's own parser, and its examples under their schemas."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from protocol.asyncapi import ServerAddress, document
from protocol.messages import Names
from protocol.registry import REGISTRY
from tests.real.node import modules, node

pytestmark = pytest.mark.real
SCRIPT = Path(__file__).parent / "js" / "asyncapi.cjs"
PATIENCE = 60.0
WARNING = 1
"""Severities: 0 is an error, 1 a warning; above are hints, such as that there is a newer AsyncAPI."""


class Finding(msgspec.Struct, frozen=True):
    """What the parser has to say about a place in the document."""

    severity: int
    message: str
    path: str


class Verdict(msgspec.Struct, frozen=True):
    """All findings, the ids of the operations that were read, and the examples that their schemas forbid."""

    found: tuple[Finding, ...]
    operations: tuple[str, ...]
    examples: tuple[str, ...]

    @property
    def faults(self) -> list[Finding]:
        """Errors and warnings."""
        return [finding for finding in self.found if finding.severity <= WARNING]


SPOILT: list[tuple[str, int, Any]] = [
    ("session.update", 0, {"LLM": {"temperature": 3}}),
    ("session.update", 1, {"TTS": {"responseType": {"name": "triple"}}}),
    ("input.buffer.commit", 0, {"errorId": "seven"}),
    ("response.audio.delta", 0, {"id": 0}),
]


def spoilt() -> bytes:
    """A document with examples that their schemas forbid."""
    made = json.loads(document(Names(), ServerAddress()))
    for event, number, payload in SPOILT:
        made["components"]["messages"][event]["examples"][number]["payload"] = payload
    return json.dumps(made).encode()


@pytest.fixture(scope="module")
def verdicts() -> Mapping[str, Verdict]:
    """The verdict on each document; one process reads them all, because the parser takes seconds to load."""
    renamed = Names({"session.update": "session configure/ü", "token": "apiKey"})
    made = {
        "default": document(Names(), ServerAddress()),
        "renamed": document(renamed, ServerAddress("[::1]:7171", "/voice/", "0.1.0", is_secure=True, has_token=True)),
        "spoilt": spoilt(),
        "astray": document(Names(), ServerAddress()).replace(b"#/channels/session", b"#/channels/nowhere"),
    }
    env = {**os.environ, "NODE_PATH": str(modules())}
    asked = json.dumps([text.decode() for text in made.values()]).encode()
    done = subprocess.run([node(), SCRIPT], input=asked, env=env, capture_output=True, timeout=PATIENCE, check=True)
    return dict(zip(made, msgspec.json.decode(done.stdout, type=list[Verdict]), strict=True))


@pytest.mark.parametrize("name", ["default", "renamed"])
def test_the_document_is_valid(verdicts: Mapping[str, Verdict], name: str) -> None:
    verdict = verdicts[name]
    assert verdict.faults == []
    assert verdict.examples == ()
    assert set(verdict.operations) == set(REGISTRY)


def test_examples_that_their_schemas_forbid_are_found(verdicts: Mapping[str, Verdict]) -> None:
    found = verdicts["spoilt"].examples
    assert set(found) == {f"{event}: {REGISTRY[event].examples[number].title}" for event, number, _ in SPOILT}


def test_a_reference_that_leads_nowhere_is_found(verdicts: Mapping[str, Verdict]) -> None:
    assert verdicts["astray"].faults
