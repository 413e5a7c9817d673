"""Random numbers of the kinds that latencies and lengths are made of."""

from math import exp, log
from random import Random
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

_Z99 = 2.3263478740408408
"""The 99th percentile of a standard normal distribution."""


class Spread(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Random values: with `median` and `p99` log-normal (most near the median, a long tail), with `mean` exponential."""

    median: Annotated[Annotated[float, Meta(gt=0)] | None, Meta(description="Half of the values are below.")] = None
    p99: Annotated[Annotated[float, Meta(gt=0)] | None, Meta(description="99 % of the values are below.")] = None
    mean: Annotated[Annotated[float, Meta(gt=0)] | None, Meta(description="Of an exponential distribution.")] = None
    least: Annotated[float, Meta(ge=0, description="Added to every value.")] = 0.0

    def __post_init__(self) -> None:
        if (self.mean is None) == (self.median is None) or (self.median is None) != (self.p99 is None):
            raise ValueError("expected `median` and `p99`, or `mean`")
        if self.median is not None and self.p99 is not None and self.p99 < self.median:
            raise ValueError("`p99` is below `median`")

    def draw(self, dice: Random) -> float:
        """One value."""
        if self.median is None or self.p99 is None:
            return self.least + dice.expovariate(1.0 / (self.mean or 1.0))
        return self.least + dice.lognormvariate(log(self.median), self._sigma)

    @property
    def average(self) -> float:
        """The mean of all values."""
        if self.median is None:
            return self.least + (self.mean or 0.0)
        return self.least + self.median * exp(self._sigma**2 / 2.0)

    @property
    def _sigma(self) -> float:
        return log((self.p99 or 1.0) / (self.median or 1.0)) / _Z99


Quantity: TypeAlias = Annotated[float, Meta(ge=0)] | Spread
"""Always the same, or random."""


def drawn(quantity: Quantity, dice: Random) -> float:
    """One value."""
    return quantity.draw(dice) if isinstance(quantity, Spread) else quantity


def average(quantity: Quantity) -> float:
    """The mean of all values."""
    return quantity.average if isinstance(quantity, Spread) else quantity
