"""What answers where no provider is configured, so that a gateway without any account can be tried."""

from collections.abc import Mapping
from typing import Protocol

from accord.gateway.config import ModelSettings
from accord.providers import ProviderBase


class StandIn(Protocol):
    """A provider that is brought along. Started in each process that serves."""

    @property
    def label(self) -> str:
        """What a person reads about it."""
        ...

    @property
    def models(self) -> Mapping[str, ModelSettings]:
        """The public names it answers to."""
        ...

    async def start(self) -> Mapping[str, ProviderBase]:
        """Starts it in the running loop. The providers it stands for, by name."""
        ...

    async def stop(self) -> None:
        """Stops it."""
        ...
