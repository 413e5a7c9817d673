"""What a call costs."""

from decimal import Decimal
from typing import Literal

import msgspec


class Cost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount in US dollars, exact, or the reason why there is none. Unknown is never 0 (promise 3)."""

    amount: Decimal | None = None
    """US dollars; `None` is unknown."""
    reason: str | None = None
    """Why `amount` is unknown."""
    source: Literal["provider", "catalogue"] | None = None
    """Whether the provider reported it or Accord computed it."""
    parts: dict[str, Decimal] = {}
    """The amount by what it was charged for: `input`, `cached`, `cache_write`, `output`, `audio_input`, ..."""
    prices_dated: str | None = None
    """The day of the prices it was computed with, `YYYY-MM-DD`."""
