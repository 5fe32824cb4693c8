"""Faults of providers, in words and with a verdict: the one place that maps the errors of the network."""

import email.utils
import html
import re
import socket
import ssl
import time
import urllib.parse
from collections.abc import Iterator, Mapping

import httpx
import msgspec

from adapters.reach.contract import Endpoint, ProviderFailed, Verdict

MOST_WORDS = 300
"""Characters of a provider's own message that are handed on."""
PASSING = frozenset({408, 409, 425, 429})
"""Besides 5xx; 409 as the client libraries of OpenAI and Anthropic retry it."""
REFUSED = frozenset({401, 402, 403})
"""402: nothing is left on the account (DeepSeek, OpenRouter, Together); another provider can still answer."""
_LONGEST_WAIT = 3_600.0
_WORDS = ("message", "msg", "err_msg", "error_description", "reason", "title", "status")
_DEEPEST = 4
_MARKED = tuple(
    re.compile(rf"<{name}[^>]*>(.*?)</{name}>", re.IGNORECASE | re.DOTALL)
    for name in ("title", "message", "faultstring", "error")
)


def scrub(text: str, endpoint: Endpoint) -> str:
    """`text` on one line, cut, and without the key, which some providers repeat."""
    for secret in {endpoint.key, urllib.parse.quote(endpoint.key, safe=""), urllib.parse.quote(endpoint.key)}:
        if secret:
            text = text.replace(secret, "[key]")
    text = " ".join(text.split())
    return text if len(text) <= MOST_WORDS else text[: MOST_WORDS - 1] + "…"


def words_of(body: bytes) -> str:
    """The provider's own message out of the body of an error, "" where it has none.

    `error.message` (OpenAI, Anthropic, Google), `error`, `message`, `detail` (FastAPI: a text, or fields with faults),
    `err_msg` (Deepgram); the title of an HTML page, the message of an error in XML; else the text itself.
    """
    text = body.decode("utf-8-sig", "replace").strip()
    try:
        return _words(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        pass
    if text.startswith("<"):
        said = next(filter(None, (pattern.search(text) for pattern in _MARKED)), None)
        return html.unescape(said[1]) if said else ""
    return text


def words_of_error(value: object) -> str:
    """The words of an error, however a provider wraps them; "" where it says nothing."""
    return _words(value)


def _words(value: object, depth: int = 0) -> str:
    if depth > _DEEPEST:
        return ""
    match value:
        case str():
            return value
        case list():
            return "; ".join(filter(None, (_words(item, depth + 1) for item in value[:3])))
        case {"loc": list(place), "msg": str(words)}:
            return f"{place[-1] if place else ''}: {words}".removeprefix(": ")
        case dict():
            for name in ("error", "detail", *_WORDS):
                if words := _words(value.get(name), depth + 1):
                    return words
    return ""


def retry_after(headers: Mapping[str, str], now: float) -> float:
    """Seconds until the provider wants to be asked again, 0 where it does not say; `now` as `time.time()`.

    RFC 9110, 10.2.3: seconds or a date; `retry-after-ms` is OpenAI's and Azure's.
    """
    try:
        wait = float(headers["retry-after-ms"]) / 1e3
    except (KeyError, ValueError):
        wait = _seconds(headers.get("retry-after", ""), now)
    return min(wait, _LONGEST_WAIT) if wait > 0 else 0.0


def _seconds(text: str, now: float) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return 0.0


def of_status(endpoint: Endpoint, status: int, headers: Mapping[str, str], body: bytes) -> ProviderFailed:
    """The error for an answer that is not 2xx; `body` its beginning."""
    words = scrub(words_of(body), endpoint)
    said = f": {words}" if words else ""
    if status in REFUSED:
        return ProviderFailed(_refusal(endpoint, status, said), Verdict.REFUSED)
    if status in PASSING or status >= 500:
        wait = retry_after(headers, time.time())
        busy = "has had too many requests" if status == 429 else "failed"
        return ProviderFailed(f"{endpoint.title} {busy} ({status}){said}", Verdict.PASSING, wait)
    if 300 <= status < 400:
        where = scrub(headers.get("location", "elsewhere").partition("?")[0], endpoint)
        return ProviderFailed(f"{endpoint.title} redirects to {where}: set that address instead", Verdict.FINAL)
    return ProviderFailed(f"{endpoint.title} did not accept the request ({status}){said}", Verdict.FINAL)


def of_type(title: str, came: str, wanted: tuple[str, ...]) -> ProviderFailed:
    """The error for an answer of another content type."""
    return ProviderFailed(f"{title} answered with {came[:80]}, not {' or '.join(wanted)}: is its address right?")


def error_of(kind: str, message: object) -> object:
    """The error that an event of this type tells, None where it tells none; many servers send an empty `error`."""
    told = message if isinstance(message, dict) else {}
    error = told.get("error")
    if any(error.values()) if isinstance(error, dict) else error:
        return error
    return message if "error" in (kind, told.get("type"), told.get("object")) else None


def of_error(endpoint: Endpoint, error: object) -> ProviderFailed:
    """The error for one that comes inside an answer which began well; its `code`, where it is a number, as a status."""
    words = scrub(_words(error), endpoint)
    return ProviderFailed(f"{endpoint.title} failed while it answered{f': {words}' if words else ''}", _verdict(error))


def of_words(endpoint: Endpoint, body: bytes) -> ProviderFailed:
    """The error for an answer that is words, where it was to be something else and its status is 2xx."""
    words = scrub(words_of(body), endpoint)
    try:
        said = msgspec.json.decode(body.decode("utf-8-sig", "replace"))
    except (msgspec.DecodeError, RecursionError):
        said = None
    error = said.get("error") or said if isinstance(said, dict) else said
    told = f": {words}" if words else " that say nothing: is its address right?"
    return ProviderFailed(f"{endpoint.title} answered with words in place of sound{told}", _verdict(error))


def _verdict(error: object) -> Verdict:
    """The verdict on an error whose `code` (or `status`) is a number like HTTP's."""
    code = error.get("code", error.get("status")) if isinstance(error, dict) else None
    if isinstance(code, str) and len(code) == 3 and code.isascii() and code.isdecimal():
        code = int(code)
    if isinstance(code, int) and 400 <= code < 500 and code not in PASSING:
        return Verdict.REFUSED if code in REFUSED else Verdict.FINAL
    return Verdict.PASSING


def _refusal(endpoint: Endpoint, status: int, said: str) -> str:
    """The message for a 401, 402 or 403: which setting is missing or refused."""
    setting = endpoint.key_setting
    if status == 402:
        return f"{endpoint.title} wants to be paid (402){said}"
    if not endpoint.key:
        return f"{endpoint.title} wants a key ({status}): {f'set {setting}' if setting else 'none is set'}"
    return f"{endpoint.title} refused {f'the key in {setting}' if setting else 'the key'} ({status}){said}"


def of_transport(endpoint: Endpoint, error: httpx.HTTPError | httpx.InvalidURL) -> ProviderFailed:
    """The error for a call that found no connection, or lost it."""
    title = endpoint.title
    match error:
        case httpx.ConnectTimeout():
            return ProviderFailed(
                f"{title} could not be reached in time: is its address right, and is there a network?", Verdict.ABSENT
            )
        case httpx.ReadTimeout():
            return ProviderFailed(f"{title} did not begin to answer in time")
        case httpx.WriteTimeout():
            return ProviderFailed(f"{title} did not take the request in time")
        case httpx.ProxyError():
            return ProviderFailed(
                f"the proxy on the way to {title} failed: see HTTPS_PROXY and NO_PROXY", Verdict.ABSENT
            )
        case httpx.ConnectError():
            return ProviderFailed(f"{title} could not be reached: {_why_not_reached(error)}", Verdict.ABSENT)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return ProviderFailed(f"the address of {title} is not one of http:// or https://", Verdict.FINAL)
        case httpx.LocalProtocolError():
            return ProviderFailed(f"a request to {title} could not be written", Verdict.FINAL)
        case httpx.DecodingError():
            return ProviderFailed(f"the answer of {title} cannot be unpacked")
    return ProviderFailed(f"the connection to {title} broke off")


def _why_not_reached(error: BaseException) -> str:
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return f"its certificate is not trusted ({cause.verify_message})"
            case ssl.SSLError():
                return "it does not speak TLS as it should (https:// or http://?)"
            case socket.gaierror():
                return "its name is not known (is the address right, and is there a network?)"
            case ConnectionRefusedError():
                return "nothing listens there (is it running?)"
    return "there is no way to it (is there a network?)"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what led to it, and the members of groups, each once."""
    pending, seen = [error], set[int]()
    while pending:
        one = pending.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        pending += [cause for cause in (one.__cause__, one.__context__) if cause is not None]
        pending += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
