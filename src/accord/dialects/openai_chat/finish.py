"""Why a choice ended, both ways."""

from collections.abc import Mapping

from accord.core.error import Overloaded, ProviderError, ServerError
from accord.core.finish import Finish, FinishReason

_FILTERED = (
    "sensitive refusal content_filtered guardrail_intervened safety recitation language blocklist prohibited_content spii "
    "model_armor image_safety image_prohibited_content image_recitation"
)
_FAILED = (
    "error network_error insufficient_system_resource abort malformed_function_call unexpected_tool_call malformed_response "
    "too_many_tool_calls missing_thought_signature malformed_model_output malformed_tool_use"
)
# OpenAI has the first five; the others are words of hosts that speak its wire, among them Google's and Amazon's, which hand on
# the words of their own. What is not here is unknown, and said to be.
_UNIFIED: Mapping[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    **dict.fromkeys(("eos", "eos_token", "end_turn", "stop_sequence", "complete"), "stop"),
    **dict.fromkeys(("max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded"), "length"),
    **dict.fromkeys(("tool_use", "tool_call"), "tool_calls"),
    "pause_turn": "pause",
    **dict.fromkeys(_FILTERED.split(), "content_filter"),
    **dict.fromkeys(_FAILED.split(), "error"),
}

# OpenRouter and Mistral; Z.ai; vLLM and SGLang; DeepSeek.
_FAILURES: Mapping[str, type[ProviderError]] = {
    "error": ServerError,
    "network_error": ServerError,
    "abort": ServerError,
    "insufficient_system_resource": Overloaded,
}

_WIRE: Mapping[FinishReason, str] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    # The wire has no word for an answer that is not known to be whole but the one for a limit that was met (ADR 19).
    "pause": "length",
    "error": "length",
    "unknown": "length",
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


def failure_of(reason: str) -> type[ProviderError] | None:
    """The failure, where a host says by its finish reason that it failed after it began."""
    return _FAILURES.get(reason.lower())


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
