"""Files that the server makes for itself and finds again at later starts, such as a token; only its user reads them."""

import os
import secrets
from pathlib import Path

from adapters.settings.errors import StartupFailed

TOKEN_BYTES = 12
"""Random bytes of a token that is made here."""
_PRIVATE = 0o600


def make_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def keep_token(path: Path, asked_by: str) -> str:
    """The token of earlier starts, a new one where there is none; `asked_by` is the option that asks for it.

    Raises StartupFailed.
    """
    try:
        if path.exists() and (kept := path.read_text("ascii").strip()):
            return kept
        token = make_token()
        write_private(path, token.encode())
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(path, error, asked_by) from None
    return token


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only this user can read, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    scratch.replace(path)


def unusable(path: Path, error: Exception, asked_by: str) -> StartupFailed:
    """The fault of a file that cannot be read or made."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else error
    return StartupFailed(f"{asked_by}: {path}: {why}; make the folder writable, or set [server] token yourself")
