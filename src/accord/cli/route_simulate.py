"""`accord route simulate`."""

from pathlib import Path
from time import perf_counter
from typing import Annotated

import msgspec
from cyclopts import Parameter

from accord.cli.exit import OK
from accord.cli.route_plot import plotted
from accord.cli.route_scenario import read_scenario
from accord.cli.route_table import compare as side_by_side
from accord.cli.route_table import show
from accord.core.error import ConfigError
from accord.core.json import dumps
from accord.core.route import Strategy
from accord.engine.simulation.simulate import simulate as run
from accord.policy.balance import STRATEGIES


def simulate(
    scenario: Path,
    /,
    *,
    strategy: Strategy | None = None,
    seed: int | None = None,
    compare: Annotated[bool, Parameter(negative="")] = False,
    plot: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Run traffic through the real routing policies in virtual time, and tell what comes of it.

    Args:
        scenario: The scenario file; docs/how-to/simulate-routing.md describes it.
        strategy: How targets are picked, in place of the scenario's own.
        seed: Another seed than the scenario's; the same seed gives the same run.
        compare: Run every strategy on the same traffic.
        plot: Write the course of it over time to this file, a web page that needs nothing else.
        as_json: Print everything as JSON.
    """
    wanted = read_scenario(scenario)
    began = perf_counter()
    strategies: tuple[Strategy | None, ...] = tuple(STRATEGIES) if compare else (strategy,)
    results = [run(wanted, one, seed=seed) for one in strategies]
    took = perf_counter() - began
    if plot is not None:
        _write(plot, plotted(results))
    if as_json:
        print(msgspec.json.format(dumps(results if compare else results[0]), indent=2).decode())
        return OK
    if compare:
        side_by_side(results)
    else:
        show(results[0])
    calls = sum(result.calls for result in results)
    print(f"{calls:,} calls in {took:.1f} s")
    return OK


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or str(error)).lower()}") from None
