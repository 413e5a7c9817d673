"""The messages of `generateContent`, as msgspec reads them. https://ai.google.dev/api/generate-content.

Every struct knows the fields Accord uses. A message with other fields is read the slow way (see `reading.py`), which
collects them in `rest`, so that nothing a future version adds is lost and the usual message costs one typed decode.
"""

from typing import Annotated, Final

import msgspec

REST: Final = "\x7frest"
"""The name under which unknown members are collected; no JSON key that means anything is spelled like this."""


class Wire(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What all messages share."""

    rest: dict[str, object] | None = msgspec.field(default=None, name=REST)
    """Members without a field of their own, under the names they came with."""


class Blob(Wire):
    """Bytes within the message, in base64."""

    mime_type: str = ""
    data: str = ""
    display_name: str | None = None


class FileData(Wire):
    """Bytes somewhere else."""

    file_uri: str = ""
    mime_type: str | None = None
    display_name: str | None = None


class FunctionCall(Wire):
    """A call of the model's. Older models give no ids."""

    name: str = ""
    args: dict[str, object] | None = None
    id: str | None = None


class FunctionResponse(Wire):
    """What a function answered."""

    name: str = ""
    response: dict[str, object] | None = None
    id: str | None = None
    parts: "list[Part] | None" = None


class Part(Wire):
    """One of its data fields, and marks beside it. Data fields without a name here are found in `rest`."""

    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None
    inline_data: Blob | None = None
    file_data: FileData | None = None


class Content(Wire):
    """A turn."""

    role: str | None = None
    parts: list[Part] | None = None


class ScoredToken(Wire):
    """A token and its log probability (`"-Infinity"` is how this wire spells that number)."""

    token: str = ""
    token_id: int | None = None
    log_probability: float | str | None = None


class ScoredTokens(Wire):
    """The likeliest tokens at one place."""

    candidates: list[ScoredToken] | None = None


class LogprobsResult(Wire):
    """Log probabilities of the tokens written, and of those that might have been."""

    chosen_candidates: list[ScoredToken] | None = None
    top_candidates: list[ScoredTokens] | None = None
    log_probability_sum: float | str | None = None


class Candidate(Wire):
    """One answer, or a piece of it."""

    content: Content | None = None
    finish_reason: str | None = None
    index: int | None = None
    finish_message: str | None = None
    safety_ratings: list[object] | None = None
    citation_metadata: dict[str, object] | None = None
    grounding_metadata: dict[str, object] | None = None
    url_context_metadata: dict[str, object] | None = None
    avg_logprobs: object = None
    logprobs_result: LogprobsResult | None = None
    token_count: int | None = None


class Answer(Wire):
    """A whole `GenerateContentResponse`, or one chunk of a stream; `error` stands alone."""

    candidates: list[Candidate] | None = None
    prompt_feedback: dict[str, object] | None = None
    usage_metadata: object = None
    model_version: str | None = None
    response_id: str | None = None
    create_time: str | None = None
    error: object = None


class _MoreWords(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    text: str


class _MoreContent(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    parts: Annotated[list[_MoreWords], msgspec.Meta(min_length=1, max_length=1)]
    role: str | None = None


class _MoreOf(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: _MoreContent
    index: int = 0


class MoreText(msgspec.Struct, gc=False, forbid_unknown_fields=True, rename="camel"):
    """A chunk of a stream that says more of one text, and nothing else but counts: what nearly all chunks are."""

    candidates: Annotated[list[_MoreOf], msgspec.Meta(min_length=1, max_length=1)]
    usage_metadata: msgspec.Raw = msgspec.Raw()
    """Kept as it came: most chunks repeat the counts of the one before, which need not be read again."""
    model_version: str | None = None
    response_id: str | None = None
    create_time: str | None = None


class FunctionDeclaration(Wire):
    """A function: its parameters as a Google schema (`parameters`) or as JSON Schema."""

    name: str
    description: str | None = None
    parameters: dict[str, object] | None = None
    parameters_json_schema: dict[str, object] | None = None


class Tool(Wire):
    """Functions, and tools that Google runs: those are found in `rest`, by name."""

    function_declarations: list[FunctionDeclaration] | None = None


class FunctionCallingConfig(Wire):
    """How to choose among functions."""

    mode: str | None = None
    allowed_function_names: list[str] | None = None


class ToolConfig(Wire):
    """How to use tools."""

    function_calling_config: FunctionCallingConfig | None = None


class ThinkingConfig(Wire):
    """How much to think: in tokens (Gemini 2.5) or by level (Gemini 3 and later)."""

    include_thoughts: bool | None = None
    thinking_budget: int | None = None
    thinking_level: str | None = None


class GenerationConfig(Wire):
    """How to answer."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    candidate_count: int | None = None
    max_output_tokens: int | None = None
    stop_sequences: list[str] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    response_logprobs: bool | None = None
    logprobs: int | None = None
    response_mime_type: str | None = None
    response_schema: dict[str, object] | None = None
    response_json_schema: dict[str, object] | None = None
    response_modalities: list[str] | None = None
    thinking_config: ThinkingConfig | None = None
    speech_config: dict[str, object] | None = None
    media_resolution: str | None = None


class Request(Wire):
    """A `GenerateContentRequest`."""

    contents: list[Content] | None = None
    system_instruction: Content | None = None
    tools: list[Tool] | None = None
    tool_config: ToolConfig | None = None
    generation_config: GenerationConfig | None = None
    safety_settings: object = None
    cached_content: object = None
    labels: object = None
    service_tier: str | None = None
    model: object = None


class CountRequest(Wire):
    """A `CountTokensRequest`: the turns alone, the whole request within, or (Vertex) its members beside them."""

    contents: list[Content] | None = None
    generate_content_request: Request | None = None
    system_instruction: Content | None = None
    tools: list[Tool] | None = None
    generation_config: GenerationConfig | None = None
    model: object = None
