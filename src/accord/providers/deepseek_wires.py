"""DeepSeek's two other wires: Responses, which is stateless, and Anthropic's Messages.

https://api-docs.deepseek.com/guides/anthropic_api. Failures are those of chat completions, whichever the wire.
"""

from collections.abc import Mapping

import msgspec

from accord.core.error import ProviderError
from accord.core.http import Reply
from accord.core.json import JsonObject, as_array, as_object
from accord.core.loss import Losses
from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages import AnthropicMessages
from accord.dialects.anthropic_messages import Knobs as MessagesKnobs
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.write_media import Block
from accord.dialects.openai_responses import Knobs as ResponsesKnobs
from accord.dialects.openai_responses import OpenAIResponses
from accord.dialects.openai_responses.wire import Item
from accord.providers.asked import is_off
from accord.providers.deepseek_chat import DeepSeekChat

RESPONSES = ResponsesKnobs(
    instructions_role="system",
    calls="together",
    item_ids="omit",
    foreign_reasoning="content",
    store="omit",
    encrypted_reasoning="never",
    smallest_output=1,
    refuses=("previous_response_id", "background", "conversation"),
)
"""Nothing is stored, so that ids mean nothing; reasoning is plain text; nothing may stand between the calls of a turn."""

MESSAGES = MessagesKnobs(betas="none", account_fields="refused")
_OFF: Mapping[str, str] = {"type": "disabled"}
_NOT_TAKEN = ("container", "context_management", "mcp_servers")


class DeepSeekResponses(OpenAIResponses):
    """Responses on DeepSeek."""

    def reasoning(self, request: ChatRequest, losses: Losses) -> Item:
        """How much to think; it is switched off by DeepSeek's own field, for which OpenAI has an effort."""
        config = request.reasoning
        if config is None:
            return super().reasoning(request, losses)
        if is_off(config):
            return {"thinking": dict(_OFF)}
        plain = msgspec.structs.replace(config, encrypted=None)
        return super().reasoning(msgspec.structs.replace(request, reasoning=plain), losses)

    def error(self, reply: Reply) -> ProviderError:
        """The failure, as chat completions of the same host tell of it."""
        return DeepSeekChat(model=self.model, provider=self.provider).error(reply)


class DeepSeekMessages(AnthropicMessages):
    """Messages on DeepSeek."""

    def reasoning(self, translation: Translation) -> JsonObject:
        """`thinking` without a budget, and `output_config.effort`."""
        config = translation.request.reasoning
        if config is None:
            return {}
        if is_off(config):
            translation.thinking = "disabled"
            return {"thinking": dict(_OFF)}
        written: Block = {}
        if config.visible is False:
            translation.losses.advise("reasoning.visible", "the provider shows what the model thinks")
        if config.mode is not None or (config.effort is not None and not config.effort_only):
            translation.thinking = "enabled"
            written["thinking"] = {"type": "enabled"}
        if config.effort is not None:
            written["output_config"] = {"effort": config.effort}
        return written

    def tools(self, translation: Translation) -> Block:
        """The tools, without the `type` that is refused here."""
        written = super().tools(translation)
        for item in as_array(written.get("tools")) or []:
            tool = as_object(item)
            if tool is not None and tool.get("type") == "custom":
                del tool["type"]
        return written

    def unnamed(self, translation: Translation, body: Block) -> None:
        """The request's own unnamed fields, but for those that are refused here."""
        super().unnamed(translation, body)
        for field in _NOT_TAKEN:
            if body.pop(field, None) is not None:
                translation.losses.advise(field, "the provider does not take it")

    def error(self, reply: Reply) -> ProviderError:
        """The failure, as chat completions of the same host tell of it."""
        return DeepSeekChat(model=self.model, provider=self.provider).error(reply)
