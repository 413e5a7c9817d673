"""The Messages API of Anthropic, as its client and as its server."""

from accord.dialects.anthropic_messages.codec import AnthropicMessages
from accord.dialects.anthropic_messages.count import CountTokens
from accord.dialects.anthropic_messages.exchange import MessagesExchange
from accord.dialects.anthropic_messages.failure import failure_of as fail
from accord.dialects.anthropic_messages.inbound import CountInbound, MessagesInbound
from accord.dialects.anthropic_messages.knobs import Knobs
from accord.dialects.anthropic_messages.parse import parse, parse_count

__all__ = [
    "AnthropicMessages",
    "CountInbound",
    "CountTokens",
    "Knobs",
    "MessagesExchange",
    "MessagesInbound",
    "fail",
    "parse",
    "parse_count",
]
