"""Settings: where a value comes from, which source wins, and what an operator is told of a mistake."""

import ast
import inspect
from pathlib import Path

import msgspec
import pytest

from actors.deciding import limits
from adapters.settings.environment import SHORT_VARIABLES, variables
from adapters.settings.errors import BadSettings
from adapters.settings.positions import line_of
from adapters.settings.providers import ProviderSettings, settings_of
from adapters.settings.reading import load
from adapters.settings.settings import Server, Settings
from adapters.settings.tree import leaves, sections
from adapters.settings.values import check
from adapters.vendors.declarations import DECLARATIONS
from adapters.vendors.embedded.declaration import EMBEDDED
from adapters.vendors.openai.declaration import COMPATIBLE, OPENAI
from adapters.vendors.wyoming.declaration import WYOMING

EVERYTHING = """\
[server]
host = "0.0.0.0"
port = 9000
token = "hush"
allowed_origins = [
    "https://one.example",   # a comment with ] in it
    "https://two.example",
]
[limits]
grace = 5
[pools]
stt_workers = 4
[protocol.names]
"session.update" = "session.configure"
input.text = "said"
[providers]
substitute = false
prefer.stt = ["local"]
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str | bytes, name: str = "vivavoce.toml") -> Path:
    path = Path(name)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(text: str | bytes = "", environ: dict[str, str] | None = None, **flags: object) -> str:
    path = written(text)
    with pytest.raises(BadSettings) as refused:
        load(path, environ or {}, {f"server.{name}": value for name, value in flags.items()})
    assert "\n" not in str(refused.value)
    return str(refused.value)


# ---- sources


def test_without_any_source_everything_has_its_default() -> None:
    assert load(None, {}, {}) == Settings()
    assert (Settings().server.port, Settings().limits, Settings().pools.llm_workers) == (7171, limits.Limits(), 32)


def test_a_file_sets_every_kind_of_value() -> None:
    found = load(written(EVERYTHING), {}, {})
    assert found.server.listener.allowed_origins == ("https://one.example", "https://two.example")
    assert (found.server.host, found.server.port, found.server.token) == ("0.0.0.0", 9000, "hush")
    assert (found.limits.grace, found.limits.receiving) == (5.0, limits.Limits().receiving)
    assert found.pools.stt_workers == 4
    assert found.protocol.names == {"session.update": "session.configure", "input.text": "said"}
    assert (found.providers.substitute, found.providers.prefer.stt) == (False, ("local",))


def test_flags_win_over_the_environment_and_that_over_the_file() -> None:
    file = written("[server]\nport = 1\nhost = 'file'\npath = '/file/'")
    environ = {"VIVAVOCE_SERVER_PORT": "2", "VIVAVOCE_SERVER_HOST": "environment"}
    found = load(file, environ, {"server.port": "3", "server.host": None}).server
    assert (found.port, found.host, found.listener.path) == (3, "environment", "/file/")


def test_the_file_is_the_flags_then_the_variables_then_the_one_in_the_folder() -> None:
    written("[server]\nport = 1")
    named, flagged = written("[server]\nport = 2", "named.toml"), written("[server]\nport = 3", "flagged.toml")
    environ = {"VIVAVOCE_CONFIG": str(named)}
    assert load(None, {}, {}).server.port == 1
    assert load(None, environ, {}).server.port == 2
    assert load(flagged, environ, {}).server.port == 3


@pytest.mark.parametrize("text", [EVERYTHING.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + EVERYTHING.encode()])
def test_a_file_saved_on_windows_is_read(text: bytes) -> None:
    assert load(written(text), {}, {}).server.port == 9000


@pytest.mark.parametrize(
    ("name", "text", "place", "value"),
    [
        ("VIVAVOCE_PORT", " 9000 ", "server.port", 9000),
        ("VIVAVOCE_LIMITS_GRACE", "1.5", "limits.grace", 1.5),
        ("VIVAVOCE_PROVIDERS_SUBSTITUTE", "False", "providers.substitute", False),
        ("VIVAVOCE_PROVIDERS_SUBSTITUTE", "1", "providers.substitute", True),
        ("VIVAVOCE_PROVIDERS_PREFER_TTS", "local, openai,", "providers.prefer.tts", ("local", "openai")),
        (
            "VIVAVOCE_PROTOCOL_NAMES",
            "input.text=said, role=side",
            "protocol.names",
            {"input.text": "said", "role": "side"},
        ),
        ("VIVAVOCE_PORT", "", "server.port", 7171),
    ],
)
def test_a_variable_is_read_as_its_setting_wants(name: str, text: str, place: str, value: object) -> None:
    found: object = load(None, {name: text, "PATH": "/bin"}, {})
    for part in place.split("."):
        found = getattr(found, part)
    assert found == value


def test_a_long_variable_wins_over_its_short_form() -> None:
    environ = {"VIVAVOCE_SERVER_PORT": "2", "VIVAVOCE_PORT": "1"}
    assert load(None, environ, {}).server.port == 2


# ---- mistakes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[server]\n\nprot = 1", "vivavoce.toml line 3: [server] prot: unknown key (did you mean port?)"),
        ("# x\n[servr]\nport = 1", "vivavoce.toml line 2: servr: unknown section (did you mean server?)"),
        ("port = 1", "vivavoce.toml line 1: port: unknown key (it belongs under [server])"),
        ("server = 1", "vivavoce.toml line 1: server: came 1, allowed: a section [server]"),
        (
            "[providers.opnai]\nx=1",
            "vivavoce.toml line 1: [providers] opnai: unknown section (did you mean openai?)",
        ),
        (
            "[providers.openai]\nkey='hush'",
            "vivavoce.toml line 2: [providers.openai] key: unknown key (did you mean api_key?)",
        ),
        ("[providers.deepgram]\nregion='eu'", "[providers.deepgram] region: unknown key (known: api_key, base_url"),
        (
            "[providers.openai_compatible.ollama]\nbase = 'http://127.0.0.1:1'",
            "vivavoce.toml line 2: [providers.openai_compatible.ollama] base: unknown key (did you mean base_url?)",
        ),
        ("[providers.openai_compatible.ollama]\ntitle = 'x'", "[providers.openai_compatible.ollama]: base_url must be"),
        ("[providers.openai_compatible]\nbase_url = 'x'", "allowed: a section [providers.openai_compatible.NAME]"),
        ("[providers.wyoming.openai]\nport = 1", 'came "openai", allowed: a name of your own'),
        ("[providers.wyoming.'A b']\nport = 1", 'came "A b", allowed: a name of your own'),
        (
            "[providers.wyoming.x]\nport = 1\n[providers.openai_compatible.x]\nbase_url = 'http://127.0.0.1'",
            "[providers.openai_compatible.x]: there is another provider of this name",
        ),
        ("[providers.openai]\nbase_url = 'ftp://x'", 'came "ftp://x", allowed: an address without a password in it'),
        ("[providers.prefer]\nsst=[]", "vivavoce.toml line 2: [providers.prefer] sst: unknown key (did you mean stt?)"),
        (
            "[server]\nport = '9'",
            'vivavoce.toml line 2: [server] port: came "9", allowed: a whole number from 0 to 65535',
        ),
        ("[pools]\nqueue = true", "vivavoce.toml line 2: [pools] queue: came true, allowed: a whole number from 0"),
        ("[limits]\ngrace = nan", "vivavoce.toml line 2: [limits] grace: came nan, allowed: a number from 0"),
        ("[limits]\ngrace = inf", "vivavoce.toml line 2: [limits] grace: came inf, allowed: a number from 0"),
        ("[limits]\nmailbox = -1", "vivavoce.toml line 2: [limits] mailbox: came -1, allowed: a whole number from 1"),
        ("[server]\nallowed_origins = [1]", "[server] allowed_origins: came [1], allowed: a list, each an origin"),
        ("[server]\npath = 'x'", 'came "x", allowed: a path that begins and ends with /, such as /socket.io/'),
        ("[server]\nhost = ''", 'came "", allowed: an address'),
        ("[server]\n[server]\n", "vivavoce.toml line 2: Cannot declare"),
        ("[server]\nport = 1\nport = 2", "vivavoce.toml line 3: Cannot overwrite a value"),
        ("[server]\nport =", "vivavoce.toml line 2: Invalid value"),
        (b"[server]\nhost = '\xff'", "vivavoce.toml line 2: not UTF-8"),
        ("[protocol.names]\n'input.txt' = 'x'", "vivavoce.toml line 1: [protocol] names: 'input.txt' is no event"),
        ("[protocol.names]\nrole = 'token'", "two names would be 'token' on the wire"),
        ("[protocol.names]\nrole = 5", "[protocol] names: came"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line_and_what_is_allowed(text: str | bytes, told: str) -> None:
    assert told in refusal(text)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("VIVAVOCE_SERVER_PORT", "abc", 'VIVAVOCE_SERVER_PORT: came "abc", allowed: a whole number from 0 to 65535'),
        ("VIVAVOCE_LIMITS_GRACE", "nan", "VIVAVOCE_LIMITS_GRACE: came nan, allowed: a number from 0"),
        ("VIVAVOCE_PROVIDERS_SUBSTITUTE", "maybe", 'came "maybe", allowed: true or false'),
        ("VIVAVOCE_PROTOCOL_NAMES", "role", 'came "role", allowed: pairs of names'),
        ("VIVAVOCE_SERVR_PORT", "1", "VIVAVOCE_SERVR_PORT: unknown variable (did you mean VIVAVOCE_SERVER_PORT?)"),
    ],
)
def test_a_mistake_in_the_environment_is_told_with_the_variable(name: str, text: str, told: str) -> None:
    assert told in refusal(environ={name: text})


def test_a_mistake_in_a_flag_is_told_with_the_flag() -> None:
    assert refusal(port="abc") == '--port: came "abc", allowed: a whole number from 0 to 65535'


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(BadSettings, match=r"absent\.toml: cannot be read"):
        load(Path("absent.toml"), {}, {})


def test_the_token_is_never_shown() -> None:
    assert "hush" not in repr(load(written(EVERYTHING), {}, {}))
    assert "token=***" in repr(Server(token="hush"))
    assert "4711" not in refusal("[server]\ntoken = 4711")


# ---- providers

KEYED = """\
[providers.openai]
api_key = "hush"
[providers.openai_compatible.my-llama]
base_url = "http://127.0.0.1:8080/v1"
title = "Llama"
[providers.wyoming.kitchen]
port = 10300
"""


def test_providers_are_configured_in_sections_of_their_own() -> None:
    found = load(written(KEYED), {}, {}).providers
    assert found.accounts == {"openai": settings_of(OPENAI, api_key="hush")}
    assert found.named == {
        "openai_compatible": {"my-llama": settings_of(COMPATIBLE, base_url="http://127.0.0.1:8080/v1", title="Llama")},
        "wyoming": {"kitchen": settings_of(WYOMING, port=10300)},
    }


def test_a_variable_reaches_a_named_provider_as_the_file_spells_it() -> None:
    environ = {
        "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MY_LLAMA_API_KEY": "k",
        "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_OTHER_ONE_BASE_URL": "http://127.0.0.1:1",
    }
    named = load(written(KEYED), environ, {}).providers.named["openai_compatible"]
    assert named["my-llama"].text("api_key") == "k"
    assert named["other_one"] == settings_of(COMPATIBLE, base_url="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("text", "environ", "key"),
    [
        ("", {"OPENAI_API_KEY": "usual"}, "usual"),
        ("[providers.openai]\napi_key = 'file'", {"OPENAI_API_KEY": "usual"}, "file"),
        ("", {"OPENAI_API_KEY": "usual", "VIVAVOCE_PROVIDERS_OPENAI_API_KEY": "ours"}, "ours"),
        ("[providers.openai]\nllm_model = 'm'", {"OPENAI_API_KEY": "usual"}, "usual"),
    ],
)
def test_the_usual_variables_are_read_and_ours_win(text: str, environ: dict[str, str], key: str) -> None:
    assert load(written(text), environ, {}).providers.accounts["openai"].text("api_key") == key


def test_a_key_is_never_shown() -> None:
    assert "hush" not in repr(load(written(KEYED), {}, {}))
    told = refusal(environ={"OPENAI_API_KEY": "hu sh\n"})
    assert told.startswith("OPENAI_API_KEY: came something else, allowed: the key as the provider gave it")
    assert "hush" not in refusal("[providers.openai]\nbase_url = 'https://me:hush@example.org'")


# ---- every setting


def test_every_setting_has_a_variable_of_its_own() -> None:
    assert len(variables()) == len(leaves()) + len(SHORT_VARIABLES)


def test_every_setting_is_documented() -> None:
    undocumented = set()
    inline = {type(each) for each in msgspec.structs.astuple(Server()) if isinstance(each, msgspec.Struct)}
    for struct in {*sections().values(), *inline} - {Settings}:
        if issubclass(struct, ProviderSettings):
            continue
        (body,) = (node.body for node in ast.parse(inspect.getsource(struct)).body if isinstance(node, ast.ClassDef))
        for field, words in zip(body, [*body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign) and not (
                isinstance(words, ast.Expr) and ast.unparse(words).strip("'\"")
            ):
                undocumented.add(ast.unparse(field.target))
    for declaration in (*DECLARATIONS, EMBEDDED):
        undocumented |= {setting.name for setting in declaration.settings if not setting.says.endswith(".")}
    assert undocumented == set()


def _inline(section: msgspec.Struct) -> dict[str, object]:
    """What is set in the structs that a section is made of."""
    parts = [part for part in msgspec.structs.astuple(section) if isinstance(part, msgspec.Struct)]
    return {name: value for part in parts for name, value in msgspec.to_builtins(part).items()}


def test_every_default_could_have_been_set() -> None:
    for place, hint in leaves().items():
        struct = sections()[place[:-1]]
        value = {**_inline(struct()), **msgspec.to_builtins(struct())}[place[-1]]
        assert check(value, hint, ".".join(place)) == value or isinstance(value, tuple | list)


# ---- the lines of keys


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("a = 1\nb = 2", "b", 2),
        ("\n# a\n[s]\na = [\n1,\n2]\nb = 1", "s.b", 7),
        ("[s]\na = '''\nb = 1\n'''\nb = 2", "s.b", 5),
        ("[s]\n'b' = 1", "s.b", 2),
        ("[s]\na = 1\nt.b = 1", "s.t.b", 3),
        ("s.t.b = 1", "s.t.b", 1),
        ("[s]\nt = { a = 1, b = 2 }", "s.t.b", 2),
        ("[s.t]\na = 1\n[r]\nb = 1\n", "r", 3),
        ("[ 's' . t ]\nb = 1\n", "s.t.b", 2),
        ("[s]\nb = 1\n[r]\nb = 1\n", "r.b", 4),
        ("[[s]]\na = 1\n[r]\na = 1", "r.a", 4),
        ("\n[s.t]\na = 1", "s", 2),
        ("a = 1", "b", 1),
    ],
)
def test_finds_the_line_on_which_a_key_is_set(text: str, place: str, line: int) -> None:
    assert line_of(text, tuple(place.split("."))) == line
    assert line_of(text.replace("\n", "\r\n"), tuple(place.split("."))) == line


@pytest.mark.parametrize("token", ["sesame\n", " sesame", "  ", "a\tb", "\u2028", "\udcff"])
def test_a_token_that_nobody_could_show_is_refused_at_the_start(token: str) -> None:
    with pytest.raises(BadSettings, match="VIVAVOCE_TOKEN: came something else, allowed: one line without") as refused:
        load(None, {"VIVAVOCE_TOKEN": token}, {})
    assert token not in str(refused.value)
