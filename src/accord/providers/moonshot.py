"""Moonshot AI (Kimi). https://platform.kimi.ai/docs."""

from typing import ClassVar

from accord.dialects.openai_chat import Knobs
from accord.providers.base import EnvNames
from accord.providers.openai_like import OpenAILike


class Moonshot(OpenAILike, frozen=True, kw_only=True, tag="moonshot"):
    """Kimi models. The platforms outside and inside China have separate keys: see `base_url`."""

    env: ClassVar[EnvNames] = {
        "api_key": ("MOONSHOT_API_KEY", "MOONSHOTAI_API_KEY", "KIMI_API_KEY"),
        "base_url": ("MOONSHOT_API_BASE", "MOONSHOTAI_BASE_URL", "KIMI_BASE_URL"),
    }
    label: ClassVar[str] = "Moonshot AI"
    default_base_url: ClassVar[str] = "https://api.moonshot.ai/v1"
    knobs: ClassVar[Knobs] = Knobs(
        system="system",
        empty_content="omit",
        tool_strict="omit",
        custom_tools="function",
        allowed_tools="filter",
        parallel_tool_calls="omit",
        reasoning_history="reasoning_content",
        call_ids="as_given",
        media_urls="refused",
        refuses=("seed", "logit_bias", "store", "metadata", "service_tier", "user", "verbosity"),
    )
