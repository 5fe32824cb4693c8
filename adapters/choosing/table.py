"""The table of providers, made of the vendors' declarations; their classes are imported when one is first needed.

To add a provider, write its folder with its declaration; docs/adding-a-provider.md shows it.
"""

from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from actors.ports.calls import Kind
from adapters.reach.contract import Endpoint
from adapters.reach.declaration import API_KEY, Declaration, Service
from adapters.reach.web import Web
from adapters.settings.errors import StartupFailed
from adapters.settings.providers import ProviderSettings
from adapters.vendors.declarations import DECLARATIONS
from adapters.vendors.embedded.declaration import EMBEDDED

LOCAL = EMBEDDED.name
_BY_NAME = {declaration.name: declaration for declaration in (*DECLARATIONS, EMBEDDED)}


def declaration_of(name: str) -> Declaration:
    """The declaration of the provider or family of this name. Raises KeyError."""
    return _BY_NAME[name]


def named(dotted: str) -> Any:
    """The object that a dotted name in a declaration names. Raises StartupFailed where there is none."""
    module, _, name = dotted.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise StartupFailed(f"{dotted}, which a provider's declaration names, cannot be had: {error}") from None


def engine_of(service: Service, web: Web, endpoint: Endpoint, settings: ProviderSettings) -> Any:
    """The engine of a service, which satisfies the port of its kind. Raises StartupFailed as `named`."""
    given = {"web": web, "endpoint": endpoint, "title": endpoint.title}
    arguments = [given[each] if each in given else getattr(settings, each) for each in service.takes]
    return named(service.adapter)(*arguments)


def endpoint_of(declaration: Declaration, name: str, settings: ProviderSettings, kind: Kind) -> Endpoint:
    """The address and the key of the provider `name` for this kind of work."""
    url = (settings.text("base_url") or declaration.services[kind].url or declaration.url).rstrip("/")
    if declaration.url.endswith("/v1") and not urlsplit(url).path:
        url += "/v1"  # what OpenAI's own clients are told ends so, and people leave it out
    title = settings.text("title") or (name if declaration.is_family else declaration.title)
    key = _key_setting(declaration, name)
    return Endpoint(name, title, url, settings.text("api_key"), key, settings.text("region"))


def missing(declaration: Declaration, settings: ProviderSettings) -> str:
    """The settings that are missing before the provider can be used, in words; "" where none is."""
    section = declaration.section(declaration.name)
    return " and ".join(need.variable or f"{section} {need.name}" for need in settings.unset(declaration))


def _key_setting(declaration: Declaration, name: str) -> str:
    """The setting of the key, for errors about it."""
    key = next((setting for setting in declaration.settings if setting.name == API_KEY.name), None)
    if key is None:
        return ""
    return f"{key.variable} or {declaration.section(name)} {key.name}".removeprefix(" or ")
