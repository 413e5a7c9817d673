"""OpenAI's usage objects. What is unknown is left out."""

from collections.abc import Mapping

from accord.core.usage import Usage


def known(members: Mapping[str, object]) -> dict[str, object]:
    """The members that are not `None`."""
    return {name: value for name, value in members.items() if value is not None}


def chat_usage(usage: Usage) -> dict[str, object]:
    """The usage of chat completions: input includes cached, output includes reasoning."""
    of_input = known(
        {
            "cached_tokens": usage.cached,
            "audio_tokens": usage.audio_input,
            "cache_write_tokens": usage.cache_write,
            "image_tokens": usage.image_input,
        }
    )
    of_output = known({"reasoning_tokens": usage.reasoning, "audio_tokens": usage.audio_output})
    if of_output:
        of_output |= {"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
    return known(
        {
            "prompt_tokens": usage.input,
            "completion_tokens": usage.output,
            "total_tokens": usage.total,
            "prompt_tokens_details": of_input or None,
            "completion_tokens_details": of_output or None,
            "cost": None if usage.cost is None else float(usage.cost),
        }
    )


def responses_usage(usage: Usage) -> dict[str, object]:
    """The usage of Responses."""
    return known(
        {
            "input_tokens": usage.input,
            "input_tokens_details": known({"cached_tokens": usage.cached, "cache_write_tokens": usage.cache_write}),
            "output_tokens": usage.output,
            "output_tokens_details": known({"reasoning_tokens": usage.reasoning}),
            "total_tokens": usage.total,
        }
    )
