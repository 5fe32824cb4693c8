"""Plots for the documents, as SVG, without a library: they are a few rectangles and lines."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

COLOURS = ("#8a8f98", "#d9a441", "#2f6f9f", "#c9cdd2", "#efd9ae", "#7fb2d1")
_WIDTH, _LEFT, _ROW, _BAR, _TOP = 800, 410, 22, 14, 88
_STYLE = "text{font:12px system-ui,sans-serif;fill:#222}.title{font-size:14px;font-weight:600}"


class Bar(NamedTuple):
    """A value of a series, and the words beside it."""

    name: str
    value: float
    words: str


def bars(title: str, rows: Mapping[str, Sequence[Bar]]) -> str:
    """Horizontal bars: for each row the values, each of them beside the others; 1 is marked by a line."""
    names = list(dict.fromkeys(bar.name for values in rows.values() for bar in values))
    most = max([1.0, *(bar.value for values in rows.values() for bar in values)])
    scale = (_WIDTH - _LEFT - 60) / most
    parts, at = _legend(title, names), _TOP
    for row, values in rows.items():
        parts.append(_text(_LEFT - 8, at + len(values) * _BAR / 2 + 4, row.replace("`", ""), "end"))
        for name, value, words in values:
            colour = COLOURS[names.index(name)]
            parts.append(
                f'<rect x="{_LEFT}" y="{at}" width="{value * scale:.1f}" height="{_BAR - 2}" fill="{colour}"/>'
            )
            parts.append(_text(_LEFT + value * scale + 4, at + 11, words))
            at += _BAR
        at += _ROW - _BAR
    one = _LEFT + scale
    parts.append(f'<path d="M{one:.1f} {_TOP - 6}V{at}" stroke="#222" stroke-dasharray="3 3"/>')
    return _drawing(at + 8, parts)


def lines(title: str, positions: Sequence[int], series: Mapping[str, Sequence[float]]) -> str:
    """A line for each series over positions that stand at equal distances; the value stands at each point."""
    height, left, right, bottom = 300, 60, _WIDTH - 60, 260
    most = max(value for values in series.values() for value in values) * 1.15
    step = (right - left) / max(1, len(positions) - 1)
    parts = _legend(title, list(series))
    parts.append(f'<path d="M{left} {_TOP}V{bottom}H{right}" fill="none" stroke="#222"/>')
    for number, position in enumerate(positions):
        parts.append(_text(left + number * step, bottom + 18, f"{position:,}", "middle"))
    for number, values in enumerate(series.values()):
        points = [(left + at * step, bottom - value / most * (bottom - _TOP)) for at, value in enumerate(values)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{COLOURS[number]}" stroke-width="2"/>')
        parts += [_text(x, y - 6, f"{value:.0f}", "middle") for (x, y), value in zip(points, values, strict=True)]
    return _drawing(height, parts)


def _legend(title: str, names: Sequence[str]) -> list[str]:
    """Two names in a line, three lines at most."""
    parts = [f'<text class="title" x="8" y="20">{escape(title)}</text>']
    for number, name in enumerate(names):
        x, y = 8 + number % 2 * _WIDTH / 2, 30 + number // 2 * 16
        parts.append(f'<rect x="{x:.0f}" y="{y}" width="10" height="10" fill="{COLOURS[number]}"/>')
        parts.append(_text(x + 14, y + 9, name))
    return parts


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _drawing(height: float, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img">'
    return "\n".join(
        [head, f"<style>{_STYLE}</style>", '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>", ""]
    )
