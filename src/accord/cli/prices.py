"""`accord prices`."""

from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from accord.catalog.check import PriceReport, price_report
from accord.cli.exit import FAILURE, OK
from accord.core.json import dumps


def check(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Say how old the shipped prices are, where their sources disagree, and which models are going away.

    Ends with 1 where the prices are too old to be trusted.

    Args:
        as_json: Print the whole report as JSON.
    """
    report = price_report(datetime.now(UTC).date())
    print(dumps(report).decode() if as_json else _readable(report))
    return FAILURE if report.stale else OK


def _readable(report: PriceReport) -> str:
    lines = [
        f"prices of {report.dated}, {report.age_days} days old, from {', '.join(report.sources)}",
        f"{report.models} models, {report.priced} with prices, {report.confirmed} prices confirmed by a second source",
        "",
        f"{len(report.disagreements)} disagreements between sources (model, unit: first, second, taken):",
        *[
            f"  {row.provider}/{row.model}, {row.unit}: {row.genai_prices}, {row.listed}, {row.taken}"
            for row in report.disagreements
        ],
        "",
        f"{len(report.refused)} prices refused as implausible:",
        *[f"  {row.provider}/{row.model}: {row.why}" for row in report.refused],
        "",
        f"{len(report.announced)} models with an announced end:",
        *[f"  {row.provider}/{row.model}: {row.on}" for row in report.announced],
    ]
    return "\n".join(lines)
