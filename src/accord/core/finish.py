"""Why the model stopped."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

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


NATIVE: Final = "native_finish_reason"
"""The member of an answer, beside the wire's own word, that has the provider's. The name is OpenRouter's, which clients know."""


def native_reason(finish: Finish | None, word: str | None) -> Mapping[str, str]:
    """The provider's own word for a caller who is told `word`, as a member; none where `word` says all of it.

    An ordinary end is one under every name. Any other (a limit, a filter, a failure, a word that nobody knows) may be more
    than the caller's wire has a word for.
    """
    if finish is None or finish.unified in ("stop", "tool_calls") or not finish.raw or finish.raw == word:
        return {}
    return {NATIVE: finish.raw}
