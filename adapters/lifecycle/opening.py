"""The settings of a start, changed where a setting asks for something that is made or found at the start."""

from pathlib import Path

from msgspec.structs import replace

from adapters.settings.kept import keep_token
from adapters.settings.settings import Settings
from adapters.wire import lan


def opened(settings: Settings) -> Settings:
    """The settings, changed where `token_file` or `lan` asks for it. Raises StartupFailed."""
    server = settings.server
    if server.token_file and not server.token:
        server = replace(server, token=keep_token(Path(server.token_file), "[server] token_file"))
    return replace(settings, server=lan.open_up(server, lan.folder()) if server.lan else server)
