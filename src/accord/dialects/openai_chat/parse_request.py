"""A caller's request, read. https://developers.openai.com/api/reference/resources/chat/completions/create.

Types and required members are checked as OpenAI checks them; ranges and the support of a model are for the provider to
judge. Members without a name are kept, and go on to hosts of the same wire.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from accord.core.error import InvalidInput
from accord.core.http import Headers
from accord.core.json import NotJson, members, read
from accord.core.message import Message
from accord.core.request import ChatRequest
from accord.core.tool import HostedTool, Tool, ToolChoice
from accord.dialects.openai_chat import fault, parse_field, parse_tool
from accord.dialects.openai_chat.decode import own_extra
from accord.dialects.openai_chat.encode_tool import WEB_SEARCH
from accord.dialects.openai_chat.fault import Fault
from accord.dialects.openai_chat.inbound import ChatInbound
from accord.dialects.openai_chat.parse_message import messages_in
from accord.dialects.openai_chat.parse_part import Block
from accord.dialects.openai_chat.parse_rest import keep_rest
from accord.dialects.openai_chat.parse_spoken import spoken_in

T = TypeVar("T")
V = TypeVar("V")


class _Plain(msgspec.Struct, gc=False):
    """The members that are single values."""

    model: str
    stream: bool | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    parallel_tool_calls: bool | None = None
    temperature: int | float | None = None
    top_p: int | float | None = None
    top_k: int | None = None
    n: int | None = None
    seed: int | None = None
    presence_penalty: int | float | None = None
    frequency_penalty: int | float | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    user: str | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None


_plain = msgspec.json.Decoder(_Plain)
_anything = msgspec.json.Decoder()

_WORDS = frozenset({"model", "messages", "stream", "max_completion_tokens", "max_tokens", "temperature", "top_p"})
"""The members of a request for words: see `_of_words`."""
_STRUCTURED = frozenset(
    {
        "audio",
        "cache_control",
        "enable_thinking",
        "function_call",
        "functions",
        "logit_bias",
        "messages",
        "metadata",
        "modalities",
        "prediction",
        "reasoning",
        "reasoning_effort",
        "response_format",
        "stop",
        "stream_options",
        "thinking",
        "thinking_budget",
        "tool_choice",
        "tools",
        "verbosity",
        WEB_SEARCH,
    }
)
_USUAL = frozenset({"messages", "tools", "stream_options"})
# The newer name of `user` goes back as it came, beside the neutral one.
_NAMED = _STRUCTURED | (frozenset(_Plain.__struct_fields__) - {"safety_identifier"})


def parse(body: bytes, headers: Headers, *, received_at: int = 0) -> ChatInbound:
    """What a caller asks. `received_at` is when, in Unix seconds: answers of providers that tell no time are dated so.

    Raises `InvalidInput` with the path of the field at fault.
    """
    del headers
    try:
        found = members(body)
        plain = read(_plain, body)
        spoken = spoken_in(found["messages"]) if "messages" in found else ()
        if spoken and found.keys() <= _WORDS:
            return _of_words(plain, spoken, body, received_at)
        if spoken:
            del found["messages"]
        structured = {key: read(_anything, raw) for key, raw in found.items() if key in _STRUCTURED}
        extra = {
            key: value
            for key, raw in found.items()
            if key not in _NAMED and (value := read(_anything, raw)) is not None
        }
    except NotJson as error:
        raise _not_json(error) from None
    reading = _Reading(plain, spoken, structured, extra)
    try:
        return reading.inbound(body, received_at)
    except Fault as error:
        raise error.as_input() from None


def _of_words(plain: _Plain, spoken: tuple[Message, ...], body: bytes, received_at: int) -> ChatInbound:
    """A request for words, which most are: nothing is asked beside a limit and how freely to choose them.

    Takes 47 in place of 76 thousand processor instructions (1 KB in two messages).
    """
    newer, older = plain.max_completion_tokens, plain.max_tokens
    return ChatInbound(
        request=ChatRequest(
            model=plain.model,
            messages=spoken,
            max_output_tokens=older if newer is None else newer,
            temperature=plain.temperature,
            top_p=plain.top_p,
        ),
        body=body,
        stream=plain.stream or False,
        old_limit=older if newer is None else None,
        received_at=received_at,
    )


class _Reading:
    """One request being read."""

    __slots__ = ("_body", "_extra", "_plain", "_spoken")

    def __init__(self, plain: _Plain, spoken: tuple[Message, ...], structured: Block, extra: Block) -> None:
        """`spoken`: the messages, where they are read already; else they are in `structured`."""
        self._plain = plain
        self._spoken = spoken
        self._body = structured
        self._extra = extra

    def inbound(self, raw: bytes, received_at: int) -> ChatInbound:
        """The request with what its answer depends on. Raises `Fault`."""
        plain = self._plain
        options = parse_field.stream_options_in(self._body) if "stream_options" in self._body else {}
        beside_usage = {key: value for key, value in options.items() if key != "include_usage"}
        if beside_usage:
            self._extra["stream_options"] = beside_usage
        return ChatInbound(
            request=self._request(),
            body=raw,
            stream=plain.stream or False,
            stream_options=options,
            speaks_of_functions=self._body.get("functions") is not None,
            old_limit=plain.max_tokens if plain.max_completion_tokens is None else None,
            received_at=received_at,
        )

    def _request(self) -> ChatRequest:
        body, plain = self._body, self._plain
        limit = plain.max_completion_tokens
        request = ChatRequest(
            model=plain.model,
            messages=self._spoken or self._messages(),
            tools=self._tools(),
            parallel_tool_calls=plain.parallel_tool_calls,
            max_output_tokens=plain.max_tokens if limit is None else limit,
            temperature=plain.temperature,
            top_p=plain.top_p,
            top_k=plain.top_k,
            n=plain.n,
            seed=plain.seed,
            presence_penalty=plain.presence_penalty,
            frequency_penalty=plain.frequency_penalty,
            logprobs=plain.logprobs,
            top_logprobs=plain.top_logprobs,
            user=plain.safety_identifier if plain.user is None else plain.user,
            service_tier=plain.service_tier,
            store=plain.store,
            cache_key=plain.prompt_cache_key,
            cache_retention=plain.prompt_cache_retention,
            extra=own_extra(self._extra),
        )
        # Most requests are words and numbers; the other fields are looked for only where there are any.
        return request if body.keys() <= _USUAL else self._with_structured(request)

    def _with_structured(self, request: ChatRequest) -> ChatRequest:
        body, extra = self._body, self._extra
        form = fault.optional_object(body, "response_format")
        response_format = None if form is None else parse_field.format_in(form, extra)
        # The readers add to `extra` what they have no neutral word for, so the request takes it last.
        found = msgspec.structs.replace(
            request,
            tool_choice=self._choice(),
            response_format=response_format,
            reasoning=parse_field.reasoning_in(body, extra),
            verbosity=parse_field.verbosity_in(body, extra),
            stop=parse_field.stop_in(body),
            logit_bias=parse_field.logit_bias_in(body),
            modalities=parse_field.modalities_in(body),
            audio=parse_field.audio_in(body, extra),
            prediction=parse_field.prediction_in(body),
            metadata=parse_field.metadata_in(body, extra),
            cache=parse_field.cache_in(body),
        )
        keep_rest(body, extra)
        return msgspec.structs.replace(found, extra=own_extra(extra))

    def _messages(self) -> tuple[Message, ...]:
        items = fault.optional_array(self._body, "messages")
        if items is None:
            raise Fault("is missing", "messages")
        return _within("messages", messages_in, items)

    def _tools(self) -> tuple[Tool, ...]:
        body = self._body
        if body.keys() <= {"messages"}:
            return ()
        tools = _within("tools", parse_tool.tools_in, fault.optional_array(body, "tools") or [])
        functions = fault.optional_array(body, "functions")
        if functions is not None:
            tools += _within("functions", parse_tool.functions_in, functions)
        search = fault.optional_object(body, WEB_SEARCH)
        if search is not None:
            tools += (HostedTool(dialect="openai_chat", raw={"type": "web_search", WEB_SEARCH: search}),)
        return tools

    def _choice(self) -> ToolChoice | None:
        body = self._body
        choice = _within("tool_choice", parse_tool.choice_in, body.get("tool_choice"))
        if choice is not None:
            return choice
        return _within("function_call", parse_tool.function_choice_in, body.get("function_call"))


def _within(place: str, reader: Callable[[V], T], value: V) -> T:
    try:
        return reader(value)
    except Fault as error:
        raise error.within(place) from None


def _not_json(error: NotJson) -> InvalidInput:
    """The place stands after the reason after the reason: `... - at `$.messages``."""
    reason, _, place = str(error).partition(" - at `$")
    param = place.strip("`").removeprefix(".")
    if not param and reason.startswith("Object missing required field"):
        reason, param = "is missing", reason.split("`")[1]
    where = f"`{param}`: " if param else "the body cannot be read: "
    return InvalidInput(where + reason, param=param or None)
