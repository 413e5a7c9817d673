"""OpenAI chat completions, for any host that speaks them.

https://developers.openai.com/api/reference/resources/chat. Every step of writing a request and reading an answer is a method,
so that a provider's own file can replace one of them for a host with a quirk no knob describes.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import ClassVar

from accord.core.dialect import Dialect
from accord.core.error import Malformed, ProviderError
from accord.core.finish import Finish
from accord.core.http import Draft, Reply, header
from accord.core.json import JsonObject, as_object, dumps
from accord.core.loss import Losses
from accord.core.message import Message
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.part import Part, Reasoning, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest
from accord.core.tool import CustomTool, FunctionTool
from accord.core.usage import Usage
from accord.dialects import openai_chat
from accord.dialects.codec import ChatExchange, Inbound
from accord.dialects.openai_chat import encode_field, encode_message, encode_reasoning, encode_tool, read_part
from accord.dialects.openai_chat.encode_part import goes_by_address, overlaid, own, written_part
from accord.dialects.openai_chat.encoding import Encoding, Json
from accord.dialects.openai_chat.error import error_kind, is_hopeless
from accord.dialects.openai_chat.error_body import ErrorWords, words_in, words_in_body
from accord.dialects.openai_chat.exchange import EncodedExchange
from accord.dialects.openai_chat.finish import finish_of
from accord.dialects.openai_chat.knobs import Knobs
from accord.dialects.openai_chat.parse_rest import beside_written
from accord.dialects.openai_chat.retry_after import retry_after
from accord.dialects.openai_chat.usage import usage_of
from accord.dialects.remote import MediaPart, Remote, unread

_LONGEST_CALL_ID = 40


class OpenAIChat:
    """Writes conversations for one model, and reads the answers.

    A subclass is not forwarded to (its callers' bytes are re-encoded), unless it says `class Host(OpenAIChat, forwards=True)`
    because it replaces nothing that changes a request.
    """

    request_id_headers: ClassVar[tuple[str, ...]] = ("x-request-id",)
    """The headers that may hold the host's id of a request, the likeliest first."""
    writes_words_plainly: ClassVar[bool] = True
    """Whether a message of words goes out as they are: no stage that writes messages is replaced."""
    _forwards: ClassVar[bool] = True

    def __init_subclass__(cls, *, forwards: bool = False) -> None:
        super().__init_subclass__()
        cls._forwards = forwards
        stages = (cls.message, cls.part, cls.thoughts)
        cls.writes_words_plainly = stages == (OpenAIChat.message, OpenAIChat.part, OpenAIChat.thoughts)

    def __init__(
        self, *, model: str, facts: ModelFacts | None = None, provider: str = "openai", knobs: Knobs | None = None
    ) -> None:
        self.model = model
        self.facts = facts
        self.provider = provider
        self.knobs: Knobs = knobs if knobs is not None else Knobs()
        self._forwardable: bool = self.knobs.forwardable

    @property
    def dialect(self) -> Dialect:
        """`openai_chat`."""
        return "openai_chat"

    def encode(
        self, request: ChatRequest, *, stream: bool = False, on_unsupported: OnUnsupported = "error"
    ) -> ChatExchange:
        """Raises `Unsupported` for what the host cannot do, `InvalidInput` for what JSON has no form for."""
        to = Encoding(request, Losses(self.provider, self.model, on_unsupported), stream=stream)
        body = dumps(self.body(to))
        draft = Draft(
            operation="chat",
            dialect=self.dialect,
            model=self.model,
            body=body,
            stream=stream,
            path=self.path(to),
        )
        return EncodedExchange(self, draft, to.losses.warnings, to.names)

    def needs_fetch(self, request: ChatRequest) -> tuple[Remote, ...]:
        """What the host does not fetch, or only takes as data."""
        return unread(request, self.goes_by_address)

    def forward(self, inbound: Inbound) -> ChatExchange | None:
        """The caller's bytes with a short list of edits; `None` where more has to change than those."""
        if not self._forwards or not self._forwardable:
            return None
        return openai_chat.forwarded_exchange(self, inbound)

    # Stages of writing.

    def path(self, to: Encoding) -> str | None:
        """Where the request goes, for hosts that take some elsewhere than others; `None` is the usual place."""
        del to
        return None

    def body(self, to: Encoding) -> Json:
        """The whole request, in OpenAI's order."""
        tools = self.tools(to)
        told = [] if to.request.response_format is None else encode_field.schema_instruction(self, to)
        body: Json = {"model": self.model, "messages": told + self.messages(to)}
        if tools:
            body["tools"] = tools
            body.update(self._about_tools(to))
        else:
            encode_tool.report_choice_without_tools(to)
        form = self.response_format(to)
        if form is not None:
            body["response_format"] = form
        body.update(self.reasoning(to))
        body.update(self.fields(to))
        if to.request.tools:
            body.update(encode_tool.web_search(to))
        if to.request.extra:
            body = overlaid(body, beside_written(own(to.request.extra), body))
        self._mark_whole(body, to)
        encode_field.report_unsaid(to)
        self._put_stream(body, to)
        return encode_field.without_refused(self, body, to)

    def messages(self, to: Encoding) -> list[Json]:
        """All messages."""
        return encode_message.written_messages(self, to)

    def message(self, message: Message, path: str, to: Encoding) -> list[Json]:
        """The wire's messages for one of Accord's."""
        return encode_message.written_message(self, message, path, to)

    def part(self, part: Part, path: str, to: Encoding) -> Json | None:
        """One element of a message's content; `None` where it had to be left out."""
        return written_part(self, part, path, to)

    def goes_by_address(self, part: MediaPart) -> bool:
        """Whether fetching would change nothing: the host reads the part's address itself, or has no place for it."""
        return goes_by_address(self, part)

    def call(self, call: ToolCall, to: Encoding) -> Json:
        """One tool call of an earlier turn."""
        return encode_message.written_call(self, call, to)

    def result(self, result: ToolResult, path: str, to: Encoding) -> Json:
        """The message of one tool result."""
        return encode_message.written_result(self, result, path, to)

    def thoughts(self, parts: Sequence[Reasoning], path: str, to: Encoding) -> Json:
        """The fields of an assistant's message that hold the reasoning of that turn."""
        return encode_reasoning.written_thoughts(self, parts, path, to)

    def call_id(self, id: str) -> str:  # noqa: A002 - what it is
        """The id of a tool call as the host takes it: always the same for the same id."""
        if self.knobs.call_ids == "as_given" or len(id) <= _LONGEST_CALL_ID:
            return id
        return "call_" + sha256(id.encode("utf-8", "surrogatepass")).hexdigest()[:24]

    def tools(self, to: Encoding) -> list[Json]:
        """All tools."""
        return encode_tool.written_tools(self, to)

    def tool(self, tool: FunctionTool | CustomTool, namespace: str | None, path: str, to: Encoding) -> Json | None:
        """One tool; `None` where it had to be left out."""
        return encode_tool.written_tool(self, tool, namespace, path, to)

    def parameters(self, schema: JsonObject | None) -> JsonObject | None:
        """The schema of a tool's arguments, `None` where it has none."""
        return schema

    def tool_choice(self, to: Encoding) -> object:
        """The choice among tools; `None` leaves it to the host."""
        return encode_tool.written_choice(self, to)

    def response_format(self, to: Encoding) -> Json | None:
        """The form of the answer; `None` is free text."""
        return encode_field.written_format(self, to)

    def reasoning(self, to: Encoding) -> Json:
        """The fields that say how much to think."""
        return encode_reasoning.written_reasoning(self, to)

    def fields(self, to: Encoding) -> Json:
        """All other fields."""
        return encode_field.written_fields(self, to)

    # Stages of reading.

    def finish(self, raw: str, *, calls: bool) -> Finish:
        """What a finish reason means; `calls`: the choice holds tool calls."""
        return finish_of(raw, calls=calls)

    def usage(self, raw: JsonObject, service_tier: str | None) -> Usage:
        """Token counts. `service_tier` is the one the answer names, if any."""
        return usage_of(raw, service_tier)

    def content(self, items: Sequence[object]) -> list[Part]:
        """The parts in content that is a list; neighbouring texts are one."""
        parts: list[Part] = []
        for item in items:
            part = read_part.content_part(item)
            last = parts[-1] if parts else None
            match part, last:
                case None, _:
                    continue
                case (Text(text=more), Text(text=before)):
                    parts[-1] = Text(text=before + more)
                case (Reasoning(text=more), Reasoning(text=before)):
                    parts[-1] = Reasoning(text=before + more, owner="openai_chat")
                case _:
                    parts.append(part)
        return parts

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply tells of. Never raises; unknown bodies keep their text."""
        return self._error(reply, words_in_body(reply.body), reply.status)

    def error_kind(self, status: int, words: ErrorWords) -> type[ProviderError]:
        """The class of a failure."""
        return error_kind(status, words)

    def failure(self, reply: Reply, body: JsonObject) -> ProviderError:
        """The failure in a 2xx reply, whole or within a stream; `Malformed` where it has no words for one."""
        words = words_in(body)
        if not body.get("error") and not words.message:
            return self._named(Malformed("the answer holds no choices", status=reply.status, body=reply.body), reply)
        return self._error(reply, words, words.status or reply.status)

    def broken(self, kind: type[ProviderError], reason: str, reply: Reply) -> ProviderError:
        """The failure that a finish reason tells of."""
        message = f"the provider ended the answer with {reason!r}"
        return self._named(kind(message, status=reply.status, code=reason, body=reply.body), reply)

    def _error(self, reply: Reply, words: ErrorWords, status: int) -> ProviderError:
        kind = self.error_kind(status, words)
        error = kind(
            words.message or f"the provider answered with status {status}",
            status=reply.status,
            code=words.code,
            type=words.type,
            param=words.param,
            body=reply.body,
            retry_after=retry_after(reply.headers, words.message),
            retryable=self._retryable(reply, words),
        )
        return self._named(error, reply)

    def _retryable(self, reply: Reply, words: ErrorWords) -> bool | None:
        """The host's own word on it, or that of a request above a limit; `None` leaves it to the class."""
        said = reply.header("x-should-retry")
        if said in ("true", "false"):
            return said == "true"
        return False if is_hopeless(words) else None

    def _named(self, error: ProviderError, reply: Reply) -> ProviderError:
        error.provider = self.provider
        error.model = self.model
        error.request_id = next(
            (found for name in self.request_id_headers if (found := header(reply.headers, name))), None
        )
        return error

    def _about_tools(self, to: Encoding) -> Json:
        request = to.request
        fields: Json = {}
        choice = self.tool_choice(to)
        if choice is not None:
            fields["tool_choice"] = choice
        if request.parallel_tool_calls is not None:
            if self.knobs.parallel_tool_calls == "send":
                fields["parallel_tool_calls"] = request.parallel_tool_calls
            elif request.parallel_tool_calls:
                to.losses.advise("parallel_tool_calls", "the host decides by itself")
            else:
                to.losses.refuse("parallel_tool_calls", "the host cannot be held to one call at a time")
        return fields

    def _mark_whole(self, body: Json, to: Encoding) -> None:
        cache = to.request.cache
        if cache is None or "cache_control" in body:
            return
        if self.knobs.cache_marks == "cache_control":
            body["cache_control"] = (
                {"type": "ephemeral"} if cache.ttl is None else {"type": "ephemeral", "ttl": cache.ttl}
            )
        else:
            to.losses.advise("cache", "the host caches by itself and takes no marks")

    def _put_stream(self, body: Json, to: Encoding) -> None:
        options = as_object(body.pop("stream_options", None)) or {}
        if not to.stream:
            return
        body["stream"] = True
        if self.knobs.stream_usage == "ask":
            body["stream_options"] = {**options, "include_usage": True}
        elif options:
            to.losses.advise("stream_options", "the host does not take it")
