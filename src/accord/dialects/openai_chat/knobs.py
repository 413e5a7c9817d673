"""How a host's chat completions depart from OpenAI's, as data.

Each field is a departure that several hosts share; the default is OpenAI's own way. What only one host does is a stage of
`OpenAIChat` replaced in that provider's file.
"""

from typing import Literal

import msgspec


class Knobs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The departures of one host."""

    max_tokens: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    """The field that limits the answer."""
    system: Literal["as_given", "system", "developer"] = "as_given"
    """The one role the host has for instructions, or whichever the caller used."""
    content: Literal["parts", "text"] = "parts"
    """`text`: several texts are joined to one string, since the host takes no lists without pictures."""
    empty_content: Literal["null", "empty", "omit"] = "null"
    """What stands for the content of an assistant turn that has only tool calls."""
    tool_content: Literal["text", "parts"] = "text"
    """`parts`: tool results may hold pictures. `text`: those follow in a message of the user."""
    tool_strict: Literal["send", "omit"] = "send"
    custom_tools: Literal["native", "function", "refuse"] = "native"
    """`function`: tools that take free text become functions with one string, and their calls are changed back."""
    tool_choice: Literal["any", "unforced"] = "any"
    """`unforced`: the host knows only `auto` and `none`."""
    allowed_tools: Literal["native", "filter"] = "native"
    """`filter`: of the tools, only the allowed ones are sent."""
    parallel_tool_calls: Literal["send", "omit"] = "send"
    json_schema: Literal["native", "json_object", "refuse"] = "native"
    """`json_object`: the host guarantees JSON, and is told the schema in a system message."""
    guarantee: Literal["strict", "unsaid"] = "strict"
    """How the host is asked to hold the model to a schema where the caller's own wire does so unasked (Anthropic's,
    Google's): by `strict`, where the schema lies in OpenAI's subset; or not at all, since it does so anyway, or for some
    of its models."""
    stream_usage: Literal["ask", "never"] = "ask"
    """`never`: the host reports usage in a stream unasked, or not at all, and refuses `stream_options`."""
    reasoning: Literal[
        "reasoning_effort", "thinking", "reasoning", "enable_thinking", "chat_template_kwargs", "never"
    ] = "reasoning_effort"
    """The field that says how much to think: OpenAI's; `thinking: {type}` beside it (DeepSeek, Z.ai, Moonshot);
    `reasoning: {effort, max_tokens}` (OpenRouter); `enable_thinking` (DashScope); the same within
    `chat_template_kwargs` (vLLM)."""
    reasoning_read: tuple[str, ...] = ("reasoning_content", "reasoning", "reasoning_text")
    """The fields of an answer that may hold its reasoning; the first that is not empty counts."""
    reasoning_history: Literal["as_received", "reasoning_content", "reasoning", "reasoning_details", "never"] = (
        "as_received"
    )
    """Where reasoning of earlier turns goes. `as_received`: where it came from on this wire; that of other wires is left
    out."""
    media_urls: Literal["taken", "refused"] = "taken"
    """Whether the host fetches pictures and videos by their address, or takes only their data."""
    cache_marks: Literal["omit", "prompt_cache_breakpoint", "cache_control"] = "omit"
    """How a part is marked for the prompt cache: OpenAI's way (gpt-5.6 and later alone), or Anthropic's (OpenRouter)."""
    call_ids: Literal["short", "as_given"] = "short"
    """`short`: ids of tool calls longer than OpenAI's 40 characters are replaced by a digest."""
    accepts: tuple[str, ...] = ()
    """The only top-level fields the host takes, where it refuses all others; empty: any."""
    refuses: tuple[str, ...] = ()
    """Top-level fields the host does not take."""

    @property
    def forwardable(self) -> bool:
        """Whether the host takes a caller's bytes as they are: no knob changes what is sent."""
        return self == Knobs(
            reasoning_read=self.reasoning_read, stream_usage=self.stream_usage, guarantee=self.guarantee
        )
