"""The shape of a Messages request (dossier section 3; the vendor's SDK for Python, 2.13)."""

from accord.core.json import as_object
from accord.testing.fake.shape import Anything, Array, Either, Flag, Number, Shape, String, Table, Tagged, nullable

_TEXT = String()
_KIND = String()
_ANY = Table({}, rest=Anything())
ID = String(pattern=r"[a-zA-Z0-9_-]+")
_CACHE: dict[str, Shape] = {
    "cache_control": nullable(
        Table({"type": String("ephemeral"), "ttl": String("5m", "1h"), "scope": _TEXT}, needs=("type",))
    )
}
_IMAGE_TYPE = String("image/jpeg", "image/png", "image/gif", "image/webp")
_URL_SOURCE = Table({"type": _KIND, "url": String(pattern=r"https://.+")}, needs=("url",))
_FILE_SOURCE = Table({"type": _KIND, "file_id": _TEXT}, needs=("file_id",))

_TEXT_BLOCK = Table(
    {"type": _KIND, "text": _TEXT, "citations": nullable(Array(_ANY)), **_CACHE},
    needs=("text",),
)
_IMAGE = Table(
    {
        "type": _KIND,
        "source": Tagged(
            {
                "base64": Table(
                    {"type": _KIND, "media_type": _IMAGE_TYPE, "data": _TEXT}, needs=("media_type", "data")
                ),
                "url": _URL_SOURCE,
                "file": _FILE_SOURCE,
            },
            named=True,
        ),
        "transformations": _ANY,
        **_CACHE,
    },
    needs=("source",),
)
_DOCUMENT = Table(
    {
        "type": _KIND,
        "source": Tagged(
            {
                "base64": Table(
                    {"type": _KIND, "media_type": String("application/pdf"), "data": _TEXT},
                    needs=("media_type", "data"),
                ),
                "text": Table(
                    {"type": _KIND, "media_type": String("text/plain"), "data": _TEXT}, needs=("media_type", "data")
                ),
                "content": _ANY,
                "url": _URL_SOURCE,
                "file": _FILE_SOURCE,
            },
            named=True,
        ),
        "citations": nullable(Table({"enabled": Flag()})),
        "context": nullable(_TEXT),
        "title": nullable(_TEXT),
        **_CACHE,
    },
    needs=("source",),
)
_SEARCH_RESULT = Table(
    {
        "type": _KIND,
        "content": Array(_TEXT_BLOCK),
        "source": _TEXT,
        "title": _TEXT,
        "citations": nullable(Table({"enabled": Flag()})),
        **_CACHE,
    },
    needs=("content", "source", "title"),
)
_TOOL_USE = Table(
    {
        "type": _KIND,
        "id": ID,
        "name": String(least=1, most=200),
        "input": _ANY,
        "caller": _ANY,
        "toolset_name": nullable(_TEXT),
        **_CACHE,
    },
    needs=("id", "name", "input"),
)
_TOOL_RESULT = Table(
    {
        "type": _KIND,
        "tool_use_id": ID,
        "content": nullable(
            Either(
                _TEXT,
                Array(
                    Tagged(
                        {
                            "text": _TEXT_BLOCK,
                            "image": _IMAGE,
                            "document": _DOCUMENT,
                            "search_result": _SEARCH_RESULT,
                            "tool_reference": _ANY,
                            "browser_state": _ANY,
                        },
                        named=True,
                    )
                ),
            )
        ),
        "is_error": nullable(Flag()),
        "toolset_name": nullable(_TEXT),
        **_CACHE,
    },
    needs=("tool_use_id",),
)
_OWN_BLOCKS = (
    "server_tool_use",
    "web_search_tool_result",
    "web_fetch_tool_result",
    "code_execution_tool_result",
    "bash_code_execution_tool_result",
    "text_editor_code_execution_tool_result",
    "tool_search_tool_result",
    "container_upload",
    "mcp_tool_use",
    "mcp_tool_result",
    "compaction",
    "tool_addition",
    "tool_removal",
    "fallback",
)
"""Blocks of the service's own, whose insides are not checked here."""

_BLOCK = Tagged(
    {
        "text": _TEXT_BLOCK,
        "image": _IMAGE,
        "document": _DOCUMENT,
        "search_result": _SEARCH_RESULT,
        "thinking": Table({"type": _KIND, "thinking": _TEXT, "signature": _TEXT}, needs=("thinking", "signature")),
        "redacted_thinking": Table({"type": _KIND, "data": _TEXT}, needs=("data",)),
        "tool_use": _TOOL_USE,
        "tool_result": _TOOL_RESULT,
        **dict.fromkeys(_OWN_BLOCKS, _ANY),
    },
    named=True,
)
_MESSAGE = Table(
    {
        "role": String("user", "assistant", "system"),
        "content": Either(_TEXT, Array(_BLOCK)),
        "output_config": _ANY,
        "clear_at": _TEXT,
    },
    needs=("role", "content"),
)

_TOOL = Table(
    {
        "type": nullable(_KIND),
        "name": String(least=1, most=128, pattern=r"[a-zA-Z0-9_-]{1,128}"),
        "description": _TEXT,
        "input_schema": Table({"type": String("object")}, needs=("type",), rest=Anything()),
        "strict": Flag(),
        "allowed_callers": Array(_TEXT),
        "defer_loading": Flag(),
        "eager_input_streaming": nullable(Flag()),
        "input_examples": Array(_ANY),
        **_CACHE,
    },
    needs=("name", "input_schema"),
)


class _Tool(Tagged):
    """A tool of the caller's (`custom`, also without a type), or one of the service's own, named with its date."""

    def read(self, value: object, path: tuple[str | int, ...], *, open_: bool) -> object:
        """The tool."""
        kind = (as_object(value) or {}).get("type")
        if isinstance(kind, str) and kind.rpartition("_")[2].isdecimal():
            return _ANY.read(value, path, open_=open_)
        return super().read(value, path, open_=open_)


_FORCE: dict[str, Shape] = {"type": _KIND, "disable_parallel_tool_use": Flag()}
_CHOICE = Tagged(
    {
        "auto": Table(_FORCE),
        "any": Table(_FORCE),
        "tool": Table({**_FORCE, "name": _TEXT}, needs=("name",)),
        "none": Table({"type": _KIND}),
    },
    named=True,
)
_DISPLAY: dict[str, Shape] = {
    "type": _KIND,
    "display": nullable(String("summarized", "omitted", "updates")),
    "block_binding": _ANY,
}
_THINKING = Tagged(
    {
        "enabled": Table({**_DISPLAY, "budget_tokens": Number(1024, whole=True)}, needs=("budget_tokens",)),
        "adaptive": Table(_DISPLAY),
        "disabled": Table({"type": _KIND}),
        "between_tools": Table({"type": _KIND}),
    },
    named=True,
)
_OUTPUT_CONFIG = Table(
    {
        "effort": nullable(String("low", "medium", "high", "xhigh", "max")),
        "format": nullable(Table({"type": String("json_schema"), "schema": _ANY}, needs=("type", "schema"))),
        "task_budget": _ANY,
    }
)

COUNT_FIELDS: dict[str, Shape] = {
    "model": String(least=1),
    "messages": Array(_MESSAGE),
    "system": Either(_TEXT, Array(Tagged({"text": _TEXT_BLOCK}, named=True))),
    "tools": Array(_Tool({"custom": _TOOL}, default="custom", named=True)),
    "tool_choice": _CHOICE,
    "thinking": _THINKING,
    "output_config": _OUTPUT_CONFIG,
    **_CACHE,
    "context_management": nullable(_ANY),
    "mcp_servers": Array(_ANY),
    "speed": nullable(String("standard", "fast")),
    "output_format": nullable(_ANY),
}
"""What counting tokens takes."""

_FIELDS: dict[str, Shape] = {
    **COUNT_FIELDS,
    "max_tokens": Number(0, whole=True),
    "metadata": Table({"user_id": nullable(String(most=512))}),
    "stop_sequences": Array(_TEXT),
    "stream": Flag(),
    "temperature": Number(0, 1),
    "top_p": Number(0, 1),
    "top_k": Number(0, whole=True),
    "service_tier": String("auto", "standard_only"),
    "container": nullable(Either(_TEXT, _ANY)),
    "diagnostics": nullable(_ANY),
    "inference_geo": nullable(_TEXT),
    "fallbacks": Array(_ANY),
    "fallback_credit_token": nullable(_TEXT),
    "compaction": nullable(_ANY),
}

MESSAGES_REQUEST = Table(_FIELDS, needs=("model", "messages", "max_tokens"))
COUNT_REQUEST = Table(COUNT_FIELDS, needs=("model", "messages"))

BETAS: dict[str, tuple[str, ...]] = {
    "context_management": ("context-management-", "compact-2026-01-12"),
    "mcp_servers": ("mcp-client-",),
    "output_format": ("structured-outputs-",),
    "fallbacks": ("server-side-fallback-",),
    "fallback_credit_token": ("fallback-credit-",),
    "compaction": ("compact-2026-09-04",),
}
"""Fields that are unknown without a beta header; any of these beginnings will do."""
