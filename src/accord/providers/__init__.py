"""Who, where, and quirks: one small file for each provider.

`Provider` is the closed union of the providers Accord knows; `get_args(Provider)` is the list that tests and docs run
over, and `match` with `assert_never` over it is checked by the type checkers. `AnyProvider` is what a configuration file
may name.
"""

from typing import TypeAlias

from accord.providers.base import ProviderBase
from accord.providers.compatible import Compatible
from accord.providers.openai import OpenAI

Provider: TypeAlias = OpenAI
AnyProvider: TypeAlias = Provider | Compatible

__all__ = ["AnyProvider", "Compatible", "OpenAI", "Provider", "ProviderBase"]
