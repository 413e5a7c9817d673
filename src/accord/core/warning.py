"""What Accord did to a request that its caller should know."""

from typing import Literal

import msgspec


class CallWarning(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One departure from what was asked, reported on the response and in `x-accord-warnings`."""

    kind: Literal["dropped", "filled", "changed", "deprecated"]
    """`dropped`: left out; `filled`: required by the target and not given; `changed`: sent in another form; `deprecated`:
    the service or model is going away."""
    field: str
    """The request field, as a path (`messages[2].parts[0].cache`), or `model`."""
    message: str
    """What happened and why, for a person."""

    def __str__(self) -> str:
        return f"{self.field} {self.kind}: {self.message}"
