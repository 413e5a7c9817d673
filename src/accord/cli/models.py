"""`accord models`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Literal, TypeAlias

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from accord.catalog.check import SHELVES, listing
from accord.cli.exit import FAILURE, OK
from accord.core.error import ConfigError
from accord.core.json import dumps
from accord.core.model import ModelFacts

Capability: TypeAlias = Literal["tools", "schema", "reasoning", "pictures", "sound", "files"]
Order: TypeAlias = Literal["name", "context", "input", "output"]


def models(
    provider: str = "",
    /,
    *,
    containing: str = "",
    retired: bool = False,
    priced: bool = False,
    can: Annotated[tuple[Capability, ...], Parameter(negative="")] = (),
    least_context: int = 0,
    sort: Order = "name",
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """List the models of the shipped catalogue. Ends with 1 where none fits.

    Args:
        provider: Only this provider's (`openai`, `anthropic`, `groq`, ...).
        containing: Only those whose name contains this.
        retired: Those that were shut down as well.
        priced: Only those whose price is known.
        can: Only those that are known to have this; may be given several times.
        least_context: Only those whose window is known to have at least so many tokens.
        sort: In which order; what is unknown comes last.
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
    found = [fact for fact in found if _has(fact, can, least_context)]
    found.sort(key=lambda fact: _rank(fact, sort))
    if as_json:
        print(dumps(found).decode())
    elif found:
        _show(found)
    return OK if found else FAILURE


def _has(fact: ModelFacts, can: Sequence[Capability], least_context: int) -> bool:
    known: Mapping[Capability, bool | None] = {
        "tools": fact.tools,
        "schema": fact.structured_output,
        "reasoning": fact.reasoning,
        "pictures": "image" in (fact.input or ()),
        "sound": "audio" in (fact.input or ()),
        "files": "file" in (fact.input or ()),
    }
    return all(known[one] for one in can) and (fact.context or fact.max_input or 0) >= least_context


def _rank(fact: ModelFacts, order: Order) -> tuple[Decimal, str]:
    name = f"{fact.provider}/{fact.id}"
    if order == "name":
        return Decimal(0), name
    if order == "context":
        return -Decimal(fact.context or fact.max_input or 0), name
    base: Mapping[str, Decimal] = fact.prices.base if fact.prices is not None else {}
    return base.get(order, Decimal("Infinity")), name


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
