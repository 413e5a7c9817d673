"""What a request costs beyond its words, by the family of the model that reads it.

Every chat template adds tokens for each turn; tools are written into the prompt in a form of the vendor's own, some with
pages of instructions; schemas and pictures count in other ways again. The numbers were fitted on recorded traffic (the
provider's count against the text sent), and `low` and `high` are where the middle 90 % of the recordings lie; see
`docs/reference/catalogue.md`.
"""

from functools import lru_cache
from typing import Final

import msgspec

from accord.core.model import ModelFacts


class Overhead(msgspec.Struct, frozen=True, kw_only=True):
    """How one family counts. All numbers are tokens, or factors on the tokens of a text."""

    text: float = 1.0
    """Tokens of this family for each one of `text_tokens`."""
    base: float = 3.0
    """For a request."""
    message: float = 4.0
    """For each turn."""
    tools: float = 0.0
    """For having tools at all."""
    tool: float = 0.0
    """For each tool, before its text."""
    tool_text: float = 1.0
    """A factor on the text of tools, as JSON."""
    schema: float = 0.0
    """For a response schema."""
    schema_text: float = 0.0
    """A factor on the text of the schema."""
    thinking: float = 0.0
    """For asking the model to think."""
    counts_reasoning: bool = False
    """Whether reasoning that is sent back is read again."""
    signature: float = 0.0
    """At most for each character of a signature that is sent back: some hold the reasoning itself, which is read again
    on some hosts and not on others."""
    low: float = 0.8
    high: float = 1.25


OPENAI: Final = Overhead(
    text=0.95, base=1.5, message=6.0, tools=8.0, tool_text=0.55, schema=2.0, schema_text=0.75, low=0.85, high=1.25
)
CLAUDE_4: Final = Overhead(
    text=1.1, base=4.0, message=3.5, tools=315.0, tool=8.0, tool_text=1.1, thinking=28.0, low=0.85, high=1.2
)
CLAUDE_4_5: Final = Overhead(
    text=1.0,
    base=2.5,
    message=6.5,
    tools=540.0,
    tool=20.0,
    tool_text=0.9,
    schema=85.0,
    schema_text=1.6,
    thinking=30.0,
    low=0.85,
    high=1.2,
)
CLAUDE: Final = Overhead(
    text=1.45,
    base=8.0,
    message=2.0,
    tools=650.0,
    tool=20.0,
    tool_text=1.3,
    schema=85.0,
    schema_text=2.2,
    low=0.65,
    high=1.45,
)
"""From Opus 4.7 on, with a tokenizer that writes more tokens. Few recordings, hence the wide band."""
GEMINI: Final = Overhead(text=1.06, base=0.5, message=1.0, tools=8.0, tool_text=0.8, low=0.65, high=1.5)
GEMINI_3: Final = Overhead(
    text=1.15, base=1.0, message=1.0, tools=6.0, tool_text=1.0, signature=0.22, low=0.6, high=1.6
)
MISTRAL: Final = Overhead(text=1.0, base=5.0, message=6.5, tool_text=1.2, low=0.7, high=1.4)
DEEPSEEK: Final = Overhead(
    text=0.95, base=4.0, message=2.5, tools=220.0, tool_text=1.1, counts_reasoning=True, low=0.8, high=1.35
)
OTHER: Final = Overhead(base=4.0, message=5.0, tools=60.0, tool_text=1.1, schema_text=0.5, low=0.5, high=2.0)

_BY_NAME: Final[tuple[tuple[str, Overhead], ...]] = (
    ("claude-3", CLAUDE_4),
    ("claude-opus-4-0", CLAUDE_4),
    ("claude-opus-4-1", CLAUDE_4),
    ("claude-opus-4-5", CLAUDE_4_5),
    ("claude-opus-4-6", CLAUDE_4_5),
    ("claude-opus-4-2", CLAUDE_4),  # claude-opus-4-20250514
    ("claude-sonnet-4-0", CLAUDE_4),
    ("claude-sonnet-4-2", CLAUDE_4),
    ("claude-sonnet-4", CLAUDE_4_5),
    ("claude-haiku-4", CLAUDE_4_5),
    ("claude", CLAUDE),
    ("gemini-1", GEMINI),
    ("gemini-2", GEMINI),
    ("gemini", GEMINI_3),
    ("gpt-oss", OTHER),
    ("gpt", OPENAI),
    ("chatgpt", OPENAI),
    ("chat-latest", OPENAI),
    ("o1", OPENAI),
    ("o3", OPENAI),
    ("o4", OPENAI),
    ("text-embedding-3", OPENAI),
    ("mistral", MISTRAL),
    ("ministral", MISTRAL),
    ("magistral", MISTRAL),
    ("codestral", MISTRAL),
    ("devstral", MISTRAL),
    ("deepseek", DEEPSEEK),
)
"""By how the bare name of a model begins; the first that fits."""


def overhead_of(model: str, facts: ModelFacts | None = None) -> Overhead:
    """How the model counts. `model` is what it is called in the request; the name in `facts` wins."""
    return overhead_by_name(model if facts is None else facts.id)


@lru_cache(maxsize=1024)
def overhead_by_name(model: str) -> Overhead:
    """How a model counts, by its name alone."""
    name = model.rpartition("/")[2].lower().replace(".", "-")
    return next((overhead for start, overhead in _BY_NAME if name.startswith(start)), OTHER)
