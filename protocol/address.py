"""The address of a server where nobody names another one; every server and client of ours begins with it."""

from typing import Final

HOST: Final = "127.0.0.1"
PORT: Final = 7171
PATH: Final = "/socket.io/"
"""The path under which Socket.IO's own clients connect."""
URL: Final = f"http://{HOST}:{PORT}"
