"""The environment variables that are read: VIVAVOCE_ and a setting's place, and those that other tools read too."""

from collections.abc import Iterator, Mapping

from adapters.settings.errors import BadSettings
from adapters.settings.providers import check_own_name
from adapters.settings.tree import ANY, PROVIDERS, Place, generic, leaves
from adapters.settings.values import check, from_text
from adapters.vendors.declarations import DECLARATIONS
from protocol.tolerant import nearest

PREFIX = "VIVAVOCE_"
CONFIG_VARIABLE = "VIVAVOCE_CONFIG"
SHORT_VARIABLES: dict[str, Place] = {
    "VIVAVOCE_HOST": ("server", "host"),
    "VIVAVOCE_PORT": ("server", "port"),
    "VIVAVOCE_TOKEN": ("server", "token"),
}


def variables() -> dict[str, Place]:
    """The environment variables of ours that are read, the short forms first; those of families have a * in them."""
    return SHORT_VARIABLES | {PREFIX + "_".join(place).upper(): place for place in leaves()}


def usual_variables() -> dict[str, Place]:
    """The variables in which keys are usually kept, for other tools too, each with the setting that it fills."""
    return {
        setting.variable: (PROVIDERS, declaration.name, setting.name)
        for declaration in DECLARATIONS
        for setting in declaration.settings
        if setting.variable
    }


def read_usual(environ: Mapping[str, str]) -> Iterator[tuple[Place, object]]:
    """The values of the usual variables, each checked. Raises BadSettings, with the variable."""
    for name, place in usual_variables().items():
        if environ.get(name):
            yield place, check(environ[name], leaves()[place], name)


def read_environment(environ: Mapping[str, str], given: list[Place]) -> Iterator[tuple[Place, object]]:
    """The values of our variables, each checked. Raises BadSettings, with the variable.

    `given`: the settings of the families' members in the file, whose names a variable spells in capitals.
    """
    known = variables()
    for name, text in environ.items():
        if not name.startswith(PREFIX) or name in known or name == CONFIG_VARIABLE:
            continue
        place = _in_a_family(name, given)
        if place is None:
            raise BadSettings(f"{name}: unknown variable ({nearest(name, (*known, CONFIG_VARIABLE))})")
        check_own_name(place[2], name)
        if text:
            yield place, check(from_text(text, leaves()[generic(place)]), leaves()[generic(place)], name)
    for name, place in known.items():
        if environ.get(name):
            yield place, check(from_text(environ[name], leaves()[place]), leaves()[place], name)


def _in_a_family(variable: str, given: list[Place]) -> Place | None:
    """VIVAVOCE_PROVIDERS_WYOMING_ROOM_PORT is the port of `room`, or of whatever the file calls so in other letters."""
    for leaf in leaves():
        if ANY not in leaf:
            continue
        begin, end = (PREFIX + "_".join(leaf).upper()).split(ANY)
        if variable.startswith(begin) and variable.endswith(end) and len(variable) > len(begin) + len(end):
            own = variable.removeprefix(begin).removesuffix(end)
            same = (place[2] for place in given if place[:2] == leaf[:2] and place[2].upper().replace("-", "_") == own)
            return (*leaf[:2], next(same, own.lower()), leaf[3])
    return None
