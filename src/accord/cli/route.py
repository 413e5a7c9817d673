"""`accord route explain`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from accord.cli.exit import FAILURE, OK
from accord.client.environment import environment
from accord.core.context import RequestContext
from accord.core.error import ConfigError
from accord.core.json import dumps
from accord.core.option import Options
from accord.core.route import Considered, RouteRecord
from accord.engine.route import Terms
from accord.engine.standings import Standings
from accord.gateway.config import default_config, load_config
from accord.gateway.explain import WIRES, route_record
from accord.gateway.http import Request
from accord.gateway.key import ANYBODY
from accord.gateway.resolve import Directory


def explain(
    model: str,
    /,
    *,
    config: Path | None = None,
    request: Path | None = None,
    wire: str = "chat",
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Show which targets a request would go to, in which order, and why others cannot serve it. Nothing is sent.

    It tells what the configuration decides. What a running gateway has learned (latencies, breakers, used limits) only it
    can tell: ask it by `POST /v1/route/explain`. Ends with 1 where no target can serve the request.

    Args:
        model: The name that would be asked for.
        config: The configuration file; without one, the providers whose keys are in the environment.
        request: A file with the request as JSON, `-` for standard input; a short greeting if not given.
        wire: How the request is written: `chat`, `responses` or `messages`.
        as_json: Print the record as JSON.
    """
    chosen = WIRES.get(wire)
    if chosen is None:
        raise ConfigError(f"--wire must be one of {', '.join(WIRES)}, got {wire!r}")
    settings = default_config(environment()) if config is None else load_config(config, environment())
    inbound = chosen.parse(_body(request, model, wire), Request(method="POST", path="/", headers=()))
    resolved = Directory(settings, Standings()).resolve(model, ANYBODY)
    options = Options(on_unsupported=settings.gateway.on_unsupported, fetch_media=settings.gateway.fetch_media)
    terms = Terms(options=options, context=RequestContext(), inbound=inbound)
    record = route_record(resolved, inbound, terms, 0.0, lambda _demands: 1.0)
    if as_json:
        print(dumps(record).decode())
    else:
        _show(record)
    return OK if any(one.verdict == "possible" for one in record.considered) else FAILURE


def _body(request: Path | None, model: str, wire: str) -> bytes:
    if request is None:
        greeting = {"role": "user", "content": "Hello"}
        turns = {"input": [greeting]} if wire == "responses" else {"messages": [greeting]}
        return dumps({"model": model, **turns, **({"max_tokens": 100} if wire == "messages" else {})})
    try:
        return sys.stdin.buffer.read() if str(request) == "-" else request.read_bytes()
    except OSError as error:
        raise ConfigError(f"{request}: {(error.strerror or str(error)).lower()}") from None


def _show(record: RouteRecord) -> None:
    table = Table(box=None, pad_edge=False, title=f"{record.name}: {record.strategy}", title_justify="left")
    for column in ("target", "tier", "share", "likely $", "why not"):
        table.add_column(column, justify="left" if column in ("target", "why not") else "right", overflow="fold")
    for one in record.considered:
        table.add_row(*_row(one))
    Console(width=None if Console().is_terminal else 160).print(table)


def _row(one: Considered) -> tuple[str, str, str, str, str]:
    return (
        f"{one.provider}/{one.model}",
        str(one.tier),
        "" if one.share is None else f"{one.share:.0%}",
        "?" if one.expected_cost is None else f"{one.expected_cost:.6f}",
        one.reason or "",
    )
