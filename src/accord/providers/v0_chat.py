"""Conversations with v0's composite models. https://v0.app/docs/api/model."""

from accord.core.error import ModelNotFound, NotFound, Overloaded, ProviderError, QuotaExceeded, RateLimited
from accord.core.http import Reply
from accord.core.part import Audio, File, Image, Part
from accord.dialects.openai_chat import Encoding, ErrorWords, Json, Knobs, OpenAIChat
from accord.dialects.remote import MediaPart

KNOBS = Knobs(
    system="system",
    media_urls="refused",
    stream_usage="never",
    reasoning="never",
    json_schema="refuse",
    custom_tools="function",
    allowed_tools="filter",
    parallel_tool_calls="omit",
    tool_strict="omit",
    guarantee="unsaid",
    accepts=("model", "messages", "stream", "tools", "tool_choice"),
)
"""The documented body is `model`, `messages`, `stream`, `tools` and `tool_choice`, and no more."""

_SHORT_WAIT = 60.0
"""Seconds. Messages are limited by the day: a longer wait is for the next one, and nothing to repeat a call for."""


class V0Chat(OpenAIChat):
    """Chat completions of v0."""

    def part(self, part: Part, path: str, to: Encoding) -> Json | None:
        """Words and pictures."""
        if isinstance(part, Audio | File):
            to.losses.refuse(path, "the host takes words and pictures alone")
            return None
        return super().part(part, path, to)

    def goes_by_address(self, part: MediaPart) -> bool:
        """Pictures alone are worth fetching: nothing else has a place here."""
        return not isinstance(part, Image)

    def error_kind(self, status: int, words: ErrorWords) -> type[ProviderError]:
        """The day's messages are an allowance; all that is not found is a model."""
        found = super().error_kind(status, words)
        if found in (RateLimited, Overloaded) and ("daily" in words.text or "per day" in words.text):
            return QuotaExceeded
        if status == 403 and any(word in words.text for word in ("plan", "billing", "upgrade", "subscription")):
            return QuotaExceeded
        return ModelNotFound if found is NotFound else found

    def error(self, reply: Reply) -> ProviderError:
        """The failure. A limit that is lifted on another day is an allowance that is used up."""
        error = super().error(reply)
        wait = error.retry_after
        if not isinstance(error, RateLimited) or wait is None or wait <= _SHORT_WAIT:
            return error
        spent = QuotaExceeded(error.message, status=error.status, code=error.code, type=error.type, body=error.body)
        spent.retry_after = wait
        return self._named(spent, reply)
