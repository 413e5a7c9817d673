"""Providers from outside: packages that name one under the entry point group `accord.providers`.

    [project.entry-points."accord.providers"]
    my_provider = "my_package:MyProvider"

The name is the provider's type, and the tag of its struct. A package is loaded when its provider is first used, never before; a
broken one breaks nothing but its own provider. Accord's own names are never given away.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from accord.core.error import ConfigError
from accord.providers.base import ProviderBase

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "accord.providers"


@cache
def plugin_entries() -> "Mapping[str, tuple[EntryPoint, ...]]":
    """What is installed, by name; more than one of a name is a mistake. Nothing is loaded."""
    # Not with the module: it takes an eighth of the time of making the first client, and few names lead here.
    from importlib.metadata import entry_points  # noqa: PLC0415

    found: dict[str, tuple[EntryPoint, ...]] = {}
    for entry in entry_points(group=GROUP):
        # One package may be found twice, on two ways into it.
        if entry.value not in [other.value for other in found.get(entry.name, ())]:
            found[entry.name] = (*found.get(entry.name, ()), entry)
    return found


@cache
def plugin_class(name: str) -> type[ProviderBase]:
    """The struct of a provider from outside. Raises `ConfigError` saying which package is wrong, and how."""
    entry, *others = plugin_entries()[name]
    if others:
        named = ", ".join([_package(one) for one in (entry, *others)])
        raise ConfigError(f"the provider {name!r} is in several packages: {named}")
    where = f"the provider {name!r} of {_package(entry)}"
    try:
        loaded: object = entry.load()
    except Exception as error:  # noqa: BLE001 - a foreign module may raise anything
        raise ConfigError(f"{where} cannot be loaded from {entry.value}: {type(error).__name__}: {error}") from None
    flaw = _flaw(loaded, name)
    if flaw is not None:
        raise ConfigError(f"{where}: {entry.value} {flaw}")
    assert isinstance(loaded, type)
    assert issubclass(loaded, ProviderBase)
    return loaded


def shadowed(own: Iterable[str]) -> tuple[str, ...]:
    """What is to be said of packages that claim one of Accord's `own` names: they are ignored."""
    return tuple(
        [
            f"the provider {name!r} of {_package(entry)} is ignored: the name is Accord's own"
            for name in own
            for entry in plugin_entries().get(name, ())
        ]
    )


def _flaw(loaded: object, name: str) -> str | None:
    """What is wrong with a struct that is to be a provider's."""
    if not isinstance(loaded, type) or not issubclass(loaded, ProviderBase):
        return "is no provider: it has to be a class derived from accord.providers.ProviderBase"
    tag = loaded.__struct_config__.tag
    if tag != name:
        return f"has the tag {tag!r}, and its entry point another name; write `tag={name!r}` in its class statement"
    missing = [
        word
        for word, own, base in (
            ("chat_codec", loaded.chat_codec, ProviderBase.chat_codec),
            ("address", loaded.address, ProviderBase.address),
        )
        if own is base
    ]
    return f"lacks the method {' and '.join(missing)}" if missing else None


def _package(entry: "EntryPoint") -> str:
    return f"the package {entry.dist.name} {entry.dist.version}" if entry.dist is not None else "an unknown package"
