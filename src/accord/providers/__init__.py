"""Who, where, and quirks: one small file for each provider, loaded when it is first used.

`Provider` is the closed union of the twelve; `get_args(Provider)` is the list that tests and docs run over, and `match`
with `assert_never` over it is checked by the type checkers. `AnyProvider` is what a configuration file may name.
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
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
    from accord.providers.union import AnyProvider, Provider
    from accord.providers.v0 import V0
    from accord.providers.vertex_ai import VertexAI

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

if not TYPE_CHECKING:
    __getattr__ = lazily(
        __name__,
        {
            "accord.providers.anthropic": ("Anthropic",),
            "accord.providers.azure": ("Azure",),
            "accord.providers.azure_ai": ("AzureAI",),
            "accord.providers.base": ("ProviderBase",),
            "accord.providers.compatible": ("Compatible",),
            "accord.providers.deepinfra": ("DeepInfra",),
            "accord.providers.deepseek": ("DeepSeek",),
            "accord.providers.meta_llama": ("MetaLlama",),
            "accord.providers.mistral": ("Mistral",),
            "accord.providers.moonshot": ("Moonshot",),
            "accord.providers.openai": ("OpenAI",),
            "accord.providers.openrouter": ("OpenRouter",),
            "accord.providers.union": ("AnyProvider", "Provider"),
            "accord.providers.v0": ("V0",),
            "accord.providers.vertex_ai": ("VertexAI",),
        },
    )
