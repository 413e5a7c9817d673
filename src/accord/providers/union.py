"""The closed union of the twelve providers. A thirteenth is one import and one arm more."""

from typing import TypeAlias

from accord.providers.anthropic import Anthropic
from accord.providers.azure import Azure
from accord.providers.azure_ai import AzureAI
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
"""The providers Accord knows; `get_args(Provider)` is the list that tests and docs run over, and `match` with
`assert_never` over a value is checked by the type checkers."""

AnyProvider: TypeAlias = Provider | Compatible
"""What a configuration file may name."""
