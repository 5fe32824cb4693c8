"""What docs/adding-a-provider.md shows works as it stands there."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import trio

from actors.ports.sound import Clip
from adapters.choosing import table as providers
from adapters.reach.contract import Listed
from adapters.settings.settings import Account
from adapters.vendors.shared.sound import PROBE
from tests.adapters.reach.loopback import Reply, browsing, endpoint_of, loopback

PAGE = Path(__file__).parents[3] / "docs" / "adding-a-provider.md"
ADAPTER, ROW, TEST = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def shown() -> dict[str, Any]:
    """What the page's adapter and test define."""
    names: dict[str, Any] = {
        "trio": trio,
        "Clip": Clip,
        "PROBE": PROBE,
        "Reply": Reply,
        "browsing": browsing,
        "endpoint_of": endpoint_of,
        "loopback": loopback,
    }
    exec(ADAPTER, names)
    exec(TEST, names)
    return names


@pytest.mark.real
async def test_the_adapter_passes_its_test(shown: dict[str, Any]) -> None:
    shown_test: Callable[[], Awaitable[None]] = shown["test_the_first_bytes_are_handed_on_before_the_last_have_come"]
    await shown_test()


async def test_the_row_is_all_that_the_table_needs(shown: dict[str, Any]) -> None:
    row = eval(ROW, {**vars(providers), **shown})
    assert row.missing(Account()) == "PARROT_API_KEY"
    assert row.settings == ("api_key", "voice")
    endpoint = row.endpoint("parrot", Account(api_key="k"), "TTS")
    async with browsing() as web:
        engine = row.tts.build(providers.Site(web, endpoint, Account()))
        assert isinstance(engine, Listed)
        assert "polly" in (await engine.offer()).voices
