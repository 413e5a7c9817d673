"""`accord serve`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from accord.client.environment import environment
from accord.gateway.config import ServerName
from accord.gateway.serve import Overrides, Start
from accord.gateway.stand_in import StandIn


def serve(
    *,
    config: Path | None = None,
    host: str | None = None,
    port: Annotated[int | None, Parameter(validator=Number(gte=0, lte=65535))] = None,
    workers: Annotated[int | None, Parameter(validator=Number(gte=1, lte=512))] = None,
    server: ServerName | None = None,
) -> int:
    """Start the gateway.

    Args:
        config: The configuration file. Without one, every provider whose key is in the environment is there; with no
            key at all, the built-in fake provider.
        host: The address to listen on [default: 127.0.0.1].
        port: The port to listen on; 0 takes any free one [default: 4000].
        workers: Processes that serve [default: 1].
        server: What reads and writes HTTP: Accord's own server, or uvicorn [default: accord].
    """
    overrides = Overrides(host=host, port=port, workers=workers, server=server)
    return Start(config, environment(), overrides, _stand_in).run(_say)


def _stand_in() -> StandIn:
    # Nobody with a provider pays for loading the fake.
    from accord.cli.stand_in import FakeStandIn  # noqa: PLC0415

    return FakeStandIn()


def _say(text: str) -> None:
    print(text, flush=True)
