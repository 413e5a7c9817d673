"""v0, the model API of Vercel's v0. https://v0.app/docs/api/model."""

from typing import ClassVar

from accord.dialects.openai_chat import Knobs
from accord.providers.base import EnvNames
from accord.providers.openai_like import OpenAILike


class V0(OpenAILike, frozen=True, kw_only=True, tag="v0"):
    """v0's composite models. Its documented body is `model`, `messages`, `stream`, `tools` and `tool_choice`, and no more."""

    env: ClassVar[EnvNames] = {"api_key": ("V0_API_KEY",), "base_url": ("V0_API_BASE",)}
    label: ClassVar[str] = "v0"
    default_base_url: ClassVar[str] = "https://api.v0.dev/v1"
    knobs: ClassVar[Knobs] = Knobs(
        system="system",
        stream_usage="never",
        reasoning="never",
        json_schema="refuse",
        custom_tools="function",
        allowed_tools="filter",
        parallel_tool_calls="omit",
        tool_strict="omit",
        accepts=("model", "messages", "stream", "tools", "tool_choice"),
    )
