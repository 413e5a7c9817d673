"""Moonshot's chat completions. https://platform.kimi.ai/docs.

Thinking models refuse an earlier turn with tool calls that comes without its `reasoning_content`; an empty one is taken.
Pictures and videos are data, or files uploaded before (`ms://<id>`); the provider fetches nothing.
"""

import re
from typing import ClassVar

import msgspec

from accord.core.error import Authentication, Permission, ProviderError, QuotaExceeded, RateLimited
from accord.core.http import Reply
from accord.core.json import JsonObject, as_array, as_object
from accord.core.message import Message
from accord.core.model import ModelFacts
from accord.core.part import Audio, File, Image, Part
from accord.core.tool import CustomTool, FunctionTool
from accord.dialects.openai_chat import Encoding, ErrorWords, Json, Knobs, OpenAIChat
from accord.dialects.remote import MediaPart
from accord.providers.asked import is_begun, is_off, sees
from accord.providers.moonshot_model import Thinking, thinking_of
from accord.providers.moonshot_schema import moonshot_schema

_KNOBS = Knobs(
    system="system",
    empty_content="omit",
    custom_tools="function",
    tool_choice="unforced",
    allowed_tools="filter",
    parallel_tool_calls="omit",
    reasoning_history="reasoning_content",
    call_ids="as_given",
    media_urls="refused",
    refuses=("logit_bias", "store", "metadata", "service_tier", "verbosity", "top_k", "audio", "web_search_options"),
)
_STEERED: dict[Thinking, Knobs] = {
    "never": msgspec.structs.replace(_KNOBS, reasoning="never", reasoning_history="never"),
    "always": msgspec.structs.replace(_KNOBS, reasoning="never"),
    "switched": msgspec.structs.replace(_KNOBS, reasoning="thinking"),
    "by_effort": _KNOBS,
}
_MOST_TOOLS = 128
_EMPTY = {"type": "text", "text": ""}
_SPENT = re.compile(r"balance|usage limit|usage cycle|billing cycle|quota|membership")
_PLAN_LIMIT = 1200.0
"""Seconds until a limit of a Kimi Code plan has passed, which its answers do not tell: about 20 minutes."""
_TWO_PLATFORMS = "keys of api.moonshot.ai and of api.moonshot.cn are not valid at each other"


def knobs_of(model: str) -> Knobs:
    """How the host departs from OpenAI's wire for `model`, as far as that is data."""
    knobs = _STEERED[thinking_of(model)]
    sees = model.startswith("kimi-") or "vision" in model
    return knobs if sees else msgspec.structs.replace(knobs, content="text")


class MoonshotChat(OpenAIChat):
    """Writes conversations for one of Moonshot's models."""

    request_id_headers: ClassVar[tuple[str, ...]] = ("x-trace-id", "x-request-id")

    def __init__(
        self,
        *,
        model: str,
        facts: ModelFacts | None = None,
        provider: str = "moonshot",
        knobs: Knobs | None = None,
    ) -> None:
        super().__init__(model=model, facts=facts, provider=provider, knobs=knobs or knobs_of(model))

    def messages(self, to: Encoding) -> list[Json]:
        """All messages; a beginning of the answer is marked as one (partial mode)."""
        written = super().messages(to)
        if is_begun(to.request):
            written[-1]["partial"] = True
        return written

    def message(self, message: Message, path: str, to: Encoding) -> list[Json]:
        """The wire's messages for one, without empty texts, and with the thoughts that led to its calls."""
        written = super().message(message, path, to)
        for one in written:
            content = as_array(one.get("content"))
            if content is not None:
                one["content"] = [part for part in content if part != _EMPTY] or ""
            if one.get("tool_calls"):
                if not one.get("content"):
                    one.pop("content", None)
                if self._thinks(to):
                    one.setdefault("reasoning_content", "")
        return written

    def part(self, part: Part, path: str, to: Encoding) -> Json | None:
        """Text, pictures and videos; nothing else has a place."""
        if isinstance(part, Audio) or (isinstance(part, File) and not _is_video(part)):
            to.losses.refuse(path, "the provider takes text, pictures and videos")
            return None
        if isinstance(part, Image | File) and sees(self.facts) is False:
            to.losses.refuse(path, "the model sees neither pictures nor videos")
            return None
        if isinstance(part, Image | File) and part.source.file_id is not None:
            source = msgspec.structs.replace(part.source, file_id=None, url=f"ms://{part.source.file_id}")
            part = msgspec.structs.replace(part, source=source)
        return super().part(part, path, to)

    def goes_by_address(self, part: MediaPart) -> bool:
        """What has no place in a message need not be fetched."""
        if isinstance(part, Audio) or (isinstance(part, File) and not _is_video(part)):
            return True
        return super().goes_by_address(part)

    def tools(self, to: Encoding) -> list[Json]:
        """All tools, as many as are taken."""
        written = super().tools(to)
        if len(written) > _MOST_TOOLS:
            to.losses.refuse("tools", f"the provider takes at most {_MOST_TOOLS}")
        return written[:_MOST_TOOLS]

    def tool(self, tool: FunctionTool | CustomTool, namespace: str | None, path: str, to: Encoding) -> Json | None:
        """One tool."""
        if tool.name.startswith("$"):
            to.losses.refuse(f"{path}.name", "names that begin with $ are those of the provider's own tools")
            return None
        written = super().tool(tool, namespace, path, to)
        function = as_object(written.get("function")) if written is not None else None
        if function is not None and function.get("strict"):
            to.losses.change(f"{path}.strict", "the provider takes it and does not hold the model to it")
        return written

    def parameters(self, schema: JsonObject | None) -> JsonObject | None:
        """The schema of a tool's arguments in the provider's subset."""
        return None if schema is None else moonshot_schema(schema)

    def response_format(self, to: Encoding) -> Json | None:
        """The form of the answer, its schema in the provider's subset."""
        form = super().response_format(to)
        described = as_object(form.get("json_schema")) if form is not None else None
        schema = as_object(described.get("schema")) if described is not None else None
        if form is None or described is None or schema is None:
            return form
        return {**form, "json_schema": {**described, "schema": moonshot_schema(schema)}}

    def fields(self, to: Encoding) -> Json:
        """All other fields; the end user under the newer name."""
        fields = super().fields(to)
        user = fields.pop("user", None)
        if user is not None:
            fields["safety_identifier"] = user
        if fields.pop("seed", None) is not None:
            to.losses.advise("seed", "the provider has no such field, and answers as it would without it")
        if fields.pop("modalities", ["text"]) != ["text"]:
            to.losses.refuse("modalities", "the provider answers in text alone")
        return fields

    def error_kind(self, status: int, words: ErrorWords) -> type[ProviderError]:
        """A 403 may be a lack of money; an overloaded engine may be the limit of a plan."""
        found = super().error_kind(status, words)
        if found is Permission and _SPENT.search(words.text):
            return QuotaExceeded
        return RateLimited if _is_plan_limit(words) else found

    def error(self, reply: Reply) -> ProviderError:
        """The failure, with the wait of a plan's limit, and a hint where the key may belong to the other platform."""
        error = super().error(reply)
        if isinstance(error, RateLimited) and error.type == "rate_limit_error" and error.retry_after is None:
            error.retry_after = _PLAN_LIMIT
        if isinstance(error, Authentication):
            error.message = f"{error.message} ({_TWO_PLATFORMS})"
            error.args = (error.message,)
        return error

    def _thinks(self, to: Encoding) -> bool:
        kind = thinking_of(self.model)
        return kind in ("always", "by_effort") or (kind == "switched" and not is_off(to.request.reasoning))


def _is_video(part: File) -> bool:
    return (part.source.media_type or "").startswith("video/")


def _is_plan_limit(words: ErrorWords) -> bool:
    return words.type == "rate_limit_error" and "overloaded" in words.text
