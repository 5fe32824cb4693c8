"""nginx before a server, with the recipe of docs/operations.md."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.real.programs import ROOT, Served

MISSING = "there is no nginx: install it (Debian: apt-get install nginx)"
MAIN = """
{user}
daemon off;
pid {folder}/pid;
error_log stderr;
events {{ }}
http {{
    access_log off;
    {temporary}
    {recipe}
}}
"""
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def find_nginx() -> str:
    """The program. Where there is none the test is skipped, and fails in continuous integration (CI=true)."""
    found = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if not found and os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(MISSING)
    return found or pytest.skip(MISSING)


def recipe(port: int, served: Served, prefix: str) -> str:
    """The recipe as it is documented, but for the addresses and the certificate."""
    text = (ROOT / "docs" / "operations.md").read_text()
    found = re.search(r"```nginx\n(.*?)```", text, re.DOTALL)
    assert found is not None
    changes = (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:7171/", f"{served.origin}/"),
        ("location /voice/", f"location {prefix}"),
    )
    written = re.sub(r"\n *ssl_certificate.*", "", found[1])
    for documented, ours in changes:
        assert written.count(documented) == 1, documented
        written = written.replace(documented, ours)
    return written


@contextmanager
def proxied(served: Served, folder: Path, prefix: str = "/voice/") -> Iterator[str]:
    """nginx before `served` until the end of the block: where the server is found behind it, with a / at the end.

    The socket listens before nginx does, and is handed to it, so nobody has to wait until it is there.
    """
    program = find_nginx()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        config = folder / "nginx.conf"
        temporary = "\n".join(f"{name}_temp_path {folder}/{name};" for name in _TEMPORARY)
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(
            MAIN.format(folder=folder, temporary=temporary, user=user, recipe=recipe(port, served, prefix))
        )
        with (folder / "nginx.log").open("wb") as log:
            nginx = subprocess.Popen(
                (program, "-p", str(folder), "-c", str(config), "-e", "stderr"),
                env={**os.environ, "NGINX": f"{listening.fileno()};"},
                pass_fds=(listening.fileno(),),
                stderr=log,
            )
        try:
            yield f"http://127.0.0.1:{port}{prefix}"
        finally:
            nginx.terminate()
            nginx.wait(15)
