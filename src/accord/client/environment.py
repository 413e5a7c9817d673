"""The only reader of `os.environ`: which providers a process is set up for, by the variables their users know."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module

import msgspec

from accord import providers
from accord.client.plugin import plugin_class, plugin_entries
from accord.core.error import ConfigError
from accord.providers.base import ProviderBase
from accord.providers.preset import PRESETS, RETIRED, Preset

PROVIDER_TYPES: Mapping[str, str] = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "azure": "Azure",
    "mistral": "Mistral",
    "deepseek": "DeepSeek",
    "moonshot": "Moonshot",
    "meta_llama": "MetaLlama",
    "openrouter": "OpenRouter",
    "vertex_ai": "VertexAI",
    "v0": "V0",
    "deepinfra": "DeepInfra",
    "azure_ai": "AzureAI",
}
"""Each provider type with the name of its struct, so that a program loads only the providers it uses. A test holds this to
the union."""


def provider_class(name: str) -> type[ProviderBase]:
    """The struct of a provider type, loaded when it is first asked for: one of Accord's own, or one from outside.

    Raises `ConfigError` for one from outside that is broken.
    """
    return _own_class(name) if name in PROVIDER_TYPES else plugin_class(name)


@cache
def _own_class(name: str) -> type[ProviderBase]:
    cls: object = getattr(import_module(f"accord.providers.{name}"), PROVIDER_TYPES[name])
    assert isinstance(cls, type)
    assert issubclass(cls, ProviderBase)
    return cls


def environment() -> Mapping[str, str]:
    """The variables of this process."""
    return os.environ


def providers_from_environment(environ: Mapping[str, str]) -> dict[str, ProviderBase]:
    """Every provider whose key (or whatever it needs instead) is set, by its type.

    Raises `ConfigError` where a variable has a value that cannot work.
    """
    found = {
        name: _build(cls, environ) for name in PROVIDER_TYPES if is_configured(cls := provider_class(name), environ)
    }
    for name, row in PRESETS.items():
        if _first(row.key, environ) is not None:
            found[name] = _build_preset(name, row, environ)
    return found


def provider_from_environment(name: str, environ: Mapping[str, str]) -> ProviderBase:
    """The provider `name`, set up from its variables.

    Raises `ConfigError` when there is no such provider (naming the nearest) or a variable is missing (naming it).
    """
    row = PRESETS.get(name)
    if row is not None:
        return _build_preset(name, row, environ)
    if name not in PROVIDER_TYPES and name not in plugin_entries():
        raise ConfigError(_no_such_provider(name))
    cls = provider_class(name)
    if not is_configured(cls, environ):
        raise ConfigError(_not_set_up(cls, environ))
    return _build(cls, environ)


def known_providers() -> tuple[str, ...]:
    """Every name that can stand before the slash of a model string: provider types, presets, then types from outside."""
    return (*PROVIDER_TYPES, *PRESETS, *plugin_entries())


def configured(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Those whose key is set."""
    types = [name for name in PROVIDER_TYPES if is_configured(provider_class(name), environ)]
    return (*types, *[name for name, row in PRESETS.items() if _first(row.key, environ) is not None])


def is_configured(cls: type[ProviderBase], environ: Mapping[str, str]) -> bool:
    """Whether the variables hold what the provider cannot do without."""
    return all(any(_first(cls.env.get(field, ()), environ) is not None for field in group) for group in cls.required)


def _build(cls: type[ProviderBase], environ: Mapping[str, str]) -> ProviderBase:
    found = {field: value for field, names in cls.env.items() if (value := _first(names, environ)) is not None}
    try:
        return msgspec.convert({"type": str(cls.__struct_config__.tag), **found}, cls, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{cls.label}: the environment does not fit: {error}") from None


def _build_preset(name: str, row: Preset, environ: Mapping[str, str]) -> ProviderBase:
    key = _first(row.key, environ)
    if key is None and not row.key_optional:
        raise ConfigError(
            f"{row.label} needs a key: set {' or '.join(row.key)}, or pass the provider: "
            f'Client(Compatible(preset="{name}", api_key="..."))'
        )
    return providers.Compatible(preset=name, api_key=key or "", base_url=_first(row.base, environ) or "")


def _first(names: tuple[str, ...], environ: Mapping[str, str]) -> str | None:
    """The first of the variables that is set; empty counts as unset."""
    for name in names:
        value = environ.get(name, "")
        if value.strip():
            return value.strip()
    return None


def _not_set_up(cls: type[ProviderBase], environ: Mapping[str, str]) -> str:
    """Which variables would complete the set-up: of each group that has none, its names; and which fields do."""
    groups = [
        (group[0], names)
        for group in cls.required
        if _first(names := tuple([name for field in group for name in cls.env.get(field, ())]), environ) is None
    ]
    variables = ", and ".join([" or ".join(names) for _, names in groups])
    fields = ", ".join([f'{field}="..."' for field, _ in groups])
    what = " and ".join([_WORDS.get(field, field) for field, _ in groups])
    return f"{cls.label} needs {what}: set {variables}, or pass the provider: Client({cls.__name__}({fields}))"


_WORDS: Mapping[str, str] = {"api_key": "a key", "base_url": "an address", "project": "a project"}


def _no_such_provider(name: str) -> str:
    if name in RETIRED:
        return f"{RETIRED[name]}."
    near = get_close_matches(name, known_providers(), n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"the providers are {', '.join(known_providers())}."
    return f"there is no provider {name!r}: {hint} For any other server use Compatible(base_url=...)."
