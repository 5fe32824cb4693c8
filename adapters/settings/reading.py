"""Reading the settings: defaults, the file, the environment and the flags are put together."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from adapters.settings.environment import CONFIG_VARIABLE, read_environment, read_usual
from adapters.settings.errors import BadSettings
from adapters.settings.file import read_file
from adapters.settings.providers import ProviderSettings, settings_of
from adapters.settings.settings import Settings
from adapters.settings.tree import FAMILY_DEPTH, Place, build, is_of_a_provider, leaves
from adapters.settings.values import check, from_text
from adapters.vendors.declarations import DECLARATIONS

DEFAULT_FILE = Path("vivavoce.toml")


def load(config: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """The settings in force: see `collect`. Raises BadSettings."""
    return settle(collect(config, environ, flags))


def collect(config: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> dict[Place, object]:
    """All that is set: usual variables (OPENAI_API_KEY), the file, our variables, then the flags.

    The file is `config`, else what VIVAVOCE_CONFIG names, else vivavoce.toml in the working directory where there is
    one. `flags` go by dotted names ("server.port"); None is a flag that was not given. An empty variable counts as not
    set; a long variable wins over its short form. Raises BadSettings.
    """
    values: dict[Place, object] = dict(read_usual(environ))
    file = config or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if file or DEFAULT_FILE.exists():
        values.update(read_file(file or DEFAULT_FILE))
    values.update(read_environment(environ, [place for place in values if len(place) > FAMILY_DEPTH]))
    values.update(_read_flags(flags))
    return values


def settle(values: Mapping[Place, object]) -> Settings:
    """The settings with these values, and defaults for the rest. Raises BadSettings."""
    settings = build(Settings, values)
    return replace(settings, providers=replace(settings.providers, **_of_providers(values)))


def _read_flags(flags: Mapping[str, object]) -> Iterator[tuple[Place, object]]:
    for name, value in flags.items():
        if value is None:
            continue
        place = tuple(name.split("."))
        hint = leaves()[place]
        given = from_text(value, hint) if isinstance(value, str) else value
        yield place, check(given, hint, "--" + place[-1].replace("_", "-"))


def _of_providers(values: Mapping[Place, object]) -> dict[str, Any]:
    """The sections of the providers, out of all values. Raises BadSettings where two providers have one name."""
    given: dict[Place, dict[str, Any]] = {}
    for place, value in values.items():
        if is_of_a_provider(place):
            given.setdefault(place[:-1], {})[place[-1]] = value
    declarations = {declaration.name: declaration for declaration in DECLARATIONS}
    accounts: dict[str, ProviderSettings] = {}
    named: dict[str, dict[str, ProviderSettings]] = {}
    for (_, declared, *own), fields in given.items():
        declaration = declarations[declared]
        settings = settings_of(declaration, **fields)
        if not own:
            accounts[declared] = settings
            continue
        (name,) = own
        if any(name in others for others in named.values()):
            raise BadSettings(f"{declaration.section(name)}: there is another provider of this name; choose another")
        if unset := settings.unset(declaration):
            needed = " and ".join(setting.name for setting in unset)
            raise BadSettings(f"{declaration.section(name)}: {needed} must be set")
        named.setdefault(declared, {})[name] = settings
    return {"accounts": accounts, "named": named}
