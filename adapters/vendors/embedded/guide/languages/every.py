"""The guide's languages, by the primary part of their code."""

from collections.abc import Mapping

from adapters.vendors.embedded.guide.languages.english import ENGLISH
from adapters.vendors.embedded.guide.languages.french import FRENCH
from adapters.vendors.embedded.guide.languages.german import GERMAN
from adapters.vendors.embedded.guide.languages.italian import ITALIAN
from adapters.vendors.embedded.guide.languages.portuguese import PORTUGUESE
from adapters.vendors.embedded.guide.languages.russian import RUSSIAN
from adapters.vendors.embedded.guide.languages.spanish import SPANISH
from adapters.vendors.embedded.guide.text.language import Language

DEFAULT = "en"
LANGUAGES: Mapping[str, Language] = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "ru": RUSSIAN,
}
