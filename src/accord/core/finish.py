"""Why the model stopped."""

from typing import Literal, TypeAlias

import msgspec

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter", "pause", "error", "unknown"]
"""`stop`: it was done, or met a stop sequence. `length`: a token limit. `tool_calls`: it waits for tools.
`content_filter`: the provider held the answer back. `pause`: a server tool loop stopped half-way, send it back to go on.
`error`: the provider failed after it began. `unknown`: a reason Accord has no name for; `raw` has the provider's word."""


class Finish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a choice ended, in Accord's word and in the provider's."""

    unified: FinishReason
    raw: str | None = None
    stop_sequence: str | None = None
    """The stop sequence that was met, where the provider says so."""
