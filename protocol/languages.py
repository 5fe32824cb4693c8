"""Codes of languages (BCP 47) however they are spelt: `en_us`, `EN-us` and `en-US` are one."""

import re
from collections.abc import Iterable, Mapping

_WELL_FORMED = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_UNSPACED = frozenset(("zh", "cmn", "yue", "ja", "th", "lo", "km", "my"))
_CASED = {2: str.upper, 4: str.title}


def folded(code: str) -> str:
    """The code as it is compared: in lower case, with hyphens."""
    return code.strip().replace("_", "-").lower()


def primary(code: str) -> str:
    """The language alone, in lower case, without script and region: `de` of `de-AT`."""
    return folded(code).partition("-")[0]


def wellformed(code: str | None) -> str:
    """The code with hyphens, `en-US` of `en_US`; "" for what is no code of a language."""
    hyphened = (code or "").strip().replace("_", "-")
    return hyphened if _WELL_FORMED.match(hyphened) else ""


def cased(code: str) -> str:
    """The code in the customary case (RFC 5646, 2.1.1): `en-US` of `en_us`, `cmn-Latn-pinyin` of `cmn-latn-pinyin`."""
    public, private, own = code.replace("_", "-").partition("-x-")
    language, *rest = public.split("-")
    return "-".join([language, *(_CASED.get(len(part), str)(part) for part in rest)]) + private + own


def nearest(code: str, known: Iterable[str], aliases: Mapping[str, str] | None = None) -> str:
    """The language of `known`, as it is spelt there, that serves `code`: itself, less of its end, or a region of it.

    `aliases`: other codes for a language, folded. "" where there is none.
    """
    spelt: dict[str, str] = {}
    for language in known:
        spelt.setdefault(folded(language), language)
    parts = folded(code).split("-")
    for end in range(len(parts), 0, -1):
        shorter = "-".join(parts[:end])
        for candidate in (shorter, (aliases or {}).get(shorter, shorter)):
            if candidate in spelt:
                return spelt[candidate]
    return next((spelling for language, spelling in spelt.items() if parts[0] and primary(language) == parts[0]), "")


def writes_spaces(code: str) -> bool:
    """Whether the language is written with spaces between words."""
    return primary(code) not in _UNSPACED
