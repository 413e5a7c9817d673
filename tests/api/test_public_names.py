"""The public surface is a list somebody reviews. A new name is added here on purpose, or not at all."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import accord

NAMES = [
    "AccordError",
    "AsyncChatStream",
    "AsyncClient",
    "Audio",
    "Authentication",
    "ChatRequest",
    "ChatResponse",
    "ChatStream",
    "Client",
    "Compatible",
    "ConfigError",
    "ContentFiltered",
    "ContextLengthExceeded",
    "Conversation",
    "Cost",
    "EmbeddingRequest",
    "EmbeddingResponse",
    "Event",
    "File",
    "FunctionTool",
    "Image",
    "ImageRequest",
    "ImageResponse",
    "Interrupted",
    "InvalidInput",
    "InvalidRequest",
    "Malformed",
    "Media",
    "Message",
    "ModelNotFound",
    "OpenAI",
    "Options",
    "Overloaded",
    "Parsed",
    "Part",
    "Permission",
    "Provider",
    "ProviderError",
    "QuotaExceeded",
    "RateLimited",
    "Reasoning",
    "ReasoningConfig",
    "RequestContext",
    "ServerError",
    "SpendLimitReached",
    "Text",
    "TimedOut",
    "Timeouts",
    "ToolCall",
    "ToolResult",
    "Unparsed",
    "Unreachable",
    "Unsupported",
    "Usage",
    "accumulate",
    "assistant",
    "spend_limit",
    "system",
    "tool_result",
    "user",
]


def test_the_names_are_these() -> None:
    assert sorted(accord.__all__) == sorted(NAMES)
    assert len(NAMES) <= 60


def test_every_name_is_there() -> None:
    missing = [name for name in accord.__all__ if not hasattr(accord, name)]
    assert not missing


def test_importing_does_nothing() -> None:
    script = (
        "import sys; before = set(sys.modules); import accord; "
        "heavy = {'asyncio', 'ssl', 'socket', 'logging', 'httptools', 'msgspec', 'os.environ', 'yaml', 'uvicorn'}; "
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


MOST_MODULES = 50
"""Of Accord's own, for a client that has made no call yet."""


@pytest.mark.parametrize("client", ["Client", "AsyncClient"])
def test_a_client_loads_next_to_nothing_before_its_first_call(client: str) -> None:
    script = (
        f"import sys, accord; accord.{client}(accord.OpenAI(api_key='sk-test')); "
        "unasked = ('accord.engine', 'accord.transport', 'accord.flows', 'accord.policy', 'asyncio', 'ssl', 'socket', "
        "'hashlib', 'logging', 'pathlib', 'urllib.parse', 'ipaddress', 'httptools', 'importlib.metadata', 'pydantic'); "
        "print(sorted(set(unasked) & set(sys.modules)), sum(name.startswith('accord') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded, _, count = done.stdout.strip().rpartition(" ")
    assert loaded == "[]"
    assert int(count) <= MOST_MODULES


def test_a_first_call_loads_what_it_needs() -> None:
    """Other wires, other operations, values and tools come with the first call that wants them."""
    script = (
        "import sys, accord; from accord.core.http import Call, Head\n"
        "class Transport:\n"
        "    head = Head(status=200, headers=())\n"
        '    left = [b\'{"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}\', b\'\']\n'
        "    def send(self, call): return self\n"
        "    def read(self): return self.left.pop(0)\n"
        "    def close(self): pass\n"
        "client = accord.Client(accord.OpenAI(api_key='sk-test'), transport=Transport())\n"
        "assert client.chat_completion('Hi', model='gpt-5.4-mini').text == 'Hello'\n"
        "unasked = ('accord.dialects.openai_chat.inbound', 'accord.dialects.openai_chat.parse_request', "
        "'accord.dialects.openai_completions.codec', 'accord.dialects.openai_endpoints.image', "
        "'accord.dialects.openai_responses.codec', 'accord.dialects.anthropic_messages', 'accord.dialects.gemini', "
        "'accord.client.tool.course', 'accord.client.value.parsing', 'accord.client.async_client', "
        "'accord.gateway', 'asyncio', 'email.utils', 'importlib.metadata', 'pydantic')\n"
        "print(sorted(set(unasked) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_wrong_name_is_an_ordinary_error() -> None:
    script = "import accord; accord.Klient"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "has no attribute 'Klient'" in done.stderr


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == accord.__version__
