"""Results of simulations as a web page that needs nothing else: curves over time, drawn as SVG."""

from collections.abc import Callable, Sequence
from html import escape

from accord.cli.route_table import money, percent, seconds
from accord.engine.simulation.result import Moment, Result

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Told apart by the colour-blind too (Okabe and Ito, https://jfly.uni-koeln.de/color/)."""
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 900, 200, 70, 24

_STYLE = (
    "body{font:14px system-ui,sans-serif;margin:2em;max-width:960px}table{border-collapse:collapse}"
    "td,th{padding:2px 12px;text-align:right}td:first-child,th:first-child{text-align:left}"
    "svg{display:block;background:#fff}text{font:11px system-ui,sans-serif}h2{font-size:15px;margin:1.2em 0 .2em}"
)


def plotted(results: Sequence[Result]) -> str:
    """The page. Several results are drawn over each other, by strategy; of one, its targets."""
    title = escape(results[0].title or "simulation")
    pieces = [_chart("success, %", {result.strategy: _curve(result, _success) for result in results}, top=100.0)]
    pieces.append(_chart("p99 of seconds until the answer", {one.strategy: _curve(one, _p99) for one in results}))
    pieces.append(
        _chart("calls a second", {"calls": _curve(results[0], lambda moment: float(moment.calls), rate=True)})
    )
    for result in results:
        per_target = {target.name: _curve(result, _requests_of(target.name), rate=True) for target in result.targets}
        pieces.append(_chart(f"{result.strategy}: requests a second by target", per_target))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1>{_summary(results)}{''.join(pieces)}</html>\n"
    )


Points = list[tuple[float, float]]


def _success(moment: Moment) -> float | None:
    return 100.0 * (moment.calls - moment.failed) / moment.calls if moment.calls else None


def _p99(moment: Moment) -> float | None:
    return moment.times.p99


def _requests_of(name: str) -> Callable[[Moment], float]:
    return lambda moment: float(moment.requests[name])


def _curve(result: Result, value: Callable[[Moment], float | None], *, rate: bool = False) -> Points:
    line = result.timeline
    width = line[1].at - line[0].at
    found = [(moment.at, value(moment)) for moment in line]
    return [(at, point / width if rate else point) for at, point in found if point is not None]


def _summary(results: Sequence[Result]) -> str:
    head = "".join(
        [f"<th>{name}</th>" for name in ("strategy", "calls", "success", "p50 s", "p99 s", "requests", "cost $")]
    )
    rows = [
        (
            result.strategy,
            f"{result.calls:,}",
            percent(result.success),
            seconds(result.times.p50),
            seconds(result.times.p99),
            f"{result.requests:,}",
            money(result.cost),
        )
        for result in results
    ]
    body = "".join([f"<tr>{''.join([f'<td>{escape(cell)}</td>' for cell in row])}</tr>" for row in rows])
    return f"<table><tr>{head}</tr>{body}</table>"


def _chart(title: str, curves: dict[str, Points], *, top: float | None = None) -> str:
    every = [point for points in curves.values() for point in points]
    if not every:
        return ""
    last = max(at for at, _ in every) or 1.0
    highest = top or max(value for _, value in every) or 1.0

    def place(at: float, value: float) -> str:
        x = _LEFT + at / last * (_WIDTH - _LEFT - 10)
        y = 10 + (1.0 - value / highest) * (_HEIGHT - _BOTTOM - 10)
        return f"{x:.1f},{y:.1f}"

    lines: list[str] = []
    for index, (name, points) in enumerate(curves.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        path = " ".join([place(at, value) for at, value in points])
        lines.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{path}"/>')
        lines.append(
            f'<text x="{_LEFT + 8 + 110 * index}" y="{_HEIGHT + 12}" fill="{colour}">{escape(name[:18])}</text>'
        )
    return (
        f'<h2>{escape(title)}</h2><svg viewBox="0 0 {_WIDTH} {_HEIGHT + 20}" role="img" '
        f'aria-label="{escape(title)}">{_axes(last, highest)}{"".join(lines)}</svg>'
    )


def _axes(last: float, highest: float) -> str:
    parts: list[str] = []
    for step in range(5):
        y = 10 + step / 4 * (_HEIGHT - _BOTTOM - 10)
        x = _LEFT + step / 4 * (_WIDTH - _LEFT - 10)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - 10}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{highest * (4 - step) / 4:.4g}</text>')
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{last * step / 4:.4g} s</text>')
    return "".join(parts)
