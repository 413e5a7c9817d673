"""The caller's own bytes, sent on: where both sides speak this wire and nothing has to be said differently.

What goes upstream is the caller's body with the model replaced and its `anthropic-*` headers, betas among them: new
features of Anthropic's own clients work before Accord has heard of them, and prompts stay cached to the letter.
https://code.claude.com/docs/en/llm-gateway
"""

from typing import TYPE_CHECKING

from accord.core.http import Draft, Headers
from accord.core.json import edited
from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages.dialect import own
from accord.dialects.anthropic_messages.exchange import MessagesExchange
from accord.dialects.anthropic_messages.inbound import MessagesInbound
from accord.dialects.anthropic_messages.knobs import Knobs
from accord.dialects.anthropic_messages.reading import Reading
from accord.dialects.anthropic_messages.rules import Rules
from accord.dialects.anthropic_messages.seal import Foreign
from accord.dialects.anthropic_messages.tool_names import ToolNames
from accord.dialects.anthropic_messages.translation import longer_output
from accord.dialects.codec import Inbound

if TYPE_CHECKING:
    from accord.dialects.anthropic_messages.codec import AnthropicMessages


def forwarded(codec: "AnthropicMessages", inbound: Inbound) -> MessagesExchange | None:
    """The exchange that hands bytes on in both directions; `None` where something must change."""
    if not isinstance(inbound, MessagesInbound):
        return None
    request = inbound.request
    if not may_forward(codec, request, foreign_reasoning=inbound.foreign_reasoning):
        return None
    draft = Draft(
        operation="chat",
        dialect=codec.dialect,
        model=codec.model,
        body=edited(inbound.body, {"model": codec.model}),
        stream=inbound.stream,
        headers=passed_headers(inbound.headers),
    )
    reading = Reading(codec, ToolNames(()), shown_model=request.model)
    return MessagesExchange(codec, draft, reading, forwarded=True)


def may_forward(codec: "AnthropicMessages", request: ChatRequest, *, foreign_reasoning: Foreign) -> bool:
    """Whether the caller's bytes mean the same to this host and model as to the one they were written for."""
    if codec.knobs != Knobs() or codec.has_overrides or foreign_reasoning == "sealed":
        return False
    if not codec.rules.claude:
        return True
    return foreign_reasoning == "none" and _as_asked(request, codec.rules)


def passed_headers(headers: Headers) -> Headers:
    """The headers that belong to this wire and not to the connection."""
    return tuple([(name, value) for name, value in headers if name.startswith("anthropic-")])


def _as_asked(request: ChatRequest, rules: Rules) -> bool:
    """Whether the model takes what was asked. Anthropic's clients speak to unknown names as to their newest models."""
    reasoning, most = request.reasoning, rules.max_output
    if reasoning is not None:
        if reasoning.mode == "adaptive" and not rules.adaptive:
            return False
        if reasoning.mode == "enabled" and not rules.budgeted:
            return False
        if reasoning.effort is not None and reasoning.effort not in rules.efforts:
            return False
    if most is not None and (request.max_output_tokens or 0) > most and not longer_output(own(request.extra)):
        return False
    return rules.system_in_conversation or all(message.role != "system" for message in request.messages[1:])
