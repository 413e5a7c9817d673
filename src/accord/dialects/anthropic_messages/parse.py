"""A caller's request, checked and made neutral. https://platform.claude.com/docs/en/api/messages#body

Fields that Accord has no name for are kept as the request's `extra`; those of the wrong type are refused with their
path, in Anthropic's own words.
"""

import msgspec

from accord.core.error import InvalidInput
from accord.core.http import Headers
from accord.core.json import NotJson, loads_object, members
from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages.dialect import kept
from accord.dialects.anthropic_messages.fields import Fields, WrongShape
from accord.dialects.anthropic_messages.inbound import CountInbound, MessagesInbound
from accord.dialects.anthropic_messages.parse_messages import Conversation, read_conversation
from accord.dialects.anthropic_messages.parse_options import read_format, read_reasoning, read_user
from accord.dialects.anthropic_messages.parse_tools import read_choice, read_tools
from accord.dialects.anthropic_messages.read_block import read_cache

_TIERS = {"standard_only": "default"}


def parse(body: bytes, headers: Headers) -> MessagesInbound:
    """A request for a message. Raises `InvalidInput` with the path of the field at fault."""
    try:
        fields = _fields(body)
        max_tokens = fields.integer("max_tokens")
        if max_tokens is None:
            raise fields.missing("max_tokens")
        if max_tokens < 0:
            raise WrongShape("max_tokens", "Input should be greater than or equal to 0")
        stream = fields.flag("stream") or False
        conversation, request = _request(fields, headers, max_tokens, limit_demanded=True)
    except WrongShape as wrong:
        raise _invalid(wrong) from None
    return MessagesInbound(
        body=body,
        headers=headers,
        request=request,
        stream=stream,
        foreign_reasoning=conversation.foreign_reasoning,
    )


def parse_count(body: bytes, headers: Headers) -> CountInbound:
    """A request to count tokens: one for a message, without its limits. Raises `InvalidInput`."""
    try:
        fields = _fields(body)
        conversation, request = _request(fields, headers, fields.integer("max_tokens"))
    except WrongShape as wrong:
        raise _invalid(wrong) from None
    return CountInbound(body=body, headers=headers, request=request, foreign_reasoning=conversation.foreign_reasoning)


def _fields(body: bytes) -> Fields:
    try:
        members(body)
        return Fields(loads_object(body), "")
    except NotJson as error:
        raise InvalidInput(f"The request body is not valid JSON: {error}") from None


def _request(
    fields: Fields, headers: Headers, max_tokens: int | None, *, limit_demanded: bool = False
) -> tuple[Conversation, ChatRequest]:
    model = fields.required_text("model")
    if not model:
        raise WrongShape("model", "String should have at least 1 character")
    conversation = read_conversation(fields)
    request = ChatRequest(
        model=model,
        messages=conversation.messages,
        max_output_tokens=max_tokens,
        limit_demanded=limit_demanded,
        temperature=fields.number("temperature", most=1),
    )
    betas = _betas(headers)
    # Many requests end here, and looking for all the other members takes as long as what was done so far.
    return conversation, _with_options(request, fields, betas) if fields.rest() or betas else request


def _with_options(request: ChatRequest, fields: Fields, betas: dict[str, object]) -> ChatRequest:
    tools = read_tools(fields)
    choice, parallel = read_choice(fields, tools)
    reasoning = read_reasoning(fields)
    tier = fields.text("service_tier")
    return msgspec.structs.replace(
        request,
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=parallel,
        response_format=read_format(fields),
        reasoning=reasoning,
        top_p=fields.number("top_p", most=1),
        top_k=fields.integer("top_k"),
        stop=_stop(fields),
        user=read_user(fields),
        service_tier=None if tier is None else _TIERS.get(tier, tier),
        cache=read_cache(fields),
        extra=kept({**_unnamed(fields), **betas}),
    )


def _stop(fields: Fields) -> tuple[str, ...]:
    found: list[str] = []
    for index, value in enumerate(fields.array("stop_sequences") or []):
        if not isinstance(value, str):
            raise WrongShape(f"stop_sequences.{index}", "Input should be a valid string")
        found.append(value)
    return tuple(found)


def _unnamed(fields: Fields) -> dict[str, object]:
    return {key: value for key, value in fields.rest().items() if value is not None and key != "stream"}


def _betas(headers: Headers) -> dict[str, object]:
    """The beta features the caller asks for, which its fields need wherever they go."""
    lines = [value for name, value in headers if name == "anthropic-beta"]
    betas = [beta.strip() for line in lines for beta in line.split(",")]
    found = [beta for beta in betas if beta]
    return {"betas": found} if found else {}


def _invalid(wrong: WrongShape) -> InvalidInput:
    return InvalidInput(str(wrong), param=wrong.path or None)
