"""The command line: what each command prints, the exit codes, and that a mistake is one line."""

import json
import logging
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest
import trio
from click.testing import CliRunner, Result

import adapters
from adapters.cli import main
from adapters.lifecycle.logs import LogLine
from adapters.settings.errors import StartupFailed
from adapters.settings.settings import Settings
from adapters.voices import kokoro
from tests.signalled import signals_restored

Run = Callable[..., Awaitable[None]]


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of its own, and hooks and logging put back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


def called(*arguments: str, environ: dict[str, str] | None = None) -> Result:
    with signals_restored():
        return CliRunner().invoke(main, arguments, env=environ)


def with_server(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Stand in for the server, which is not what is tested here."""
    module = ModuleType("adapters.server")
    monkeypatch.setattr(module, "run", run, raising=False)
    monkeypatch.setitem(sys.modules, "adapters.server", module)
    monkeypatch.setattr(adapters, "server", module, raising=False)  # where it has been imported before


def test_tells_its_version() -> None:
    assert version("vivavoce") in called("--version").output


def test_serve_hands_the_settings_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Settings] = []

    async def run(settings: Settings, **_: object) -> None:
        served.append(settings)

    with_server(monkeypatch, run)
    Path("own.toml").write_text("[pools]\nqueue = 3")
    result = called("serve", "--port", "9000", "--config", "own.toml", environ={"VIVAVOCE_HOST": "0.0.0.0"})
    assert (result.exit_code, result.output) == (0, "")
    assert [(each.server.host, each.server.port, each.pools.queue) for each in served] == [("0.0.0.0", 9000, 3)]


@pytest.mark.parametrize("arguments", [["--port", "abc"], ["--config", "absent.toml"]])
def test_a_bad_setting_is_one_line(arguments: list[str]) -> None:
    result = called("serve", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("vivavoce: ")
    assert result.stderr.count("\n") == 1


async def fail_to_start(_: Settings, **__: object) -> None:
    async with trio.open_nursery():
        raise StartupFailed("port 7171 is in use:\nchoose another with --port")


def test_a_start_that_fails_is_one_line_and_a_trace_only_with_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    with_server(monkeypatch, fail_to_start)
    result, verbose = called("serve"), called("serve", "--debug")
    assert result.exit_code == verbose.exit_code == 2
    assert result.stderr == "vivavoce: port 7171 is in use:\\nchoose another with --port\n"
    assert "Traceback" in verbose.stderr
    assert verbose.stderr.endswith(result.stderr)


def test_ctrl_c_ends_serve_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(_: Settings, **__: object) -> None:
        async with trio.open_nursery():
            raise KeyboardInterrupt

    with_server(monkeypatch, run)
    result = called("serve")
    assert (result.exit_code, result.output) == (0, "")


# ---- providers


def test_providers_shows_each_by_kind_with_what_is_missing() -> None:
    environ = {"VIVAVOCE_PROVIDERS_DISCOVER": "false", "OPENAI_API_KEY": "", "COLUMNS": "200"}
    plain, as_json = called("providers", environ=environ), called("providers", "--json", environ=environ)
    assert (plain.exit_code, as_json.exit_code) == (0, 0)
    assert "STT  local *" in plain.output
    assert "not configured: set OPENAI_API_KEY" in plain.output
    assert "not configured: set [providers.sherpa] model_dir" in plain.output
    listed = json.loads(as_json.output)
    assert list(listed) == ["STT", "LLM", "TTS"]
    assert [each["models"] for each in listed["LLM"] if each["name"] == "local"] == [["guide", "echo"]]


def test_model_without_one_says_how_to_get_one_and_fails() -> None:
    result = called("model", environ={"VIVAVOCE_PROVIDERS_DISCOVER": "false", "OPENAI_API_KEY": ""})
    assert result.exit_code == 1
    assert "ollama pull llama3.2" in result.stdout
    bad = called("model", environ={"VIVAVOCE_PROVIDERS_DISCOVER": "perhaps"})
    assert (bad.exit_code, bad.stderr.count("\n")) == (2, 1)


@pytest.mark.real
def test_providers_check_says_what_is_wrong_and_fails() -> None:
    environ = {
        "VIVAVOCE_PROVIDERS_DISCOVER": "false",
        "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MINE_BASE_URL": "http://127.0.0.1:1",
        "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MINE_API_KEY": "sk-planted",
        "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MINE_LLM_MODEL": "m",
    }
    result, as_json = (
        called("providers", "--check", environ=environ),
        called("providers", "--check", "--json", environ=environ),
    )
    assert (result.exit_code, as_json.exit_code) == (1, 1)
    assert "STT local: ok" in result.output
    assert "LLM mine: mine could not be reached" in result.output
    checked = {(each["kind"], each["name"]): each["trouble"] for each in json.loads(as_json.stdout)}
    assert checked["STT", "local"] == ""
    assert checked["LLM", "mine"].startswith("mine could not be reached")
    assert "sk-planted" not in result.output + result.stderr + as_json.output


def test_providers_with_bad_settings_is_one_line() -> None:
    Path("vivavoce.toml").write_text("[providers.prefer]\nllm = ['opnai']")
    result = called("providers")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert 'unknown provider "opnai"' in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["absent.wav"], "does not exist"),
        (["notes.txt"], "notes.txt: not audio that can be read"),
        (["speech.pcm", "--format", "mp4"], "--format: came mp4, allowed: one of mp3, wav, opus"),
        (["speech.pcm", "--url", "nonsense"], "'nonsense' is no address of a server"),
        (["speech.pcm", "--url", "http://127.0.0.1:1"], "is `vivavoce serve` running there?"),
        (["speech.pcm", "--save", "notes.txt/x"], "cannot be written"),
    ],
)
def test_talk_that_cannot_begin_says_why(arguments: list[str], told: str) -> None:
    Path("notes.txt").write_text("words")
    Path("speech.pcm").write_bytes(bytes(32_000))
    result = called("talk", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.real
def test_the_command_starts_without_what_only_some_commands_need() -> None:
    code = "import sys, adapters.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "click" in loaded.split()
    assert not {"trio", "av", "rich", "httpx", "msgspec", "transitions"} & set(loaded.split())


def entry(message: str, error: BaseException | None = None) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("adapters.x", logging.ERROR, "x.py", 1, message, None, trace)


def test_a_log_entry_is_one_line_whatever_is_in_it() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        record = entry("said:\r\nERROR forged", error)
    line = LogLine(debug=False).format(record)
    assert line.endswith("ERROR   adapters.x: said:\\r\\nERROR forged: ValueError: two\\nlines")
    assert "Traceback" in LogLine(debug=True).format(record)
    assert "\n" not in LogLine(debug=True).format(entry("two\nlines"))


@pytest.mark.real
def test_an_unforeseen_fault_is_one_line() -> None:
    setting_up = "from adapters.lifecycle.exits import set_up_faults; set_up_faults(False)"
    code = f"{setting_up}; raise ExceptionGroup('x', [KeyError('a')])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr == "vivavoce: a fault of this program: KeyError: 'a' (--debug shows where)\n"


@pytest.mark.real
def test_who_has_read_enough_of_talk_ends_it_without_a_complaint(tmp_path: Path) -> None:
    """`vivavoce … | head`: the pipe is closed while the program still prints."""
    program = (
        "import sys; from adapters.lifecycle.exits import run_command\n"
        "async def main():\n    sys.stdout.write('x' * 1_000_000)\n    sys.stdout.flush()\n    return 0\n"
        "raise SystemExit(run_command(main, interrupted=130, debug=False))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 130


# ---- voices


def test_voices_are_added_to_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro, "voices_folder", lambda: tmp_path / "data")
    monkeypatch.setattr(kokoro, "parts", lambda: ())
    (tmp_path / "af_heart.bin").write_bytes(bytes(kokoro.VOICE_BYTES))
    (tmp_path / "zf_xiaobei.bin").write_bytes(bytes(kokoro.VOICE_BYTES))
    added = called("voices", "add", str(tmp_path))
    assert added.exit_code == 0
    assert added.output.splitlines() == [
        f"added 1 of its voices to {tmp_path / 'data'}, and left out 1 of other languages: af_heart",
        "what speaks with them is not installed here: pip install 'vivavoce[kokoro]'",
    ]
    assert (tmp_path / "data" / "af_heart.bin").is_file()
    nothing = called("voices", "add", str(tmp_path / "data" / "none"))
    assert (nothing.exit_code, "does not exist" in nothing.output) == (2, True)
    (tmp_path / "empty").mkdir()
    empty = called("voices", "add", str(tmp_path / "empty"))
    assert (empty.exit_code, "has no English voice of Kokoro" in empty.output) == (2, True)
