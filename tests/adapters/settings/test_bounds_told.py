"""Every setting is told; of a bound also what happens at it, its range is one, and values outside it are refused."""

from pathlib import Path
from typing import get_args

import pytest

from adapters.settings.errors import BadSettings
from adapters.settings.reading import load
from adapters.settings.tree import leaves
from docs.operationspage import MARK, NO_BOUNDS, BoundRow, bounds, others

ROWS = list(bounds())


def name(row: BoundRow) -> str:
    return ".".join(row.place)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_what_happens_at_a_bound_is_told(row: BoundRow) -> None:
    assert row.at_bound.endswith("."), f"the words of {name(row)} need a sentence behind {MARK!r}"
    assert row.says.endswith(".")
    assert row.least <= row.default <= (row.default if row.most is None else row.most)


def test_every_number_is_a_bound_or_known_to_be_none() -> None:
    numbers = {place for place, hint in leaves().items() if (get_args(hint) or (hint,))[0] in (int, float)}
    assert {row.place for row in ROWS} == {place for place in numbers if place[-1] not in NO_BOUNDS}
    assert {place[-1] for place in numbers} >= NO_BOUNDS


def test_every_other_setting_is_told() -> None:
    told = {place: says for place, _, says in others()}
    assert [place for place, says in told.items() if not says.endswith(".") or MARK in says] == []
    missing = leaves().keys() - told.keys() - {row.place for row in ROWS}
    assert {place[0] for place in missing} == {"providers"}, "docs/providers.md has the settings of each provider"


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_value_outside_the_range_is_refused(row: BoundRow, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    for value in (row.least - 1, *([] if row.most is None else [row.most + 1])):
        file.write_text(f"[{'.'.join(row.place[:-1])}]\n{row.place[-1]} = {value}\n", encoding="utf-8")
        with pytest.raises(BadSettings, match=rf"{row.place[-1]}: came {value}, allowed: a "):
            load(file, {}, {})
