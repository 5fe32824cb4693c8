"""The software bill of materials: what a server with given extras is made of, as CycloneDX 1.6 in JSON.

It is made of lock.txt, needs.txt and the list of licences, not of what is installed: the same on every machine.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.dependency import Dependency
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from supply.licences import RUNTIME, load
from supply.lock import SERVER, Locked, NotLocked, brought_by, declared, project
from supply.lock import load as load_lock
from supply.needs import load as load_needs

_FACTORY: Final = LicenseFactory()


def make(extras: Sequence[str]) -> str:
    """The bill of a server with these extras. Raises NotLocked for an extra that no server has."""
    for extra in extras:
        if extra not in RUNTIME:
            raise NotLocked(f"{extra}: no extra of a server; there are {', '.join(RUNTIME)}")
    licences = load().packages
    parts = {package.name: _part(package, licences[package.name]) for package in brought_by(load_lock(), extras)}
    whole = _whole()
    direct = {name for extra in (SERVER, *extras) for name in declared()[extra]}
    asks = load_needs()
    needed = [_needs(whole, direct, parts), *(_needs(part, asks.get(name, ()), parts) for name, part in parts.items())]
    bom = Bom(components=parts.values(), dependencies=needed)
    bom.metadata.component = whole
    return str(JsonV1Dot6(bom).output_as_string(indent=2))


def _needs(one: Component, names: Iterable[str], parts: Mapping[str, Component]) -> Dependency:
    return Dependency(one.bom_ref, [Dependency(parts[name].bom_ref) for name in sorted(names) if name in parts])


def _whole() -> Component:
    table = project()
    licence = _FACTORY.make_from_string(table["license"])
    name, version = table["name"], table["version"]
    return Component(name=name, version=version, type=ComponentType.APPLICATION, licenses=[licence], bom_ref=name)


def _part(package: Locked, licence: str) -> Component:
    url = PackageURL("pypi", name=package.name, version=package.version)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=str(url),
        licenses=[_FACTORY.make_from_string(licence)],
    )
