"""Results of simulations as tables for a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from accord.engine.simulation.result import Result


def show(result: Result) -> None:
    """Prints everything about one run but its course."""
    console = Console(width=None if Console().is_terminal else 140)
    console.print(f"{result.title or 'simulation'}: {result.strategy}, seed {result.seed}", highlight=False)
    console.print(_overview([result]))
    targets = _table("target", "requests", "answered", "load", "most at once", "breaker opened", "left out", "cost $")
    for target in result.targets:
        targets.add_row(
            target.name,
            f"{target.requests:,}",
            f"{target.answered:,}",
            f"{target.load:.1f}",
            f"{target.most:,}",
            str(target.openings),
            str(target.ejections),
            money(target.cost),
        )
    console.print(targets)
    if len(result.callers) > 1:
        callers = _table("key", "calls", "success", "p50 s", "p99 s")
        for caller in result.callers:
            success = percent(caller.answered / caller.calls) if caller.calls else "-"
            callers.add_row(
                caller.name, f"{caller.calls:,}", success, seconds(caller.times.p50), seconds(caller.times.p99)
            )
        console.print(callers)
    if result.failures:
        told = ", ".join([f"{kind} {count:,}" for kind, count in result.failures.items()])
        console.print(f"callers were told: {told}", highlight=False)


def compare(results: Sequence[Result]) -> None:
    """Prints runs side by side."""
    console = Console(width=None if Console().is_terminal else 140)
    console.print(results[0].title or "simulation", highlight=False)
    console.print(_overview(results))
    shares = _table("requests of", *[result.strategy for result in results])
    for index, target in enumerate(results[0].targets):
        shares.add_row(target.name, *[f"{result.targets[index].requests:,}" for result in results])
    console.print(shares)


def percent(share: float) -> str:
    """A share, with as many digits as it takes to tell it from all: 99.98 %."""
    return f"{int(share * 1e4) / 100:.2f} %"


def seconds(value: float | None) -> str:
    """Seconds, where there are any."""
    return "-" if value is None else f"{value:.3f}"


def money(value: float | None) -> str:
    """US dollars, where they are known."""
    return "unknown" if value is None else f"{value:.4f}"


def _overview(results: Sequence[Result]) -> Table:
    table = _table(
        "strategy", "calls", "success", "p50 s", "p90 s", "p99 s", "requests", "retries", "hedges", "cost $", "unsure $"
    )
    for result in results:
        times = result.times
        table.add_row(
            result.strategy,
            f"{result.calls:,}",
            percent(result.success),
            seconds(times.p50),
            seconds(times.p90),
            seconds(times.p99),
            f"{result.requests:,}",
            f"{result.retries:,}",
            f"{result.hedges:,}",
            money(result.cost),
            money(result.unsure_cost),
        )
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right", overflow="fold")
    return table
