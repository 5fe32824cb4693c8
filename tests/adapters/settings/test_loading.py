"""Reading the settings loads data alone, so that every command starts fast."""

import re
import subprocess
import sys

import pytest

DATA = re.compile(
    r"adapters(\.(reach(\.(contract|declaration|values))?|settings(\.\w+)?|vendors(\.declarations|\.\w+(\.declaration)?)?))?\Z"
)
HEAVY = ("numpy", "httpx", "trio", "langcodes", "rich", "engineio", "asyncio", "ssl")


@pytest.mark.real
def test_reading_the_settings_loads_no_adapter() -> None:
    code = "import sys, adapters.settings.reading; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "adapters.vendors.openai.declaration" in loaded
    adapters = [name for name in loaded if name.partition(".")[0] == "adapters"]
    assert [name for name in adapters if not DATA.match(name)] == []
    assert [name for name in HEAVY if name in loaded] == []
