"""The shape of a chat completion request (inbound facts section 1.1)."""

from accord.testing.fake.openai.shape import (
    BREAKPOINT,
    COMMON,
    DETAIL,
    EFFORT,
    GRAMMAR,
    LOCATION,
    NAME,
    SCHEMA,
    TEXT,
    VERBOSITY,
    text_or,
)
from accord.testing.fake.shape import Anything, Array, Either, Flag, Number, Shape, String, Table, Tagged, nullable

_CALL_ID = String(most=40)
_KIND = String()
_MARK: dict[str, Shape] = {"prompt_cache_breakpoint": nullable(BREAKPOINT)}

_TEXT_PART = Table({"type": _KIND, "text": TEXT, **_MARK}, needs=("text",))
_IMAGE_PART = Table(
    {"type": _KIND, "image_url": Table({"url": TEXT, "detail": DETAIL}, needs=("url",)), **_MARK}, needs=("image_url",)
)
_AUDIO_PART = Table(
    {
        "type": _KIND,
        "input_audio": Table({"data": TEXT, "format": String("wav", "mp3")}, needs=("data", "format")),
        **_MARK,
    },
    needs=("input_audio",),
)
_FILE_PART = Table(
    {"type": _KIND, "file": Table({"file_data": TEXT, "file_id": TEXT, "filename": TEXT}), **_MARK}, needs=("file",)
)
_REFUSAL_PART = Table({"type": _KIND, "refusal": TEXT}, needs=("refusal",))

_TEXTS = Array(Tagged({"text": _TEXT_PART}), least=1)
_USER_PARTS = Array(
    Tagged({"text": _TEXT_PART, "image_url": _IMAGE_PART, "input_audio": _AUDIO_PART, "file": _FILE_PART}), least=1
)
_ASSISTANT_PARTS = Array(Tagged({"text": _TEXT_PART, "refusal": _REFUSAL_PART}), least=1)

_FUNCTION_CALL = Table({"name": NAME, "arguments": TEXT}, needs=("name", "arguments"))
_TOOL_CALL = Tagged(
    {
        "function": Table(
            {"id": _CALL_ID, "type": _KIND, "function": _FUNCTION_CALL}, needs=("id", "type", "function")
        ),
        "custom": Table(
            {"id": _CALL_ID, "type": _KIND, "custom": Table({"name": NAME, "input": TEXT}, needs=("name", "input"))},
            needs=("id", "type", "custom"),
        ),
    }
)

_NAMED: dict[str, Shape] = {"role": _KIND, "name": nullable(String(most=64))}
_MESSAGE = Tagged(
    {
        "system": Table({**_NAMED, "content": text_or(_TEXTS)}, needs=("content",)),
        "developer": Table({**_NAMED, "content": text_or(_TEXTS)}, needs=("content",)),
        "user": Table({**_NAMED, "content": text_or(_USER_PARTS)}, needs=("content",)),
        "assistant": Table(
            {
                **_NAMED,
                "content": nullable(text_or(_ASSISTANT_PARTS)),
                "refusal": nullable(TEXT),
                "audio": nullable(Table({"id": TEXT}, needs=("id",))),
                "tool_calls": Array(_TOOL_CALL, least=1),
                "function_call": nullable(_FUNCTION_CALL),
                # What the service answered comes back from its SDK with this.
                "annotations": Array(Anything()),
            }
        ),
        "tool": Table(
            {**_NAMED, "content": text_or(_TEXTS), "tool_call_id": _CALL_ID}, needs=("content", "tool_call_id")
        ),
        "function": Table({"role": _KIND, "content": nullable(TEXT), "name": NAME}, needs=("content", "name")),
    },
    tag="role",
)

_FUNCTION = Table(
    {"name": NAME, "description": nullable(TEXT), "parameters": nullable(SCHEMA), "strict": nullable(Flag())},
    needs=("name",),
)
_FORMAT = Tagged(
    {
        "text": Table({"type": _KIND}),
        "grammar": Table({"type": _KIND, "grammar": GRAMMAR}, needs=("grammar",)),
    }
)
_CUSTOM = Table({"name": NAME, "description": TEXT, "format": _FORMAT}, needs=("name",))
_TOOL = Tagged(
    {
        "function": Table({"type": _KIND, "function": _FUNCTION}, needs=("function",)),
        "custom": Table({"type": _KIND, "custom": _CUSTOM}, needs=("custom",)),
    }
)
_CHOSEN = Table({"name": NAME}, needs=("name",))
_CHOICE = Either(
    String("none", "auto", "required"),
    Tagged(
        {
            "function": Table({"type": _KIND, "function": _CHOSEN}, needs=("function",)),
            "custom": Table({"type": _KIND, "custom": _CHOSEN}, needs=("custom",)),
            "allowed_tools": Table(
                {
                    "type": _KIND,
                    "allowed_tools": Table(
                        {"mode": String("auto", "required"), "tools": Array(SCHEMA)}, needs=("mode", "tools")
                    ),
                },
                needs=("allowed_tools",),
            ),
        }
    ),
)
_RESPONSE_FORMAT = Tagged(
    {
        "text": Table({"type": _KIND}),
        "json_object": Table({"type": _KIND}),
        "json_schema": Table(
            {
                "type": _KIND,
                "json_schema": Table(
                    {"name": NAME, "schema": SCHEMA, "strict": nullable(Flag()), "description": TEXT}, needs=("name",)
                ),
            },
            needs=("json_schema",),
        ),
    }
)
_PENALTY = nullable(Number(-2, 2))

_FIELDS: dict[str, Shape] = {
    **COMMON,
    "messages": Array(_MESSAGE, least=1),
    "audio": nullable(
        Table(
            {"format": String("wav", "aac", "mp3", "flac", "opus", "pcm16"), "voice": Either(TEXT, SCHEMA)},
            needs=("format", "voice"),
        )
    ),
    "frequency_penalty": _PENALTY,
    "function_call": Either(String("none", "auto"), _CHOSEN),
    "functions": Array(_FUNCTION, least=1, most=128),
    "logit_bias": nullable(Table({}, rest=Number(-100, 100))),
    "logprobs": nullable(Flag()),
    "max_completion_tokens": nullable(Number(1, whole=True)),
    "max_tokens": nullable(Number(1, whole=True)),
    "modalities": nullable(Array(String("text", "audio"))),
    "n": nullable(Number(1, 128, whole=True)),
    "prediction": nullable(Table({"type": String("content"), "content": text_or(_TEXTS)}, needs=("content",))),
    "presence_penalty": _PENALTY,
    "reasoning_effort": EFFORT,
    "response_format": _RESPONSE_FORMAT,
    "seed": nullable(Number(whole=True)),
    "service_tier": nullable(String("auto", "default", "flex", "scale", "priority", "fast")),
    "stop": nullable(Either(TEXT, Array(TEXT, most=4))),
    "stream_options": nullable(Table({"include_usage": Flag(), "include_obfuscation": Flag()})),
    "tool_choice": _CHOICE,
    "tools": Array(_TOOL, least=1, most=128),
    "verbosity": VERBOSITY,
    "web_search_options": Table({"search_context_size": String("low", "medium", "high"), "user_location": LOCATION}),
}

CHAT_REQUEST = Table(_FIELDS, needs=("messages",))
