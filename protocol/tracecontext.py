"""A place in a distributed trace, as W3C's Trace Context writes it in `traceparent`.

https://www.w3.org/TR/trace-context/#traceparent-header
"""

import hashlib
import re

import msgspec

from protocol.tolerant import show

ALLOWED = "version 00 of W3C's Trace Context, such as 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_LONGEST = 256
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_SPAN_BYTES = 8


class TraceContext(msgspec.Struct, frozen=True, gc=False):
    """A span of a trace: the trace's id of 128 bits, its own of 64, neither of them 0, and whether it is recorded."""

    trace_id: int
    span_id: int
    is_sampled: bool = True

    @property
    def traceparent(self) -> str:
        """The value of the header `traceparent`."""
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{int(self.is_sampled):02x}"

    def child(self, name: str) -> "TraceContext":
        """A span below this one, the same each time: its id is known before anything of it is written."""
        digest = hashlib.blake2b(f"{self.traceparent} {name}".encode(), digest_size=_SPAN_BYTES).digest()
        return TraceContext(self.trace_id, int.from_bytes(digest) or 1, self.is_sampled)


def read_traceparent(text: str) -> TraceContext:
    """The place that a `traceparent` names; raises ValueError with what came and what is allowed.

    A later version is read as far as version 00 goes, as the standard asks.
    """
    found = _FORM.fullmatch(text.strip(" \t")) if len(text) <= _LONGEST else None
    version, trace_id, span_id, flags, rest = found.groups() if found is not None else ("ff", "0", "0", "0", None)
    is_possible = version != "ff" and not (version == "00" and rest)
    if not (is_possible and int(trace_id, 16) and int(span_id, 16)):
        raise ValueError(f"came {show(text)}, allowed: {ALLOWED}")
    return TraceContext(int(trace_id, 16), int(span_id, 16), bool(int(flags, 16) & 1))
