"""What a gateway beside Accord needs to run, and to be asked."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.gateway.accord_config import Upstreams
from benchmarks.gateway.load import CHAT
from benchmarks.gateway.process import Failed


class Place(NamedTuple):
    """Where a gateway is asked."""

    port: int
    path: str = CHAT
    headers: tuple[tuple[str, str], ...] = ()
    """What it has to be told with each request; those with any take part in whole answers only."""


Reach = dict[str, Place]
"""Where each kind of upstream is reached."""


class Setup(NamedTuple):
    """One process of a gateway."""

    command: Sequence[str]
    reach: Reach


Peer = Callable[[Path, Upstreams], list[Setup]]
"""Sets a gateway up, with a folder for its files, before these upstreams. Raises `Absent` where it is not to be had.

One that has one upstream for a process is given a process for each kind; those that are not asked take no part.
"""


class Absent(Failed):
    """A gateway is not to be had here; says why, in a line."""


def bases(upstreams: Upstreams) -> dict[str, str]:
    """The kinds of upstream that peers are asked for, with the address before `/v1`."""
    streams = f"http://127.0.0.1:{upstreams.streams}"
    return {"plain": f"http://127.0.0.1:{upstreams.plain}", "paced": f"{streams}/paced", "short": f"{streams}/short"}
