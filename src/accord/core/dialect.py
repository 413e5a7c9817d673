"""The wire formats Accord speaks, by name."""

from typing import Literal, TypeAlias, get_args

Dialect: TypeAlias = Literal["openai_chat", "openai_responses", "anthropic_messages", "gemini"]
"""A wire format for conversations. Providers speak one or more; callers of the gateway choose one by path."""

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
