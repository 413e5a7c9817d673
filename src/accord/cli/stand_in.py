"""The fake provider in place of real ones: what `accord serve` offers on a machine without any account."""

import asyncio
from collections.abc import Mapping

from accord.gateway.config import ModelSettings, TargetSettings
from accord.providers import Compatible, ProviderBase
from accord.testing.fake import FakeProvider
from accord.testing.fake.improvise import DEMO_MODELS

NAME = "fake"

FORGET = 60.0
"""Seconds between two times that the fake forgets the requests it saw: it keeps them for tests, and there is none here."""


class FakeStandIn:
    """Runs the fake provider in the gateway's own process, over real HTTP."""

    label = "none; the built-in fake provider answers, since no provider's key is in the environment"
    models: Mapping[str, ModelSettings] = {
        f"{NAME}/{model}": ModelSettings(targets=(TargetSettings(provider=NAME, model=model),)) for model in DEMO_MODELS
    }

    def __init__(self) -> None:
        self._fake = FakeProvider("openai_chat", strict=False)
        self._forgetting: asyncio.TimerHandle | None = None

    async def start(self) -> Mapping[str, ProviderBase]:
        """Starts it in the running loop."""
        await self._fake.start_here()
        self._forget()
        return {NAME: Compatible(base_url=self._fake.url, api_key=self._fake.key)}

    async def stop(self) -> None:
        """Stops it."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        await self._fake.stop_here()

    def _forget(self) -> None:
        self._fake.clear()
        self._forgetting = asyncio.get_running_loop().call_later(FORGET, self._forget)
