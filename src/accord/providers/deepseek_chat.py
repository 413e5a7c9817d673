"""DeepSeek's chat completions. https://api-docs.deepseek.com/api/create-chat-completion.

Models think by default. Their thoughts come back with the assistant's turns as `reasoning_content`, without which a
request with tools is refused; an empty one is taken where the thoughts are lost. Prefixes and strict tools live on the
beta base alone, for which the codec names a path of its own.
"""

import re
from collections.abc import Sequence
from typing import ClassVar

from accord.core.json import as_array
from accord.core.loss import Losses
from accord.core.message import Message
from accord.core.option import OnUnsupported
from accord.core.part import Audio, File, Image, Part, Reasoning
from accord.core.request import ChatRequest
from accord.core.tool import HostedTool
from accord.dialects.codec import ChatExchange
from accord.dialects.openai_chat import Encoding, Json, Knobs, OpenAIChat
from accord.dialects.remote import MediaPart
from accord.providers.asked import functions_of, is_begun, sees
from accord.providers.deepseek_model import thinks
from accord.providers.said_something import said_something

KNOBS = Knobs(
    max_tokens="max_tokens",
    system="system",
    content="text",
    empty_content="empty",
    custom_tools="function",
    allowed_tools="filter",
    parallel_tool_calls="omit",
    json_schema="json_object",
    reasoning="thinking",
    reasoning_history="reasoning_content",
    refuses=("logit_bias", "service_tier", "metadata", "store", "verbosity", "prediction", "top_k", "audio"),
)
"""How DeepSeek departs from OpenAI's wire, as far as that is data. `max_completion_tokens` is ignored without a word."""

BETA_CHAT = "/beta/chat/completions"
_OLD_REASONERS = ("deepseek-reasoner", "deepseek-r1")
"""Models of the first generation, which want no thoughts back."""
_USER_ID = re.compile(r"[A-Za-z0-9_-]{1,512}")
_MOST_STOPS = 16


class DeepSeekChat(OpenAIChat):
    """Writes conversations for one of DeepSeek's models."""

    request_id_headers: ClassVar[tuple[str, ...]] = ("x-request-id", "x-deepseek-request-id")

    def encode(
        self, request: ChatRequest, *, stream: bool = False, on_unsupported: OnUnsupported = "error"
    ) -> ChatExchange:
        """Raises as the dialect does. An answer that says nothing at all is a failure of the provider's."""
        return said_something(super().encode(request, stream=stream, on_unsupported=on_unsupported), self.provider)

    def path(self, to: Encoding) -> str | None:
        """The beta base, for strict tools and for answers that continue what was begun."""
        return BETA_CHAT if is_begun(to.request) or all_strict(to.request) else None

    def messages(self, to: Encoding) -> list[Json]:
        """All messages; a beginning of the answer is marked as one."""
        written = super().messages(to)
        if is_begun(to.request):
            written[-1]["prefix"] = True
        return written

    def message(self, message: Message, path: str, to: Encoding) -> list[Json]:
        """The wire's messages for one, the assistant's with what it thought."""
        written = super().message(message, path, to)
        if message.role == "assistant" and self._wants_thoughts(to):
            for one in written:
                one.setdefault("reasoning_content", "")
        if message.role == "tool":
            for one in written:
                one.pop("name", None)
        return written

    def thoughts(self, parts: Sequence[Reasoning], path: str, to: Encoding) -> Json:
        """Reasoning of an earlier turn, which the first reasoning models do not take back."""
        if parts and self.model.startswith(_OLD_REASONERS):
            to.losses.advise(f"{path}.reasoning", "the model does not take reasoning back")
            return {}
        return super().thoughts(parts, path, to)

    def body(self, to: Encoding) -> Json:
        """The whole request; who asks is named once."""
        body = super().body(to)
        if "user_id" in body:
            body.pop("safety_identifier", None)
        return body

    def part(self, part: Part, path: str, to: Encoding) -> Json | None:
        """Text, and pictures for models that see them; an uploaded one is named by its file."""
        if isinstance(part, Image):
            if sees(self.facts) is False:
                to.losses.refuse(path, "the model sees no pictures")
                return None
            if part.source.file_id is not None:
                return {"type": "file", "file": {"file_id": part.source.file_id}}
        elif isinstance(part, Audio | File):
            to.losses.refuse(path, "the provider takes text and pictures")
            return None
        return super().part(part, path, to)

    def goes_by_address(self, part: MediaPart) -> bool:
        """What has no place in a message need not be fetched."""
        return not isinstance(part, Image) or sees(self.facts) is False or super().goes_by_address(part)

    def tools(self, to: Encoding) -> list[Json]:
        """All tools, which are functions: one of another kind has the whole request refused."""
        if not all_strict(to.request) and any(tool.strict for tool in functions_of(to.request)):
            to.losses.change("tools.strict", "it has an effect only where every tool is strict")
        written = super().tools(to)
        kept = [tool for tool in written if tool.get("type") == "function"]
        if len(kept) < len(written):
            to.losses.refuse("tools", "the provider knows only functions")
        return kept

    def fields(self, to: Encoding) -> Json:
        """All other fields, in DeepSeek's names."""
        fields = super().fields(to)
        _put_user(fields, to)
        _leave_out(fields, to.losses)
        return fields

    def _wants_thoughts(self, to: Encoding) -> bool:
        if self.model.startswith(_OLD_REASONERS):
            return False
        return thinks(to.request.reasoning, self.facts)


def all_strict(request: ChatRequest) -> bool:
    """Whether there are tools, and the model must keep to the schema of each."""
    known = [tool for tool in request.tools if not isinstance(tool, HostedTool)]
    functions = functions_of(request)
    return bool(known) and all(tool.strict for tool in functions) and len(functions) >= len(known)


def _put_user(fields: Json, to: Encoding) -> None:
    """The end user under the provider's own name, where it is one that can be sent."""
    user = fields.pop("user", None)
    extra = to.request.extra.get("openai_chat", {})
    named = extra.get("safety_identifier") if user is None else user
    if named is None:
        return
    if "user_id" in extra:
        to.losses.advise("user", "the request names its user as `user_id` already")
        return
    if isinstance(named, str) and _USER_ID.fullmatch(named):
        fields["user_id"] = named
    else:
        to.losses.advise("user", "the provider takes letters, digits, `_` and `-`, at most 512 of them")


def _leave_out(fields: Json, losses: Losses) -> None:
    """What the provider does not know, and ignores."""
    if fields.pop("n", 1) != 1:
        losses.refuse("n", "the provider gives one answer a call")
    if fields.pop("seed", None) is not None:
        losses.advise("seed", "the provider has no such field, and answers as it would without it")
    modalities = fields.pop("modalities", ["text"])
    if modalities != ["text"]:
        losses.refuse("modalities", "the provider answers in text alone")
    stops = as_array(fields.get("stop")) or []
    if len(stops) > _MOST_STOPS:
        losses.refuse("stop", f"the provider takes at most {_MOST_STOPS} sequences")
        fields["stop"] = stops[:_MOST_STOPS]
