"""JSON Schema of a configuration file, for editors and checks."""

from collections.abc import Iterable
from typing import cast

import msgspec

from accord.client.plugin import plugin_class, plugin_entries
from accord.core.error import ConfigError
from accord.core.json import JsonObject
from accord.gateway.config.decode import PROVIDER_TYPES
from accord.gateway.config.settings import ConfigFile
from accord.providers import ProviderBase


def config_schema(others: Iterable[type[ProviderBase]] = ()) -> JsonObject:
    """The schema, JSON Schema 2020-12. `others` are providers from other packages, which may be configured beside Accord's."""
    schema: dict[str, object] = msgspec.json.schema(ConfigFile)
    for cls in others:
        _add(cls, schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Accord configuration", **schema}


def installed_providers() -> tuple[type[ProviderBase], ...]:
    """The providers of other packages that can be loaded; a broken one is left out."""
    found: list[type[ProviderBase]] = []
    for name in plugin_entries():
        if name not in PROVIDER_TYPES:
            try:
                found.append(plugin_class(name))
            except ConfigError:
                continue
    return tuple(found)


def _add(cls: type[ProviderBase], schema: dict[str, object]) -> None:
    """One more alternative in `providers`, told by its tag as the others are."""
    # Its definitions have names of their own, whatever its classes are called.
    tag = str(cls.__struct_config__.tag)
    (reference,), definitions = msgspec.json.schema_components([cls], ref_template=f"#/$defs/{tag}.{{name}}")
    held = cast("dict[str, object]", schema["$defs"])
    held.update({f"{tag}.{name}": made for name, made in definitions.items()})
    entries = cast("dict[str, dict[str, object]]", cast("dict[str, object]", held["ConfigFile"])["properties"])[
        "providers"
    ]
    union = cast("dict[str, object]", entries["additionalProperties"])
    cast("list[object]", union["anyOf"]).append(reference)
    told = cast("dict[str, dict[str, str]]", union["discriminator"])
    told["mapping"][tag] = str(reference["$ref"])
