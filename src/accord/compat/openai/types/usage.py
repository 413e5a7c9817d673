"""The tokens of a chat completion."""

from accord.compat.openai.model import Model


class PromptTokensDetails(Model):
    """Input tokens by kind, all of them part of `prompt_tokens`."""

    audio_tokens: int | None
    cache_write_tokens: int | None
    cached_tokens: int | None
    image_tokens: int | None
    text_tokens: int | None


class CompletionTokensDetails(Model):
    """Output tokens by kind, all of them part of `completion_tokens`."""

    accepted_prediction_tokens: int | None
    audio_tokens: int | None
    reasoning_tokens: int | None
    rejected_prediction_tokens: int | None
    text_tokens: int | None


class CompletionUsage(Model):
    """Tokens used. Input includes what was cached, output what was thought."""

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int
    completion_tokens_details: CompletionTokensDetails | None
    prompt_tokens_details: PromptTokensDetails | None
