"""How servers that speak OpenAI's chat wire differ from OpenAI in what they send."""

from typing import Literal

import msgspec


class ChatStyle(msgspec.Struct, frozen=True, kw_only=True):
    """The manner of one server. The defaults are those of a usual compatible one."""

    reasoning: Literal["reasoning_content", "reasoning"] = "reasoning_content"
    """The field with the model's thoughts."""
    shows_reasoning: bool = True
    """Whether thoughts that nobody scripted are shown. OpenAI only counts them."""
    usage: Literal["asked", "always", "with_finish"] = "asked"
    """When a stream reports usage: when asked, in a chunk of its own; always so; or in the chunk with the finish."""
    obfuscates: bool = False
    """Whether chunks carry random padding."""


OPENAI_STYLE = ChatStyle(shows_reasoning=False, obfuscates=True)
