"""A caller's request, in bytes of this wire. https://ai.google.dev/api/generate-content#request-body.

The path names the model and says whether the answer is to be streamed; the query says in which form (`alt=sse`).
"""

from typing import Literal, TypeAlias

import msgspec

from accord.core.error import InvalidInput
from accord.core.http import Headers
from accord.core.json import NotJson, members
from accord.core.request import ChatRequest
from accord.dialects.gemini import wire
from accord.dialects.gemini.dialect import kept
from accord.dialects.gemini.inbound import GeminiInbound
from accord.dialects.gemini.parse_config import Config
from accord.dialects.gemini.parse_contents import ContentsParser, instructions
from accord.dialects.gemini.parse_tools import choice_of, tools_of
from accord.dialects.gemini.reading import read_message

Alt: TypeAlias = Literal["sse", "json"]
"""How a stream is framed: events, or a growing array, which is what a query without `alt` means."""

_requests = msgspec.json.Decoder(wire.Request)

# Google's word for the tier every other wire calls `default`.
_TIERS = {"standard": "default", "unspecified": None}


def parse(
    body: bytes, headers: Headers = (), *, model: str = "", stream: bool = False, alt: Alt = "sse"
) -> GeminiInbound:
    """The request to `:generateContent` or `:streamGenerateContent`. Raises `InvalidInput` naming the field at fault."""
    del headers
    try:
        members(body)
        request = request_of(read_message(_requests, wire.Request, body), model)
    except NotJson as error:
        raise refused(error) from None
    return GeminiInbound(request, body=body, stream=stream, alt=alt)


def refused(error: NotJson) -> InvalidInput:
    """What is wrong with a body, and where."""
    text, _, place = str(error).partition(" - at `")
    path = place.rstrip("`").removeprefix("$").lstrip(".")
    return InvalidInput(f"the request is not valid: {text}{f' (at {path})' if path else ''}", param=path or None)


def request_of(asked: wire.Request, model: str) -> ChatRequest:
    """The neutral request. Raises `InvalidInput`, and `NotJson` for what is nested too deeply."""
    try:
        return _request(asked, model)
    except RecursionError:
        raise NotJson("nested too deeply") from None


def _request(asked: wire.Request, model: str) -> ChatRequest:
    config = asked.generation_config or wire.GenerationConfig()
    neutral = Config(config)
    choice, tool_fields = choice_of(asked.tool_config)
    return ChatRequest(
        model=model,
        messages=(*instructions(asked.system_instruction), *ContentsParser().parse(asked.contents or [])),
        tools=tools_of(asked.tools or []),
        tool_choice=choice,
        response_format=neutral.response_format,
        reasoning=neutral.reasoning,
        max_output_tokens=config.max_output_tokens,
        temperature=config.temperature,
        top_p=config.top_p,
        top_k=neutral.top_k,
        n=config.candidate_count,
        stop=tuple(config.stop_sequences or ()),
        seed=config.seed,
        presence_penalty=config.presence_penalty,
        frequency_penalty=config.frequency_penalty,
        logprobs=config.response_logprobs,
        top_logprobs=config.logprobs,
        modalities=tuple([word.lower() for word in config.response_modalities or ()]),
        audio=neutral.audio,
        service_tier=_tier(asked.service_tier),
        extra=kept(_rest(asked, neutral, tool_fields)),
    )


def _tier(word: str | None) -> str | None:
    return None if word is None else _TIERS.get(word.lower(), word.lower())


def _rest(asked: wire.Request, neutral: Config, tool_fields: dict[str, object]) -> dict[str, object]:
    """The members without a neutral name, where the encoder of this wire puts them back."""
    fields: dict[str, object] = dict(asked.rest or {})
    named = {
        "safetySettings": asked.safety_settings,
        "cachedContent": asked.cached_content,
        "labels": asked.labels,
        "generationConfig": neutral.rest,
        "toolConfig": tool_fields,
    }
    fields.update({key: value for key, value in named.items() if value not in (None, {})})
    return fields
