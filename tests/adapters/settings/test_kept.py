"""What the server makes for itself is made once, is private, and says what to do where it cannot be."""

import stat
from pathlib import Path

import pytest

from adapters.settings.errors import StartupFailed
from adapters.settings.kept import keep_token


def test_the_token_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "token"
    token = keep_token(path, "--lan")
    assert len(token) >= 16
    assert keep_token(path, "--lan") == token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_token_that_somebody_wrote_is_taken(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("my own\n")
    assert keep_token(tmp_path / "token", "--lan") == "my own"


@pytest.mark.parametrize("content", [b"", b" \n"])
def test_an_empty_file_gets_a_token(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    assert keep_token(tmp_path / "token", "--lan") == (tmp_path / "token").read_text()


@pytest.mark.parametrize("path", ["file/below", "binary", "."])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(StartupFailed, match=r"\[server\] token_file: .*set \[server\] token yourself"):
        keep_token(tmp_path / path, "[server] token_file")
