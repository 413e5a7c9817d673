"""`accord replay`."""

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from accord.cli.connection import connected
from accord.cli.exit import FAILURE, OK
from accord.core.error import AccordError, ConfigError
from accord.core.json import dumps
from accord.testing.recording.comparison import Comparison, Side, answered, compared, recorded
from accord.testing.recording.reading import Read, read
from accord.testing.recording.tape import Exchange, load

_LONGEST = 100


def replay(
    cassette: Path,
    /,
    *,
    against: Annotated[str, Parameter(name="--against")],
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    base_url: str = "",
    key: str = "",
) -> int:
    """Ask another model what was recorded, and show how its answers differ. It is paid for. Ends with 1 where one fails.

    Args:
        cassette: A file of `accord.testing.cassette`.
        against: The other model, as `provider/model`.
        as_json: Print both sides of every answer in full, as JSON.
        base_url: A gateway or a server that speaks OpenAI's wire, such as http://127.0.0.1:4000/v1.
        key: Its key.
    """
    exchanges = load(cassette)
    found = [(index, one, held) for index, one in enumerate(exchanges, 1) if (held := _read(index, one)) is not None]
    if not found:
        raise ConfigError(f"{cassette} holds no conversations that can be asked again")
    comparisons = _compared(found, against, base_url, key)
    if as_json:
        print(dumps(comparisons).decode())
    else:
        _show(comparisons)
        left = len(exchanges) - len(found)
        if left:
            print(f"{left} of {len(exchanges)} requests are no conversations, and were left out", file=sys.stderr)
    return FAILURE if any(one.now.error is not None for one in comparisons) else OK


def _read(index: int, exchange: Exchange) -> Read | None:
    try:
        return read(exchange, datetime.now(UTC))
    except AccordError as error:
        print(f"request {index} cannot be read: {error}", file=sys.stderr)
        return None


def _compared(found: Sequence[tuple[int, Exchange, Read]], model: str, base_url: str, key: str) -> list[Comparison]:
    connection = connected(model, base_url, key)
    comparisons: list[Comparison] = []
    with connection.client as client:
        for index, exchange, held in found:
            seconds = exchange.answer.seconds if exchange.answer is not None else 0.0
            after = answered(
                held, model, lambda request, options: client.chat_completion(request, options=options), time.monotonic
            )
            comparisons.append(compared(index, held, recorded(held, seconds), after))
    return comparisons


def _show(comparisons: Sequence[Comparison]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("#", "model", "differs", "answer", "in", "out", "$", "seconds"):
        table.add_column(
            column, justify="left" if column in ("model", "differs", "answer") else "right", overflow="fold"
        )
    for one in comparisons:
        table.add_row(str(one.request), *_row(one.recorded, ""))
        table.add_row("", *_row(one.now, ", ".join(one.differs) or "same"))
    Console(width=None if Console().is_terminal else 160).print(table)


def _row(side: Side, differs: str) -> tuple[str, str, str, str, str, str, str]:
    calls = " ".join([f"{name}({dumps(arguments).decode()})" for name, arguments in side.tool_calls])
    said = " ".join([part for part in (side.text.strip().replace("\n", " "), calls) if part])
    answer = f"failed: {side.error}" if side.error is not None else said
    return (
        side.model,
        differs,
        answer if len(answer) <= _LONGEST else answer[: _LONGEST - 3] + "...",
        "?" if side.input is None else f"{side.input:,}",
        "?" if side.output is None else f"{side.output:,}",
        side.cost or "?",
        "?" if side.seconds is None else f"{side.seconds:.2f}",
    )
