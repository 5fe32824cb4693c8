"""The routes of the talk page: files, what the page must know, QR codes."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest

from actors.deciding.limits import Limits
from actors.deciding.table import RULES
from adapters import page
from adapters.pages.static import static_route
from adapters.pages.talkpage import MOST_QR, about, routes
from adapters.wire.heads import Request
from adapters.wire.http import Response
from protocol.audioformat import OUTPUT_FORMATS
from protocol.configuration import Configuration
from protocol.errors import ErrorId, RefusalStatus
from protocol.messages import EVENTS, Metrics, Names
from protocol.states import State

LAN = "https://192.168.1.7:7172"
PAGES = ("index.html", "inspect.html")
FOLDER = Path(next(iter(page.__path__)))
SHOWN = routes(about("/socket.io/", Names(), (LAN,)))


def ask(path: str, headers: dict[str, str] | None = None, **query: str) -> Response:
    """What is answered to a GET."""
    return SHOWN[path](Request("GET", path, query, headers or {}))


def test_every_file_that_the_page_loads_is_served() -> None:
    served = {Path(path).name for path in SHOWN if path.startswith("/page/")}
    index = ask("/").body.decode()
    assert '"page/app.js"' in index
    for name in (name for name in served if name.endswith(".js")):
        source = ask(f"/page/{name}").body.decode()
        imported = {line.split('"./')[1].split('"')[0] for line in source.splitlines() if line.startswith("import ")}
        assert imported <= served, name


def test_nothing_is_inline() -> None:
    for name in PAGES:
        text = (FOLDER / name).read_text()
        assert " style=" not in text
        assert "<style" not in text
        assert "<script>" not in text
        assert " onclick=" not in text


def test_a_file_that_is_known_is_not_sent_again() -> None:
    first = ask("/page/app.js")
    tag = dict(first.headers)["ETag"]
    assert (first.status, first.content_type) == (200, "text/javascript; charset=utf-8")
    for known in (tag, f'"other", W/{tag}'):
        again = ask("/page/app.js", {"if-none-match": known})
        assert (again.status, again.body) == (304, b"")
        assert dict(again.headers)["ETag"] == tag
    assert ask("/page/app.js", {"if-none-match": '"other"'}).status == 200


def test_a_file_that_does_not_exist_is_noticed_at_the_start() -> None:
    with pytest.raises(FileNotFoundError):
        static_route("missing.js")


def test_the_page_knows_renamed_events_keys_and_the_whole_machine() -> None:
    names = Names({"session.update": "configure", "token": "key"})
    told = about("/voice/", names)
    assert told.names == {"session.update": "configure", "token": "key"}
    assert about("/", Names()).names == {}
    ways = {(arrow.source, arrow.dest) for arrow in told.arrows}
    assert ways == {
        (source.value, rule.dest.value)
        for rule in RULES
        for source in rule.sources
        if rule.dest is not None and rule.dest is not source
    }
    decoded = msgspec.json.decode(ask("/page.json").body)
    assert decoded["lan"] == [LAN]


@pytest.mark.parametrize("url", ["http://localhost:7171/#session=a&role=receiver", f"{LAN}/#token=secret"])
def test_a_link_to_this_server_has_a_qr_code(url: str) -> None:
    answer = ask("/qr.svg", {"host": "localhost:7171"}, url=url)
    assert (answer.status, answer.content_type) == (200, "image/svg+xml")
    assert ET.fromstring(answer.body).tag.endswith("svg")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.example/",
        "http://localhost:7171@evil.example/",
        "javascript:alert(1)",
        "ftp://localhost:7171/",
        "http://localhost:7171/#" + "a" * MOST_QR,
        "http://[",
    ],
)
def test_nothing_else_has_one(url: str) -> None:
    assert ask("/qr.svg", {"host": "localhost:7171"}, url=url).status == 400


def test_the_folder_of_the_page_holds_nothing_else() -> None:
    served = {Path(path).name for path in SHOWN if path.startswith("/page/")}
    assert {file.name for file in FOLDER.iterdir() if file.is_file()} == served | set(PAGES)


def test_every_address_is_told_from_where_the_page_is() -> None:
    """So that all of it works below the prefix of a reverse proxy, which the server does not know."""
    for file in (*FOLDER.glob("*.html"), *FOLDER.glob("api/*.j2")):
        assert not re.findall(r'(?:href|src)="/', file.read_text()), file
    for file in FOLDER.rglob("*.js"):
        assert not re.findall(r"""["'`]/[\w-]+[./?"'`]""", file.read_text()), file
        assert "location.origin" not in file.read_text(), file
    for file in FOLDER.rglob("*.css"):
        assert "url(/" not in file.read_text(), file


# ---- one fact, one place: what the page knows of the server comes from the server


NO_EVENTS = {"page.json", "inspect.json", "capture.js", "vivavoce.settings"}


def sources() -> dict[str, str]:
    """The page's modules by name."""
    return {file.name: file.read_text() for file in FOLDER.glob("*.js")}


def keys_of(table: str, source: str) -> set[str]:
    """The keys of an object in JavaScript that is a constant called `table`."""
    found = re.search(rf"\b{table} = \{{(.*?)\}}", source, re.DOTALL)
    assert found, table
    return set(re.findall(r"(\w+):", re.sub(r'"[^"]*"', "", found[1])))


def test_the_page_is_told_the_limits_that_the_settings_say() -> None:
    told = about("/", Names(), limits=Limits(straggler=1.5, text_chars=77))
    assert (told.limits.straggler, told.limits.text_chars) == (1.5, 77)


def test_the_page_is_told_states_roles_errors_and_refusals() -> None:
    told = msgspec.json.decode(ask("/page.json").body)
    assert told["states"] == [state.value for state in State]
    assert set(told["roles"]) == {"sender", "receiver", "both"}
    assert told["errors"]["wrongState"] == ErrorId.WRONG_STATE
    assert len(told["errors"]) == len(ErrorId)
    assert told["refusals"] == {"badToken": 401, "hasSender": 409, "final": [400, 401, 403, 409]}
    usual = [(arrow["source"], arrow["dest"]) for arrow in told["arrows"] if arrow["isUsual"]]
    assert len(usual) == len(State)


def test_the_page_is_told_every_field_of_an_update_with_its_bounds() -> None:
    told = msgspec.json.decode(ask("/page.json").body)["configuration"]
    defaults = msgspec.to_builtins(Configuration())
    assert {kind: list(fields) for kind, fields in told.items()} == {kind: list(of) for kind, of in defaults.items()}
    speed, stop = told["TTS"]["speed"], told["LLM"]["stop"]
    assert (speed["kind"], speed["minimum"], speed["maximum"], speed["default"]) == ("number", 0.25, 4, 1)
    assert (stop["kind"], stop["most"]) == ("array", 4)
    assert set(told["TTS"]["ssmlGender"]["values"]) == {"unspecified", "male", "female", "neutral"}
    assert told["TTS"]["audioFormat"]["values"] == list(OUTPUT_FORMATS)


def test_the_states_are_in_the_page_before_anything_is_asked_for() -> None:
    assert f'data-states="{" ".join(State)}"' in ask("/").body.decode()


def test_what_the_page_shows_for_a_state_is_for_one_that_there_is() -> None:
    states = {state.value for state in State}
    assert keys_of("HINTS", sources()["app.js"]) == states
    for table in ("GAZE", "BROWS"):
        assert keys_of(table, sources()["face.js"]) <= states


def test_events_and_errors_that_the_page_names_are_those_of_the_protocol() -> None:
    told = msgspec.json.decode(ask("/page.json").body)
    for name, source in sources().items():
        words = set(re.findall(r'"([a-z]+(?:\.[a-z]+)+)"', source)) - {
            "page.json",
            "inspect.json",
            "capture.js",
            "vivavoce.settings",
        }
        assert words <= set(EVENTS), name
    talked = sources()["conversation.js"]
    named = {word for found in re.findall(r"_ERRORS = \[(.*?)\]", talked) for word in re.findall(r'"(\w+)"', found)}
    assert len(named) == 6
    assert named <= set(told["errors"])


def test_the_stages_that_the_page_shows_are_those_of_the_metrics() -> None:
    stages = re.findall(r'\["(\w+)", "', sources()["ledger.js"])
    assert stages == [field.encode_name for field in msgspec.structs.fields(Metrics) if field.name != "turn"]


def test_no_number_of_the_protocol_stands_in_the_page() -> None:
    numbers = {str(int(error)) for error in ErrorId if error % 1_000} | {str(int(status)) for status in RefusalStatus}
    for name in ("app.js", "conversation.js", "settings.js", "socket.js", "diagram.js", "place.js"):
        code = re.sub(r"//.*", "", sources()[name])
        assert not numbers & set(re.findall(r"(?<![\w.])\d{3,4}(?![\w.])", code.replace("_", ""))) - {"400"}, name
