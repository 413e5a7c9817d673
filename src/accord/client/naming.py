"""Which provider and model a model string means."""

from collections.abc import Mapping
from difflib import get_close_matches

from accord.catalog import models
from accord.client.environment import PROVIDER_TYPES, configured, known_providers
from accord.core.error import InvalidInput

FAMILIES: tuple[tuple[str, str], ...] = (
    ("gpt-", "openai"),
    ("chatgpt-", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4-", "openai"),
    ("text-embedding-", "openai"),
    ("claude-", "anthropic"),
    ("gemini-", "vertex_ai"),
    ("mistral-", "mistral"),
    ("deepseek-", "deepseek"),
)
"""Which provider a bare model name means, by how it begins."""


def provider_and_model(name: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Provider and model of a model string. Raises `InvalidInput` naming the nearest names."""
    prefix, slash, model = name.partition("/")
    if slash and (prefix in PROVIDER_TYPES or prefix in known_providers()):
        return prefix, model
    if not slash:
        for start, provider in FAMILIES:
            if name.startswith(start):
                return provider, name
    raise InvalidInput(_unknown(name, environ), param="model")


def _unknown(name: str, environ: Mapping[str, str]) -> str:
    prefix = name.partition("/")[0]
    known = [f"{kind}/{fact.id}" for kind in PROVIDER_TYPES for fact in models(kind)]
    names = known_providers()
    near = get_close_matches(name, [*known, *names], n=3) or get_close_matches(prefix, names, n=1)
    if near:
        hint = f"Did you mean {' or '.join(near)}?"
    elif "/" in name:
        hint = f"Before the slash stands the provider: {', '.join(PROVIDER_TYPES)}, or a preset such as groq."
    else:
        hint = "Write it as provider/model, such as openai/gpt-5.4-mini."
    ready = configured(environ)
    keys = f" Keys were found for: {', '.join(ready)}." if ready else ""
    return f"no provider is known for the model {name!r}. {hint}{keys}"
