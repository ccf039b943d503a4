# ruff: noqa: E501 - markup is read as one piece
"""The report as one HTML page without scripts: tables and drawn curves."""

from __future__ import annotations

import html
from collections.abc import Sequence

Point = tuple[float, float]

_SIZE = 260
_MARGIN = 34
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b2733}"
    "table{border-collapse:collapse;margin:.6rem 0 1.4rem}td,th{border:1px solid #ccd5de;padding:.25rem .6rem;text-align:right}"
    "th:first-child,td:first-child{text-align:left}.missed{background:#fde7e4}.met{background:#e5f5ea}"
    "figure{display:inline-block;margin:0 1rem 1rem 0}figcaption{font-size:13px;color:#51606e}"
)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], marks: Sequence[str] = ()) -> str:
    """A table; ``marks`` gives a class for each row."""
    head = "".join(f"<th scope=col>{html.escape(name)}</th>" for name in heads)
    body = "".join(
        f"<tr class='{marks[i] if marks else ''}'>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for i, row in enumerate(rows)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def curve(title: str, points: Sequence[Point], top: float = 1.0, diagonal: bool = False) -> str:
    """A line over 0–1 on both axes; ``top`` is the largest value of the vertical axis."""
    inner = _SIZE - 2 * _MARGIN

    def place(x: float, y: float) -> str:
        return f"{_MARGIN + x * inner:.1f},{_SIZE - _MARGIN - min(y / top, 1) * inner:.1f}"

    line = " ".join(place(x, y) for x, y in points)
    dots = "".join(
        f"<circle cx='{place(x, y).split(',')[0]}' cy='{place(x, y).split(',')[1]}' r='2.5'/>" for x, y in points
    )
    ideal = f"<polyline points='{place(0, 0)} {place(1, 1)}' fill='none' stroke='#9fb0bf' stroke-dasharray='4'/>"
    end = _SIZE - _MARGIN
    frame = f"<rect x='{_MARGIN}' y='{_MARGIN}' width='{inner}' height='{inner}' fill='none' stroke='#9fb0bf'/>"
    labels = (
        f"<text x='{_MARGIN}' y='{end + 16}' font-size='11'>0</text><text x='{end - 6}' y='{end + 16}' font-size='11'>1</text>"
        f"<text x='4' y='{_MARGIN + 4}' font-size='11'>{top:g}</text>"
    )
    drawn = dots if len(points) <= 40 else ""
    return (
        f"<figure><svg width='{_SIZE}' height='{_SIZE}' role='img' aria-label='{html.escape(title)}' fill='#0b62c1'>{frame}"
        f"{ideal if diagonal else ''}<polyline points='{line}' fill='none' stroke='#0b62c1' stroke-width='2'/>{drawn}"
        f"<g fill='#51606e'>{labels}</g></svg><figcaption>{html.escape(title)}</figcaption></figure>"
    )


def page(title: str, sections: Sequence[tuple[str, str]]) -> str:
    """The whole document from headed sections of ready HTML."""
    body = "".join(f"<h2>{html.escape(name)}</h2>{content}" for name, content in sections)
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(title)}</title><style>{_STYLE}</style>"
        f"<h1>{html.escape(title)}</h1>{body}</html>"
    )
