"""The wires behind the gateway, by a provider that speaks each."""

from typing import Any

import pytest

EGRESS = {"chat": "openrouter", "responses": "responses", "messages": "anthropic", "gemini": "vertex_ai"}


@pytest.fixture(params=EGRESS)
def egress(request: pytest.FixtureRequest) -> str:
    """The wire that the provider speaks."""
    name: str = request.param
    return name


@pytest.fixture
def model(house: Any, egress: str) -> str:
    """A model behind that wire."""
    name: str = house.model(EGRESS[egress])
    return name


@pytest.fixture
def fake(house: Any, egress: str) -> Any:
    """The provider itself."""
    running = house.fakes[EGRESS[egress]]
    running.clear()
    return running


@pytest.fixture
def by_type(house: Any) -> Any:
    """Any provider by its type."""
    for running in house.fakes.values():
        running.clear()
    return house
