"""base64 in each way in which it is written."""

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import base64text


def written(data: bytes) -> Iterator[str]:
    """`data` in base64 as clients write it."""
    standard, safe = base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()
    for text in (standard, safe):
        yield text
        yield text.rstrip("=")
        yield text + "\n"
        for end in ("\n", "\r\n", " ", "\t"):
            wrapped = end.join(text[start : start + 76] for start in range(0, len(text), 76))
            yield wrapped
            yield wrapped.rstrip("=")
    yield base64.encodebytes(data).decode()
    yield " ".join(standard)


@given(st.binary(max_size=400))
def test_every_way_of_writing_is_read(data: bytes) -> None:
    for text in written(data):
        assert base64text.decode(text) == data


@given(st.binary(max_size=400))
def test_it_is_written_as_by_the_standard_library(data: bytes) -> None:
    assert base64text.encode(data) == base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "text", ["A", "AAAAA", "AQ==AQ==", "A=Q=", "AQ#=", "AQ\0=", "é", "AQ\u00a0", "QUJD*", "data:,"]
)
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        base64text.decode(text)
