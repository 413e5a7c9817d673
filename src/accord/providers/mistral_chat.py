"""Mistral's chat completions: near OpenAI's, and strict. https://docs.mistral.ai/api/endpoint/chat.

Any member it does not know is refused with 422, so that messages are written from an allow-list; reasoning stands among the
content as `thinking` chunks; ids of tool calls have nine characters; and turns have to follow each other in its order
(`mistral_turns.py`).
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import ClassVar

import msgspec

from accord.core.error import ModelNotFound, Overloaded, ProviderError, QuotaExceeded, RateLimited
from accord.core.http import Reply
from accord.core.json import JsonObject, as_object
from accord.core.message import Message
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.part import File, Opaque, Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest
from accord.core.usage import Usage
from accord.dialects.codec import ChatExchange
from accord.dialects.openai_chat import Encoding, ErrorWords, Json, Knobs, OpenAIChat
from accord.dialects.openai_chat.encode_part import mark, own, report_about
from accord.dialects.remote import MediaPart
from accord.providers.inline_schema import inlined
from accord.providers.mistral_fields import written_fields
from accord.providers.mistral_part import document, thinking_chunk
from accord.providers.mistral_prefix import continued
from accord.providers.mistral_turns import ordered
from accord.providers.mistral_usage import usage_of, wait_of
from accord.providers.strict import MESSAGE, strict_message

KNOBS = Knobs(
    max_tokens="max_tokens",
    system="system",
    empty_content="empty",
    stream_usage="never",
    custom_tools="function",
    allowed_tools="filter",
    accepts=(
        "model",
        "messages",
        "temperature",
        "top_p",
        "max_tokens",
        "stream",
        "stop",
        "random_seed",
        "metadata",
        "response_format",
        "tools",
        "tool_choice",
        "presence_penalty",
        "frequency_penalty",
        "n",
        "prediction",
        "parallel_tool_calls",
        "reasoning_effort",
        "prompt_mode",
        "guardrails",
        "prompt_cache_key",
        "service_tier",
        "safe_prompt",
        "min_tokens",
        "repetition_penalty",
        "top_k",
        "logprobs",
        "top_logprobs",
        "prompt_logprobs",
        "top_prompt_logprobs",
    ),
)
"""How Mistral departs from OpenAI's wire, as far as that is data. `accepts`: all it knows at the top level."""

_ALLOWED = {**MESSAGE, "assistant": MESSAGE["assistant"] | {"prefix"}, "tool": MESSAGE["tool"] | {"name"}}
_CALL_ID = re.compile(r"[a-zA-Z0-9]{9}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CODES: dict[str, type[ProviderError]] = {"1300": RateLimited, "1500": ModelNotFound, "3505": Overloaded}
_SPENT = re.compile(r"monthly|usage limit|spend")


class MistralChat(OpenAIChat):
    """Writes conversations for a model of Mistral's, or one it relays."""

    request_id_headers: ClassVar[tuple[str, ...]] = ("mistral-correlation-id", "x-kong-request-id")

    def __init__(
        self,
        *,
        model: str,
        facts: ModelFacts | None = None,
        provider: str = "mistral",
        knobs: Knobs | None = None,
        region: str | None = None,
    ) -> None:
        """`region`: where calls are processed, as far as it decides the price."""
        super().__init__(model=model, facts=facts, provider=provider, knobs=knobs or KNOBS)
        self._region = region

    def encode(
        self, request: ChatRequest, *, stream: bool = False, on_unsupported: OnUnsupported = "error"
    ) -> ChatExchange:
        """Raises as the dialect does. An answer that repeats the beginning it was given comes without it."""
        return continued(super().encode(request, stream=stream, on_unsupported=on_unsupported), request)

    def messages(self, to: Encoding) -> list[Json]:
        """All messages, in an order the model takes."""
        return ordered(super().messages(to), self.facts, to.losses)

    def message(self, message: Message, path: str, to: Encoding) -> list[Json]:
        """The wire's messages for one, with the members it knows."""
        written = (
            self._assistant(message, path, to) if message.role == "assistant" else super().message(message, path, to)
        )
        return [strict_message(one, path, to.losses, _ALLOWED) for one in written]

    def part(self, part: Part, path: str, to: Encoding) -> Json | None:
        """Documents are chunks of a kind of their own."""
        if isinstance(part, File) and (chunk := document(part)) is not None:
            report_about(part, path, to)
            mark(self, chunk, part.cache, path, to)
            for name in own(part.extra):
                to.losses.advise(f"{path}.{name}", "the host refuses members it does not know")
            return chunk
        return super().part(part, path, to)

    def goes_by_address(self, part: MediaPart) -> bool:
        """Documents may be given by address, too."""
        return isinstance(part, File) or super().goes_by_address(part)

    def result(self, result: ToolResult, path: str, to: Encoding) -> Json:
        """A tool's result, which may name the tool here."""
        written = super().result(result, path, to)
        return written if result.name is None else {**written, "name": result.name}

    def call_id(self, id: str) -> str:  # noqa: A002 - what it is
        """Nine letters and digits: the id itself where it has them, as Mistral's own have, else a digest of it."""
        if _CALL_ID.fullmatch(id):
            return id
        number = int.from_bytes(sha256(id.encode("utf-8", "surrogatepass")).digest())
        return "".join([_ALPHABET[number // 62**place % 62] for place in range(9)])

    def parameters(self, schema: JsonObject | None) -> JsonObject | None:
        """A tool always says its parameters here; relayed GLM models cannot follow references in them."""
        said: JsonObject = schema or {"type": "object", "properties": {}}
        return inlined(said) if self.model.startswith("zai-glm") else said

    def tool_choice(self, to: Encoding) -> object:
        """`any` is Mistral's word for a call that must be made."""
        choice = super().tool_choice(to)
        return "any" if choice == "required" else choice

    def fields(self, to: Encoding) -> Json:
        """All other fields, in Mistral's names and ranges."""
        return written_fields(super().fields(to), self.facts, self.model, to.losses)

    def usage(self, raw: JsonObject, service_tier: str | None) -> Usage:
        """Token counts, sound included in the input."""
        usage = usage_of(super().usage(raw, service_tier), raw)
        return usage if self._region is None else msgspec.structs.replace(usage, region=self._region)

    def content(self, items: Sequence[object]) -> list[Part]:
        """The parts, with the signature of the thinking where it has one."""
        parts = super().content(items)
        proofs = [proof for item in items if isinstance(proof := (as_object(item) or {}).get("signature"), str)]
        for place, part in enumerate(parts):
            if isinstance(part, Reasoning) and proofs:
                parts[place] = msgspec.structs.replace(part, signature=proofs[-1])
        return parts

    def error_kind(self, status: int, words: ErrorWords) -> type[ProviderError]:
        """Mistral's own codes: an unknown model is a 400, and a lack of capacity a 429."""
        found = _CODES.get(words.code or "")
        if found is None:
            found = super().error_kind(status, words)
        return QuotaExceeded if found is RateLimited and _SPENT.search(words.text) else found

    def error(self, reply: Reply) -> ProviderError:
        """The failure; where a limit of the minute is used up and no wait is named, the rest of the minute."""
        error = super().error(reply)
        if isinstance(error, RateLimited) and error.retry_after is None:
            error.retry_after = wait_of(reply.headers)
        return error

    def _assistant(self, message: Message, path: str, to: Encoding) -> list[Json]:
        """An assistant's turn. One that says nothing is refused, and left out."""
        content = [chunk for chunk in self._chunks(message, path, to) if chunk is not None]
        calls = [self.call(call, to) for call in message.tool_calls]
        extra = dict(message.extra.get("openai_chat", {}))
        if not content and not calls:
            to.losses.advise(path, "a turn that says nothing is not taken")
            return []
        text = content[0]["text"] if len(content) == 1 and content[0].keys() == {"type", "text"} else None
        written: Json = {"role": "assistant", "content": (content if text is None else text) or ""}
        if calls:
            written["tool_calls"] = calls
        return [{**written, **extra, **({"name": message.name} if message.name else {})}]

    def _chunks(self, message: Message, path: str, to: Encoding) -> list[Json | None]:
        chunks: list[Json | None] = []
        for index, part in enumerate(message.parts):
            place = f"{path}.parts[{index}]"
            match part:
                case Reasoning():
                    chunks.append(self._thinking(part, place, to))
                case Text() | Refusal() | File() | Opaque():
                    chunks.append(self.part(part, place, to))
                case ToolCall():
                    pass
                case _:
                    to.losses.refuse(place, "the assistant's turns hold text alone")
        return chunks

    def _thinking(self, part: Reasoning, path: str, to: Encoding) -> Json | None:
        """Reasoning of an earlier turn, which models that reason want back."""
        if self.facts is None or not self.facts.reasoning:
            to.losses.advise(path, "the model does not take reasoning back")
            return None
        chunk = thinking_chunk(part)
        if chunk is None:
            to.losses.advise(path, "its text is not known, only a form that another provider can read")
        return chunk
