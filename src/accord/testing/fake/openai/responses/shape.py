"""The shape of a Responses request (inbound facts sections 2.1 and 2.2)."""

from accord.core.json import as_object
from accord.testing.fake.openai.shape import (
    CALL_ID,
    COMMON,
    DETAIL,
    EFFORT,
    NAME,
    SCHEMA,
    TEXT,
    VERBOSITY,
    text_or,
)
from accord.testing.fake.shape import (
    Anything,
    Array,
    Either,
    Flag,
    Number,
    Path,
    Shape,
    String,
    Table,
    Tagged,
    nullable,
)

_KIND = String()
_STATUS = nullable(String("in_progress", "completed", "incomplete"))
_HOSTED = Table({}, rest=Anything())
"""Items and tools of the service's own, whose insides are not checked here."""

_INPUT_PARTS: dict[str, Table] = {
    "input_text": Table({"type": _KIND, "text": TEXT, "prompt_cache_breakpoint": SCHEMA}, needs=("text",)),
    "input_image": Table({"type": _KIND, "image_url": nullable(TEXT), "file_id": nullable(TEXT), "detail": DETAIL}),
    "input_file": Table(
        {
            "type": _KIND,
            "file_data": nullable(TEXT),
            "file_id": nullable(TEXT),
            "file_url": nullable(TEXT),
            "filename": nullable(TEXT),
            "detail": DETAIL,
        }
    ),
    "input_audio": _HOSTED,
}
_OUTPUT_PARTS: dict[str, Table] = {
    "output_text": Table(
        {"type": _KIND, "text": TEXT, "annotations": Array(Anything()), "logprobs": nullable(Array(Anything()))},
        needs=("text",),
    ),
    "refusal": Table({"type": _KIND, "refusal": TEXT}, needs=("refusal",)),
}
_MESSAGE = Table(
    {
        "type": _KIND,
        "id": nullable(TEXT),
        "role": String("user", "assistant", "system", "developer"),
        "content": text_or(Array(Tagged({**_INPUT_PARTS, **_OUTPUT_PARTS}))),
        "status": _STATUS,
        "phase": nullable(String("commentary", "final_answer")),
    },
    needs=("role", "content"),
)
_CALL: dict[str, Shape] = {
    "type": _KIND,
    "id": nullable(TEXT),
    "call_id": CALL_ID,
    "name": String(most=128),
    "namespace": nullable(TEXT),
    "status": _STATUS,
}
_OUTPUT = Table(
    {
        "type": _KIND,
        "id": nullable(TEXT),
        "call_id": CALL_ID,
        "output": text_or(Array(Tagged(_INPUT_PARTS))),
        "status": _STATUS,
    },
    needs=("call_id", "output"),
)
_SUMMARY = Table({"type": String("summary_text"), "text": TEXT}, needs=("type", "text"))
_THOUGHT = Table({"type": String("reasoning_text"), "text": TEXT}, needs=("type", "text"))

_HOSTED_ITEMS = (
    "web_search_call",
    "file_search_call",
    "code_interpreter_call",
    "image_generation_call",
    "computer_call",
    "computer_call_output",
    "local_shell_call",
    "local_shell_call_output",
    "shell_call",
    "shell_call_output",
    "apply_patch_call",
    "apply_patch_call_output",
    "mcp_list_tools",
    "mcp_call",
    "mcp_approval_request",
    "mcp_approval_response",
    "tool_search_call",
    "tool_search_output",
    "program",
    "program_output",
    "compaction",
    "compaction_trigger",
    "additional_tools",
    "configuration_update",
)
_REFERENCE = Table({"type": _KIND, "id": TEXT}, needs=("id",))


class _Item(Tagged):
    """An item. Without a type it is a message, or with nothing but an id a reference."""

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The item."""
        if set(as_object(value) or {}) == {"id"}:
            return _REFERENCE.read(value, path, open_=open_)
        return super().read(value, path, open_=open_)


_ITEM = _Item(
    {
        "message": _MESSAGE,
        "function_call": Table({**_CALL, "arguments": TEXT}, needs=("call_id", "name", "arguments")),
        "function_call_output": _OUTPUT,
        "custom_tool_call": Table({**_CALL, "input": TEXT}, needs=("call_id", "name", "input")),
        "custom_tool_call_output": _OUTPUT,
        "reasoning": Table(
            {
                "type": _KIND,
                "id": TEXT,
                "summary": Array(_SUMMARY),
                "content": nullable(Array(_THOUGHT)),
                "encrypted_content": nullable(TEXT),
                "status": _STATUS,
            },
            needs=("summary",),
        ),
        "item_reference": _REFERENCE,
        **dict.fromkeys(_HOSTED_ITEMS, _HOSTED),
    },
    default="message",
)

_FUNCTION = Table(
    {
        "type": _KIND,
        "name": NAME,
        "description": nullable(TEXT),
        "parameters": nullable(SCHEMA),
        "strict": nullable(Flag()),
        "defer_loading": Flag(),
        "output_schema": nullable(SCHEMA),
        "allowed_callers": nullable(Array(TEXT)),
        "async": Flag(),
    },
    needs=("name",),
)
_CUSTOM = Table(
    {"type": _KIND, "name": NAME, "description": TEXT, "format": SCHEMA, "defer_loading": Flag()}, needs=("name",)
)
_NAMESPACE = Table(
    {
        "type": _KIND,
        "name": NAME,
        "description": TEXT,
        "tools": Array(Tagged({"function": _FUNCTION, "custom": _CUSTOM})),
    },
    needs=("name", "tools"),
)
_HOSTED_TOOLS = (
    "web_search",
    "web_search_preview",
    "file_search",
    "code_interpreter",
    "image_generation",
    "mcp",
    "computer",
    "computer_use_preview",
    "local_shell",
    "shell",
    "apply_patch",
    "tool_search",
    "programmatic_tool_calling",
)
_TOOL = Tagged(
    {"function": _FUNCTION, "custom": _CUSTOM, "namespace": _NAMESPACE, **dict.fromkeys(_HOSTED_TOOLS, _HOSTED)}
)
_NAMED = Table({"type": _KIND, "name": TEXT, "namespace": TEXT}, needs=("name",))
_CHOICE = Either(
    String("none", "auto", "required"),
    Tagged(
        {
            "function": _NAMED,
            "custom": _NAMED,
            "allowed_tools": Table(
                {"type": _KIND, "mode": String("auto", "required"), "tools": Array(SCHEMA)}, needs=("mode", "tools")
            ),
            **dict.fromkeys(_HOSTED_TOOLS, _HOSTED),
        }
    ),
)
_TEXT_FORMAT = Tagged(
    {
        "text": Table({"type": _KIND}),
        "json_object": Table({"type": _KIND}),
        "json_schema": Table(
            {
                "type": _KIND,
                "name": NAME,
                "schema": SCHEMA,
                "strict": nullable(Flag()),
                "description": nullable(TEXT),
            },
            needs=("name", "schema"),
        ),
    }
)
_INCLUDABLE = String(
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
    "message.input_image.image_url",
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
)

_FIELDS: dict[str, Shape] = {
    **COMMON,
    "input": text_or(Array(_ITEM)),
    "instructions": nullable(TEXT),
    "stream_options": nullable(Table({"include_obfuscation": Flag()})),
    "max_output_tokens": nullable(Number(16, whole=True)),
    "max_tool_calls": nullable(Number(1, whole=True)),
    "tools": Array(_TOOL, most=128),
    "tool_choice": _CHOICE,
    "reasoning": nullable(
        Table(
            {
                "effort": EFFORT,
                "summary": nullable(String("auto", "concise", "detailed")),
                "generate_summary": nullable(String("auto", "concise", "detailed")),
                "context": nullable(String("auto", "current_turn", "all_turns")),
                "mode": nullable(String("standard", "pro")),
            }
        )
    ),
    "text": nullable(Table({"format": _TEXT_FORMAT, "verbosity": VERBOSITY})),
    "previous_response_id": nullable(TEXT),
    "conversation": nullable(Either(TEXT, SCHEMA)),
    "include": nullable(Array(_INCLUDABLE)),
    "prompt": nullable(SCHEMA),
    "service_tier": nullable(String("auto", "default", "flex", "scale", "priority", "fast", "ultrafast")),
    "truncation": nullable(String("auto", "disabled")),
    "background": nullable(Flag()),
    "background_options": nullable(SCHEMA),
    "context_management": nullable(Array(SCHEMA)),
    "image": SCHEMA,
    "access_programs": SCHEMA,
}

RESPONSES_REQUEST = Table(_FIELDS)
