"""Why the model stopped, in both directions. https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons"""

from accord.core.finish import Finish, FinishReason

READ: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "pause_turn": "pause",
    "compaction": "stop",
}
"""Anthropic's words in Accord's."""

_WRITTEN: dict[FinishReason, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "pause": "pause_turn",
    # The wire has no word for an answer that is not known to be whole but the one for a limit that was met (ADR 19).
    "error": "max_tokens",
    "unknown": "max_tokens",
}


def read_finish(reason: str | None, stop_sequence: str | None) -> Finish:
    """A `stop_reason`, with the sequence that was met."""
    return Finish(unified=READ.get(reason or "", "unknown"), raw=reason, stop_sequence=stop_sequence)


def write_finish(finish: Finish, *, calls: bool) -> str | None:
    """The `stop_reason` a caller of this wire expects; `calls`: tools were called. `None` where the provider does not say why.

    Anthropic's own word goes back out as it came. Callers run tools only where it says `tool_use`, which some providers
    do not say beside the calls.
    """
    if finish.raw is not None and READ.get(finish.raw) == finish.unified:
        return finish.raw
    if calls and finish.unified in ("stop", "unknown"):
        return "tool_use"
    if finish.unified == "unknown" and not finish.raw:
        return None
    if finish.unified == "stop" and finish.stop_sequence is not None:
        return "stop_sequence"
    return _WRITTEN[finish.unified]
