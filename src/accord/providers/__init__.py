"""Who, where, and quirks: one small file for each provider.

`Provider` is the closed union of the twelve; `get_args(Provider)` is the list that tests and docs run over, and `match`
with `assert_never` over it is checked by the type checkers. `AnyProvider` is what a configuration file may name.
"""

from typing import TypeAlias

from accord.providers.anthropic import Anthropic
from accord.providers.azure import Azure
from accord.providers.azure_ai import AzureAI
from accord.providers.base import ProviderBase
from accord.providers.compatible import Compatible
from accord.providers.deepinfra import DeepInfra
from accord.providers.deepseek import DeepSeek
from accord.providers.meta_llama import MetaLlama
from accord.providers.mistral import Mistral
from accord.providers.moonshot import Moonshot
from accord.providers.openai import OpenAI
from accord.providers.openrouter import OpenRouter
from accord.providers.v0 import V0
from accord.providers.vertex_ai import VertexAI

Provider: TypeAlias = (
    OpenAI
    | Anthropic
    | Azure
    | Mistral
    | DeepSeek
    | Moonshot
    | MetaLlama
    | OpenRouter
    | VertexAI
    | V0
    | DeepInfra
    | AzureAI
)
AnyProvider: TypeAlias = Provider | Compatible

__all__ = [
    "V0",
    "Anthropic",
    "AnyProvider",
    "Azure",
    "AzureAI",
    "Compatible",
    "DeepInfra",
    "DeepSeek",
    "MetaLlama",
    "Mistral",
    "Moonshot",
    "OpenAI",
    "OpenRouter",
    "Provider",
    "ProviderBase",
    "VertexAI",
]
