"""Which wires a provider can be pinned to."""

from collections.abc import Sequence

from accord.core.dialect import Dialect
from accord.core.error import ConfigError
from accord.providers.base import ProviderBase


def check_dialect(provider: ProviderBase, spoken: Sequence[Dialect]) -> None:
    """Raises `ConfigError` where a provider is pinned to a wire that it does not speak."""
    if provider.dialect is not None and provider.dialect not in spoken:
        raise ConfigError(
            f"{provider.type}: `dialect` is {provider.dialect!r}, which {provider.label} does not speak; "
            f"it speaks {', '.join(spoken)}"
        )
