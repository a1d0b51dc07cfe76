"""A plot of the steps: cores, and voice to voice, over the number of calls, as SVG."""

from collections.abc import Callable, Sequence
from html import escape

from benchmarks.capacity.run import Row

WIDTH, HEIGHT, LEFT, TOP, GAP = 860, 320, 60, 30, 70
_COLOURS = {"orchestrate": "#1d6fb8", "twilio": "#c05a12", "text": "#2e8b57", "stock": "#777"}
Panel = tuple[str, Callable[[Row], float]]
_PANELS: Sequence[Panel] = (
    ("CPU, cores", lambda row: row["cpu"]),
    ("voice to voice, 95th percentile, ms", lambda row: row["wait_p95_ms"]),
)


def drawn(rows: Sequence[Row]) -> str:
    """The SVG."""
    shown = [row for row in rows if not row["overload"]]
    panels = "".join(_panel(shown, number, *panel) for number, panel in enumerate(_PANELS))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{panels}</svg>\n'
    )


def _panel(rows: Sequence[Row], number: int, title: str, of: Callable[[Row], float]) -> str:
    width = (WIDTH - LEFT - GAP * len(_PANELS)) / len(_PANELS)
    height, x0 = HEIGHT - 2 * TOP - 30, LEFT + number * (width + GAP)
    most_calls = max(row["calls"] for row in rows)
    most = 1.1 * max(of(row) for row in rows) or 1.0

    def at(row: Row) -> tuple[float, float]:
        return x0 + width * row["calls"] / most_calls, TOP + height * (1 - of(row) / most)

    parts = [
        f'<text x="{x0}" y="{TOP - 10}">{escape(title)}</text>',
        f'<path d="M{x0} {TOP}v{height}h{width}" fill="none" stroke="#333"/>',
        f'<text x="{x0 - 6}" y="{TOP + 10}" text-anchor="end">{most:.3g}</text>',
        f'<text x="{x0 - 6}" y="{TOP + height}" text-anchor="end">0</text>',
        f'<text x="{x0 + width}" y="{TOP + height + 16}" text-anchor="end">'
        f"{most_calls} calls</text>",
    ]
    for row_number, door in enumerate(dict.fromkeys(row["door"] for row in rows)):
        line = [at(row) for row in rows if row["door"] == door]
        colour = _COLOURS.get(door, "#000")
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
        dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        parts.append(f'<g fill="{colour}">{dots}</g>')
        place = f'x="{x0 + 8}" y="{TOP + 16 + 15 * row_number}"'
        parts.append(f'<text {place} fill="{colour}">{escape(door)}</text>')
    return "".join(parts)
