"""The only reader of `os.environ`: which providers a process is set up for, by the variables their users know."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from typing import get_args

import msgspec

from accord.core.error import ConfigError
from accord.providers import Compatible, Provider, ProviderBase

PROVIDER_TYPES: dict[str, type[ProviderBase]] = {
    str(cls.__struct_config__.tag): cls for cls in (get_args(Provider) or (Provider,))
}
"""Each provider type with its struct."""


def environment() -> Mapping[str, str]:
    """The variables of this process."""
    return os.environ


def providers_from_environment(environ: Mapping[str, str]) -> dict[str, ProviderBase]:
    """Every provider whose key (or whatever it needs instead) is set, by its type.

    Raises `ConfigError` where a variable has a value that cannot work.
    """
    return {name: _build(cls, environ) for name, cls in PROVIDER_TYPES.items() if is_configured(cls, environ)}


def provider_from_environment(name: str, environ: Mapping[str, str]) -> ProviderBase:
    """The provider `name`, set up from its variables.

    Raises `ConfigError` when there is no such provider (naming the nearest) or a variable is missing (naming it).
    """
    cls = PROVIDER_TYPES.get(name)
    if cls is None:
        raise ConfigError(_no_such_provider(name))
    if not is_configured(cls, environ):
        raise ConfigError(
            f"{cls.label} needs a key: set {_missing(cls, environ)}, or pass the provider with its key: "
            f'Client({cls.__name__}(api_key="..."))'
        )
    return _build(cls, environ)


def is_configured(cls: type[ProviderBase], environ: Mapping[str, str]) -> bool:
    """Whether the variables hold what the provider cannot do without."""
    return all(any(_first(cls.env.get(field, ()), environ) is not None for field in group) for group in cls.required)


def _build(cls: type[ProviderBase], environ: Mapping[str, str]) -> ProviderBase:
    found = {field: value for field, names in cls.env.items() if (value := _first(names, environ)) is not None}
    try:
        return msgspec.convert({"type": str(cls.__struct_config__.tag), **found}, cls, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{cls.label}: the environment does not fit: {error}") from None


def _first(names: tuple[str, ...], environ: Mapping[str, str]) -> str | None:
    """The first of the variables that is set; empty counts as unset."""
    for name in names:
        value = environ.get(name, "")
        if value.strip():
            return value.strip()
    return None


def _missing(cls: type[ProviderBase], environ: Mapping[str, str]) -> str:
    """The variables that would complete the set-up: of each group that has none, its names."""
    groups = [[name for field in group for name in cls.env.get(field, ())] for group in cls.required]
    missing = [" or ".join(names) for names in groups if _first(tuple(names), environ) is None]
    return ", and ".join(missing)


def _no_such_provider(name: str) -> str:
    near = get_close_matches(name, PROVIDER_TYPES, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"the providers are {', '.join(sorted(PROVIDER_TYPES))}."
    return f"there is no provider {name!r}: {hint} For any other server use {Compatible.__name__}(base_url=...)."
