"""`accord models`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from accord.catalog.check import SHELVES, listing
from accord.cli.exit import FAILURE, OK
from accord.core.error import ConfigError
from accord.core.json import dumps
from accord.core.model import ModelFacts


def models(
    provider: str = "",
    /,
    *,
    containing: str = "",
    retired: bool = False,
    priced: bool = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """List the models of the shipped catalogue. Ends with 1 where none fits.

    Args:
        provider: Only this provider's (`openai`, `anthropic`, `groq`, ...).
        containing: Only those whose name contains this.
        retired: Those that were shut down as well.
        priced: Only those whose price is known.
        as_json: Print every known fact as JSON.
    """
    if provider and provider not in SHELVES:
        near = get_close_matches(provider, SHELVES, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(SHELVES)}"
        raise ConfigError(f"the catalogue has no provider {provider!r}: {hint}")
    today = datetime.now(UTC).date()
    chosen = (provider,) if provider else SHELVES
    found = [
        fact for name in chosen for fact in listing(name, today, containing=containing, retired=retired, priced=priced)
    ]
    if as_json:
        print(dumps(found).decode())
    elif found:
        _show(found)
    return OK if found else FAILURE


def _show(found: Sequence[ModelFacts]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("model", "context", "max output", "input $/M", "output $/M", "ends"):
        table.add_column(column, justify="left" if column in ("model", "ends") else "right", overflow="fold")
    for fact in found:
        base: Mapping[str, Decimal] = fact.prices.base if fact.prices is not None else {}
        table.add_row(
            f"{fact.provider}/{fact.id}",
            _number(fact.context or fact.max_input),
            _number(fact.max_output),
            str(base.get("input", "?")),
            str(base.get("output", "?")),
            fact.deprecated or "",
        )
    Console(width=None if Console().is_terminal else 160).print(table)


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"
