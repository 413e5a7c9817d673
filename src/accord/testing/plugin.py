"""The pytest plugin: fake providers and cassettes as fixtures.

Loaded by every pytest run where Accord is installed, so it imports next to nothing until a fixture is used.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

import pytest

from accord import testing

if TYPE_CHECKING:
    from accord.testing.recording import Mode


@pytest.fixture
def fake_provider() -> Iterator["testing.FakeProvider"]:
    """A running fake provider that speaks OpenAI's wire. A mistake in its script fails the test."""
    with testing.FakeProvider() as fake:
        yield fake


@pytest.fixture
def start_fake() -> Iterator["Callable[[testing.FakeProvider], testing.FakeProvider]"]:
    """Starts fakes of any kind and stops them after the test.

    claude = start_fake(FakeProvider("anthropic_messages"))
    """
    with ExitStack() as running:
        yield running.enter_context


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--accord-cassettes`: what all cassettes of a run do."""
    parser.addoption(
        "--accord-cassettes",
        choices=("auto", "replay", "record", "rewrite"),
        default=None,
        help="what accord_cassette does: auto (replay, or record what is not there), replay, record, rewrite",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line(
        "markers", "accord_cassette(name=None, mode='auto'): the file and the mode of the test's accord_cassette"
    )


@pytest.fixture
def accord_cassette(request: pytest.FixtureRequest) -> Iterator["testing.Cassette"]:
    """A cassette in force for the test: `cassettes/<file>/<test>.json` beside the test's file.

    `@pytest.mark.accord_cassette("name", mode="replay")` says another name or mode; `--accord-cassettes` overrules the mode.
    """
    node: pytest.Item = request.node
    wish = _marked(node)
    stem = re.sub(r"[^\w.-]+", "_", node.name)
    folder = node.path.parent / "cassettes"
    path = folder / wish.name if wish.name else folder / node.path.stem / f"{stem}.json"
    overruled: Mode | None = request.config.getoption("--accord-cassettes")
    with testing.cassette(path, overruled or wish.mode) as running:
        yield running


class _Wish(NamedTuple):
    """What the marker of a test says."""

    name: str | None = None
    mode: "Mode" = "auto"


def _marked(node: pytest.Item) -> _Wish:
    marker = node.get_closest_marker("accord_cassette")
    return _Wish() if marker is None else _Wish(*marker.args, **marker.kwargs)
