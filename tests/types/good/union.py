"""The union is closed: a match over all arms needs no default, and every arm has the uniform interface."""

from typing_extensions import assert_never

from accord.core.http import Address, Draft
from accord.providers import (
    V0,
    Anthropic,
    Azure,
    AzureAI,
    DeepInfra,
    DeepSeek,
    MetaLlama,
    Mistral,
    Moonshot,
    OpenAI,
    OpenRouter,
    Provider,
    VertexAI,
)


def name(provider: Provider) -> str:
    match provider:
        case OpenAI() | Anthropic() | Azure() | Mistral() | DeepSeek() | Moonshot():
            return "first six"
        case MetaLlama() | OpenRouter() | VertexAI() | V0() | DeepInfra() | AzureAI():
            return "last six"
        case _:
            assert_never(provider)


def address(provider: Provider, draft: Draft) -> Address:
    return provider.address(draft)
