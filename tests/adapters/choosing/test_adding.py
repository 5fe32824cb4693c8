"""What docs/adding-a-provider.md shows works as it stands there."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import trio

from actors.ports.sound import Clip
from adapters.vendors.shared.probes import PROBE
from tests.adapters.reach.loopback import Reply, browsing, endpoint_of, loopback
from tests.adapters.vendors.sounds import SAMPLES

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "adding-a-provider.md"
DECLARATION, ENTRY, ADAPTER, TEST = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.real
async def test_the_adapter_passes_its_test() -> None:
    names: dict[str, Any] = {
        "trio": trio,
        "Clip": Clip,
        "PROBE": PROBE,
        "SAMPLES": SAMPLES,
        "Reply": Reply,
        "browsing": browsing,
        "endpoint_of": endpoint_of,
        "loopback": loopback,
    }
    exec(ADAPTER, names)
    exec(TEST, names)
    shown: Callable[[], Awaitable[None]] = names["test_the_first_bytes_are_handed_on_before_the_last_have_come"]
    await shown()


@pytest.fixture
def added(tmp_path: Path) -> Path:
    """The source with the provider of the page in it: the folder and the entry, and nothing else."""
    for package in ("protocol", "actors", "adapters"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    folder = tmp_path / "adapters" / "vendors" / "parrot"
    folder.mkdir()
    for name, text in (("__init__", ""), ("declaration", DECLARATION), ("tts", ADAPTER)):
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    entries = folder.parent / "declarations.py"
    text = entries.read_text(encoding="utf-8")
    entries.write_text(ENTRY + text.replace("    PIPER,\n", "    PIPER,\n    PARROT,\n"), encoding="utf-8")
    return tmp_path


def listed(source: Path, environ: dict[str, str]) -> dict[str, Any]:
    """What `vivavoce providers` says of Parrot's speech."""
    config = source / "vivavoce.toml"
    config.write_text("[providers]\ndiscover = false\n", encoding="utf-8")
    command = [
        sys.executable,
        "-c",
        "from adapters.cli import main; main()",
        "providers",
        "--json",
        "--config",
        str(config),
    ]
    environ = {"PYTHONPATH": str(source), "PATH": "", **environ}
    done = subprocess.run(command, cwd=source, env=environ, capture_output=True, text=True, timeout=60, check=True)
    return next(entry for entry in json.loads(done.stdout)["TTS"] if entry["name"] == "parrot")


@pytest.mark.real
def test_the_folder_and_the_entry_are_all_that_a_provider_is(added: Path) -> None:
    without = listed(added, {})
    assert without["state"] == "not configured: set PARROT_API_KEY"
    configured = listed(added, {"PARROT_API_KEY": "k", "VIVAVOCE_PROVIDERS_PARROT_VOICE": "jack"})
    assert (configured["state"], configured["default"]) == ("ok", True)
    assert configured["voices"] == ["polly", "jack"]
