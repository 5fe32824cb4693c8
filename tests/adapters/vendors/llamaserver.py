"""llama.cpp's server in Python with a tiny random model: an OpenAI-compatible server that is none of ours.

Built from source once, which takes minutes, into an environment of its own in the project's cache folder.
"""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real.programs import ROOT

CACHE = ROOT / ".cache" / "llama"
MODEL, KEY, CONTEXT = "salad", "sk-llama-planted", 512
_PACKAGES = ("llama-cpp-python[server]==0.3.36", "gguf==0.17.1")
_MAKER = Path(__file__).with_name("tiny_gguf.py")
_BUILD_SECONDS, _START_SECONDS, _STOP_SECONDS = 1_800.0, 120.0, 10.0
_READY = re.compile(rb"running on (http://127\.0\.0\.1:\d+)")


@contextmanager
def llama_server() -> Iterator[str]:
    """Its address, without /v1, while it runs."""
    python, model = _environment(), CACHE / "tiny.gguf"
    _run(python, str(_MAKER), str(model))
    options = {
        "model": str(model),
        "model_alias": MODEL,
        "api_key": KEY,
        "n_ctx": str(CONTEXT),
        "host": "127.0.0.1",
        "port": "0",
    }
    command = [
        python,
        "-m",
        "llama_cpp.server",
        *[part for key, value in options.items() for part in (f"--{key}", value)],
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        late = threading.Timer(_START_SECONDS, process.kill)
        late.start()
        try:
            yield _address(process)
        finally:
            late.cancel()
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(process: "subprocess.Popen[bytes]") -> str:
    """Wait until it listens; what it says from then on is thrown away."""
    assert process.stderr is not None
    said = b""
    for line in process.stderr:
        said += line
        if ready := _READY.search(line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return ready[1].decode()
    raise AssertionError(f"llama.cpp's server did not start: {said[-4_000:].decode(errors='replace')}")


def _environment() -> str:
    """The Python that has the server; built where it is missing or another version."""
    folder = CACHE / "venv"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp, wanted = folder / "installed", "\n".join(_PACKAGES)
    if not stamp.exists() or stamp.read_text() != wanted:
        CACHE.mkdir(parents=True, exist_ok=True)
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_PACKAGES)
        stamp.write_text(wanted)
    return str(python)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=_BUILD_SECONDS)
