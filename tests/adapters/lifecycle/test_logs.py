"""No character that a client sends can make a line of the log look like two, or like another."""

import logging
import sys
import unicodedata

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from actors.ports.callcontext import CallContext, call_for
from adapters.choosing.catalogue import Listing
from adapters.choosing.listing import _as_json, _table
from adapters.cli import main
from adapters.lifecycle.logs import JsonEntry, JsonLine, LogLine, trace
from adapters.lifecycle.welcome import welcome
from adapters.pages.inspection import ProblemLog
from adapters.settings.settings import Server
from adapters.wire.sockets import ListeningSockets
from protocol.printable import printable
from protocol.tolerant import show
from tests.signalled import signals_restored

HOSTILE = "\n\r\t\0\x07\x08\x0b\x0c\x1b\x1c\x1d\x1e\x7f\x80\x85\x9b\xad\u061c\u180e\u200b\u200c\u200d\u200e\u200f"
HOSTILE += "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"
HOSTILE += "\ud83d\ue000\ufeff\ufff9\ufffe\U000e0001"
HARMLESS = "Grüße, 你好 🎉 – “quoted” \\ \u00a0\u3000 e\u0301 ½ €"
CATEGORIES = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def entry(message: str, error: BaseException | None = None) -> logging.LogRecord:
    """An entry of the log."""
    record = logging.LogRecord("adapters.x", logging.WARNING, __file__, 1, "said %s", (message,), None)
    record.exc_info = (type(error), error, error.__traceback__) if error is not None else None
    return record


def raised(message: str) -> ValueError:
    """An error with a trace."""
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


@pytest.mark.parametrize("letter", HOSTILE, ids=ascii)
def test_each_is_escaped(letter: str) -> None:
    shown = printable(f"a{letter}b")
    assert shown == f"a{letter.encode('unicode_escape').decode()}b"
    assert shown.isascii()


def test_letters_signs_and_spaces_stay() -> None:
    assert printable(HARMLESS) == HARMLESS


def test_every_character_of_unicode_is_shown_or_escaped() -> None:
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        assert (printable(letter) == letter) is (unicodedata.category(letter) not in CATEGORIES)


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)), st.booleans())
def test_an_entry_is_one_line(message: str, words: str, debug: bool) -> None:
    assert len(LogLine(debug).format(entry(message)).splitlines()) == 1
    first, *rest = LogLine(debug).format(entry(message, raised(words))).splitlines()
    assert bool(rest) is debug
    assert all(line.startswith("    ") for line in rest), "a trace cannot be taken for an entry"
    for line in (first, *rest):
        assert not {unicodedata.category(letter) for letter in line} & set(CATEGORIES)


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)), st.booleans())
def test_a_json_entry_is_one_line_and_says_the_same(message: str, words: str, debug: bool) -> None:
    line = JsonLine(debug).format(entry(message, raised(words)))
    assert not {unicodedata.category(letter) for letter in line} & set(CATEGORIES)
    read = msgspec.json.decode(line, type=JsonEntry, strict=True)
    assert read.message == printable(f"said {message}")
    assert read.error == printable(f"ValueError: {words}")
    assert read.trace.startswith("    Traceback") is debug


def test_a_json_entry_has_these_fields() -> None:
    record = entry("it")
    record.created = 1_764_330_028.25
    record.call = CallContext("1a2b3c4d", 3)
    assert msgspec.json.decode(JsonLine(debug=False).format(record)) == {
        "time": "2025-11-28T11:40:28.250Z",
        "level": "WARNING",
        "logger": "adapters.x",
        "message": "said it",
        "session": "1a2b3c4d",
        "turn": 3,
    }
    assert LogLine(debug=False).format(record).endswith(" WARNING adapters.x: session 1a2b3c4d turn 3: said it")


def test_an_entry_has_the_session_for_which_its_task_works() -> None:
    with call_for(CallContext("1a2b3c4d")):
        assert msgspec.json.decode(JsonLine(debug=False).format(entry("it")))["session"] == "1a2b3c4d"
        assert LogLine(debug=False).format(entry("it")).endswith("adapters.x: session 1a2b3c4d: said it")
    assert "session" not in LogLine(debug=False).format(entry("it")) + JsonLine(debug=False).format(entry("it"))


def test_a_trace_has_what_a_trace_has() -> None:
    shown = trace(raised("two\n2030 ERROR lines\x1b[2J"))
    assert "Traceback" in shown
    assert shown.endswith("    2030 ERROR lines\\x1b[2J")


def test_the_operators_page_shows_the_same() -> None:
    problems = ProblemLog()
    problems.emit(entry(HOSTILE))
    assert problems.kept[0].message == f"said {printable(HOSTILE)}"


def test_what_servers_call_their_models_is_shown_so_on_the_console() -> None:
    said = welcome(Server(), ListeningSockets([], "127.0.0.1", 1), [("LLM", f"mine: {HOSTILE}")], "made")
    assert any(line.endswith(printable(HOSTILE)) for line in said)
    console = Console(width=2_000, force_terminal=False, file=None)
    names = (HOSTILE,)
    listing = Listing("mine", HOSTILE, True, True, "configured", names, HOSTILE, "", names, names)
    with console.capture() as capture:
        console.print(_table({"LLM": (listing,)}))
    assert printable(HOSTILE) in capture.get()
    assert not {unicodedata.category(letter) for letter in capture.get().replace("\n", "")} & set(CATEGORIES)


def test_json_on_the_console_stays_json() -> None:
    assert _as_json('  "a\u202eb\U000e0001"') == '  "a\\u202eb\\udb40\\udc01"'


def test_what_ends_a_command_is_one_line() -> None:
    with signals_restored():
        failed = CliRunner().invoke(main, ["serve", "--port", "1\u2028\x9b2J\u202e"])
    assert failed.exit_code == 2
    assert len(failed.stderr.splitlines()) == 1
    assert "\u202e" not in failed.stderr


def test_a_message_to_a_client_has_none_of_them_either() -> None:
    for letter in HOSTILE:
        assert show({"name": f"a{letter}b"}).isprintable()
    assert len(show("\u202e" * 1_000)) <= 61
