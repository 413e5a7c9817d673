"""The pytest plugin: fake providers as fixtures.

Loaded by every pytest run where Accord is installed, so it imports next to nothing until a fixture is used.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from accord import testing


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
