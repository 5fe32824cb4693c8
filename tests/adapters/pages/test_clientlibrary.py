"""Who loads a Socket.IO client from the server's path is told what to load."""

import shutil
import subprocess
from pathlib import Path

import pytest

from adapters.pages.clientlibrary import routes
from adapters.wire.heads import Request

NAMES = ("socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js", "socket.io.js.map")


@pytest.mark.parametrize("path", ["/socket.io/", "/", "/a/b/"])
@pytest.mark.parametrize("name", NAMES)
def test_each_file_throws_what_to_load(path: str, name: str) -> None:
    shown = routes(path)
    answer = shown[path + name](Request("GET", path + name, {}, {}))
    text = answer.body.decode()
    assert (answer.status, answer.content_type) == (200, "text/javascript; charset=utf-8")
    assert "throw new Error(" in text
    assert "socket.io-client" in text
    assert f"the path {path}." in text
    assert shown[f"/socket.io/{name}"](Request("GET", name, {}, {})).body == answer.body


@pytest.mark.real
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js")
@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("socket.io.js", "await import('./socket.io.js');"),
        ("socket.io.esm.min.js", "import { io } from './socket.io.esm.min.js'; io();"),
        ("socket.io.esm.min.js", "import io, { Manager, Socket } from './socket.io.esm.min.js'; io();"),
    ],
)
def test_it_is_what_a_program_stumbles_over(name: str, program: str, tmp_path: Path) -> None:
    script = routes("/socket.io/")[f"/socket.io/{name}"](Request("GET", name, {}, {})).body
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / name).write_bytes(script)
    (tmp_path / "program.js").write_text(program)
    ended = subprocess.run(
        ("node", "program.js"), cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    assert "Error: vivavoce: this server brings no Socket.IO client" in ended.stderr
