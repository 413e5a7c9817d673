"""A document becomes a configuration, entry by entry, so that every fault is named by its entry."""

import re
from collections.abc import Mapping
from typing import TypeVar, cast, get_args

import msgspec

from accord.client.plugin import plugin_class, plugin_entries
from accord.core.error import ConfigError
from accord.core.json import as_object
from accord.core.secret import Secret
from accord.gateway.config.check import check_models
from accord.gateway.config.explain import explained
from accord.gateway.config.model import ModelSettings
from accord.gateway.config.problem import Problems, did_you_mean
from accord.gateway.config.settings import PROVIDER_NAME, Config, GatewaySettings
from accord.gateway.config.variable import substituted
from accord.providers import AnyProvider, ProviderBase

S = TypeVar("S", bound=msgspec.Struct)

_HASHED_KEY = re.compile(r"sha256:[0-9a-fA-F]{64}")
_HASH_FORM = "`sha256:` is followed by the 64 hex digits of the key's hash"

SECTIONS = ("gateway", "providers", "models")

PROVIDER_TYPES: Mapping[str, type[ProviderBase]] = {
    str(cls.__struct_config__.tag): cls for cls in cast("tuple[type[ProviderBase], ...]", get_args(AnyProvider))
}
"""What may stand as `type` of a provider."""


def decode_config(document: dict[str, object], environ: Mapping[str, str], source: str) -> Config:
    """The configuration in a document. Raises `ConfigError` naming everything that is wrong, each with its path."""
    problems = Problems(source)
    values = substituted(document, environ, problems)
    for section in values:
        if section not in SECTIONS:
            problems.add(section, f"unknown key; {did_you_mean(section, SECTIONS)}")
    gateway = _struct(values.get("gateway", {}), GatewaySettings, "gateway", problems) or GatewaySettings()
    _check_keys(gateway, problems)
    providers = _providers(_entries(values, "providers", problems), problems)
    models = _models(_entries(values, "models", problems), problems)
    # Against the names as written: a provider whose entry is wrong is there all the same.
    check_models(models, as_object(values.get("providers")) or {}, problems)
    problems.settle()
    return Config(source=source, gateway=gateway, providers=providers, models=models)


def _entries(values: dict[str, object], section: str, problems: Problems) -> dict[str, object]:
    value = values.get(section)
    if value is None:
        return {}
    found = as_object(value)
    if found is None:
        problems.add(section, "expected a mapping of names to entries")
        return {}
    return found


def _providers(entries: dict[str, object], problems: Problems) -> dict[str, ProviderBase]:
    found: dict[str, ProviderBase] = {}
    for name, entry in entries.items():
        path = f"providers.{name}"
        if not PROVIDER_NAME.fullmatch(name):
            problems.add(path, "a provider's name is letters, digits, `.`, `_` and `-`: clients write it before a `/`")
        provider = _provider(entry, path, problems)
        if provider is not None:
            found[name] = provider
    return found


def _provider(entry: object, path: str, problems: Problems) -> ProviderBase | None:
    fields = as_object(entry)
    if fields is None:
        problems.add(path, "expected a mapping such as {type: openai, api_key: ...}")
        return None
    cls = _provider_type(fields.get("type"), f"{path}.type", problems)
    if cls is None:
        return None
    provider = _struct(fields, cls, path, problems)
    if provider is not None and not problems.within(path):
        for group in missing(provider, fields):
            problems.add(path, f"{' or '.join([f'`{field}`' for field in group])} is missing")
    return provider


def _provider_type(tag: object, path: str, problems: Problems) -> type[ProviderBase] | None:
    """The struct of a type: Accord's own, or one from another package."""
    own = PROVIDER_TYPES.get(tag) if isinstance(tag, str) else None
    if own is not None:
        return own
    if isinstance(tag, str) and tag in plugin_entries():
        try:
            return plugin_class(tag)
        except ConfigError as error:
            problems.add(path, error.message)
            return None
    word = "is missing" if tag is None else f"{tag!r} is no type of provider"
    problems.add(path, f"{word}; {did_you_mean(str(tag or ''), (*PROVIDER_TYPES, *plugin_entries()))}")
    return None


def missing(provider: ProviderBase, written: Mapping[str, object]) -> list[tuple[str, ...]]:
    """The groups of fields of which the provider needs one and has none. Another server than its own may ask no key."""
    return [
        group
        for group in provider.required
        if not any(written.get(field) for field in group) and not ("api_key" in group and provider.base_url)
    ]


def _models(entries: dict[str, object], problems: Problems) -> dict[str, ModelSettings]:
    found: dict[str, ModelSettings] = {}
    for name, entry in entries.items():
        settings = _struct(entry, ModelSettings, f"models.{name}", problems)
        if settings is not None:
            found[name] = settings
    return found


def _struct(value: object, wanted: type[S], path: str, problems: Problems) -> S | None:
    try:
        # Lax: a number that came from a variable is a string.
        return msgspec.convert(value, wanted, strict=False)
    except msgspec.ValidationError as error:
        for where, what in explained(error, value, wanted, path):
            problems.add(where, what)
    except ConfigError as error:
        problems.add(path, error.message)
    return None


def _is_half_hashed(key: str) -> bool:
    return key.startswith("sha256:") and not _HASHED_KEY.fullmatch(key)


def _check_keys(gateway: GatewaySettings, problems: Problems) -> None:
    metrics = gateway.metrics.key
    if metrics is not None and _is_half_hashed(Secret(metrics).reveal()):
        problems.add("gateway.metrics.key", _HASH_FORM)
    names: set[str] = set()
    keys: set[str] = set()
    for index, key in enumerate(gateway.named_keys):
        text = Secret(key.key).reveal()
        if not text:
            problems.add(f"gateway.keys[{index}]", "the key is empty")
        elif _is_half_hashed(text):
            problems.add(f"gateway.keys[{index}]", _HASH_FORM)
        if key.name in names:
            problems.add(f"gateway.keys[{index}].name", f"the name {key.name!r} is used twice")
        if key.key in keys:
            problems.add(f"gateway.keys[{index}].key", "the same key is there twice")
        names.add(key.name)
        keys.add(key.key)
