"""Why a choice ended, both ways."""

from collections.abc import Mapping

from accord.core.error import Overloaded, ProviderError, ServerError
from accord.core.finish import Finish, FinishReason

# OpenAI has the first five; the others are words of hosts that speak its wire.
_UNIFIED: Mapping[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "tool_call": "tool_calls",
    "sensitive": "content_filter",
    "safety": "content_filter",
    "error": "error",
}

FAILURES: Mapping[str, type[ProviderError]] = {
    "error": ServerError,
    "network_error": ServerError,
    "insufficient_system_resource": Overloaded,
}
"""Finish reasons by which a host says that it failed after it began (OpenRouter, Mistral; Z.ai; DeepSeek)."""

_WIRE: Mapping[FinishReason, str] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    # The wire has no word for an answer that is not whole but the one for a limit that was met.
    "pause": "length",
    "error": "length",
    "unknown": "stop",
}
_OWN_WORDS = frozenset({"stop", "length", "tool_calls", "content_filter"})


def finish_of(raw: str, *, calls: bool) -> Finish:
    """What a finish reason means; `calls`: the choice holds tool calls.

    A forced tool call ends with `stop`, and some hosts end tool calls with an empty word: the calls decide.
    """
    unified = _UNIFIED.get(raw.lower(), "unknown")
    if calls and (unified == "stop" or not raw):
        unified = "tool_calls"
    return Finish(unified=unified, raw=raw)


def is_whole(finish: Finish | None) -> bool:
    """Whether the model said all it wanted to, so that what it left empty is meant to be."""
    return finish is not None and finish.unified in ("stop", "tool_calls")


def reason_of(finish: Finish | None, *, calls: bool, legacy: bool = False) -> str | None:
    """The word of OpenAI's for a finish. Its own words stay what they were; `legacy`: the caller speaks of functions.

    `None` where the host does not say why it ended: the schema has no word for that, and "stop" would be an invented one.
    """
    if finish is None or (finish.unified == "unknown" and not finish.raw):
        return None
    if finish.raw in _OWN_WORDS:
        word = finish.raw
    else:
        word = _WIRE[finish.unified]
        if finish.unified == "unknown" and calls:
            word = "tool_calls"
    return "function_call" if legacy and word == "tool_calls" else word
