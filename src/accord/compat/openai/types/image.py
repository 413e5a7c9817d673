"""The answer of `images.generate`."""

from accord.compat.openai.answer import Answer
from accord.compat.openai.model import Model


class Image(Model):
    """One picture: in base64, or by its address."""

    b64_json: str | None
    revised_prompt: str | None
    url: str | None


class UsageInputTokensDetails(Model):
    """Input tokens by kind."""

    image_tokens: int
    text_tokens: int


class UsageOutputTokensDetails(Model):
    """Output tokens by kind."""

    image_tokens: int
    text_tokens: int


class Usage(Model):
    """Tokens used."""

    input_tokens: int
    input_tokens_details: UsageInputTokensDetails
    output_tokens: int
    total_tokens: int
    output_tokens_details: UsageOutputTokensDetails | None


class SvgUsage(Model):
    """Tokens of the model that drew vectors."""

    input_tokens: int
    model: str
    output_tokens: int
    reasoning_tokens: int
    total_tokens: int


class ImagesResponse(Answer):
    """Pictures. `created` is in Unix seconds."""

    created: int
    background: str | None
    data: list[Image] | None
    output_format: str | None
    quality: str | None
    safety_identifier: str | None
    size: str | None
    svg_usage: SvgUsage | None
    usage: Usage | None
