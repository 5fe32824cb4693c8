"""`traceparent`: what W3C's Trace Context allows is read and written back, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.handshake import read_handshake
from protocol.messages import Names
from protocol.tracecontext import ALLOWED, TraceContext, read_traceparent

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
EXAMPLE = f"00-{TRACE}-{SPAN}-01"
CALLER = TraceContext(int(TRACE, 16), int(SPAN, 16))
contexts = st.builds(TraceContext, st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.booleans())


@given(contexts)
def test_what_is_written_is_read(context: TraceContext) -> None:
    assert read_traceparent(context.traceparent) == context


@pytest.mark.parametrize(
    ("text", "is_sampled"),
    [
        (EXAMPLE, True),
        (f" {EXAMPLE}\t", True),
        (f"00-{TRACE}-{SPAN}-00", False),
        (f"00-{TRACE}-{SPAN}-fe", False),
        (f"00-{TRACE}-{SPAN}-ff", True),
        (f"01-{TRACE}-{SPAN}-01", True),
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like", True),
    ],
)
def test_what_is_read(text: str, is_sampled: bool) -> None:
    assert read_traceparent(text) == TraceContext(CALLER.trace_id, CALLER.span_id, is_sampled)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01.",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE[1:]}-{SPAN}-01",
        f"٠0-{TRACE}-{SPAN}-01",
        f"01-{TRACE}-{SPAN}-01-" + "x" * 1_000,
        "00\n-",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="came ") as refused:
        read_traceparent(text)
    assert str(refused.value).endswith(f"allowed: {ALLOWED}")
    assert str(refused.value).isprintable()


@given(st.text())
def test_anything_is_read_or_refused(text: str) -> None:
    try:
        assert read_traceparent(text).trace_id
    except ValueError:
        pass


@given(contexts, st.text(max_size=9), st.text(max_size=9))
def test_a_child_has_its_own_id_in_the_same_trace(context: TraceContext, name: str, other: str) -> None:
    child = context.child(name)
    assert (child.trace_id, child.is_sampled) == (context.trace_id, context.is_sampled)
    assert child.span_id not in (0, context.span_id)
    assert (child == context.child(other)) is (name == other)


@pytest.mark.parametrize(("value", "read"), [(EXAMPLE, EXAMPLE), (5, "5"), (["x"], '["x"]'), ("", ""), (None, "")])
def test_the_handshake_takes_any(value: object, read: str) -> None:
    assert read_handshake({"TraceParent": value, "role": "sender"}, {}, Names()).traceparent == read
    assert read_handshake(None, {"traceparent": str(value or "")}, Names()).traceparent == str(value or "")
