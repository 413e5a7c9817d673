"""A configuration as it is in effect, fit to be shown: every default filled in, and no secret.

What came from a variable is shown as the variable. What was written out is shown, unless it is a secret by its place:
keys, header values, and the user in a proxy's address.
"""

import re
from collections.abc import Mapping
from typing import cast

import msgspec
import yaml

from accord.core.json import JsonObject, as_array, as_object
from accord.core.secret import Secret
from accord.gateway.config.settings import Config
from accord.gateway.config.variable import has_reference

MASK = "***"
_SECRET_FIELD = re.compile(r"(^|_)(key|secret|token|password)$|^api_key$|^client_secret$")
_USER_INFO = re.compile(r"(?<=://)[^/@]+(?=@)")


def shown(config: Config, document: Mapping[str, object]) -> str:
    """YAML of the configuration; `document` is the file as written, its variables not yet filled in."""
    values: JsonObject = {
        "gateway": _visible(config.gateway, document.get("gateway"), "gateway"),
        "providers": _visible(config.providers, document.get("providers"), "providers"),
        "models": _visible(config.models, document.get("models"), "models"),
    }
    return str(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True))


def _visible(value: object, written: object, field: str) -> object:
    if isinstance(written, str) and has_reference(written):
        return written
    if isinstance(value, Secret):
        # Of a proxy's address only the user is secret.
        return _text(value.reveal(), field) if field == "proxy" else str(value)
    if isinstance(value, str):
        return _text(value, field)
    if isinstance(value, msgspec.Struct):
        return _fields(value, as_object(written) or {})
    if isinstance(value, Mapping):
        return _mapping(cast("Mapping[str, object]", value), as_object(written) or {}, field)
    if isinstance(value, tuple | list):
        items = as_array(written) or []
        pairs = enumerate(cast("tuple[object, ...]", value))
        return [_visible(inner, items[index] if index < len(items) else None, field) for index, inner in pairs]
    return value


def _fields(value: msgspec.Struct, written: dict[str, object]) -> dict[str, object]:
    tag = {str(value.__struct_config__.tag_field): value.__struct_config__.tag} if value.__struct_config__.tag else {}
    names = zip(value.__struct_fields__, value.__struct_encode_fields__, msgspec.structs.astuple(value), strict=True)
    return {**tag, **{name: _visible(inner, written.get(name), field) for field, name, inner in names}}


def _mapping(value: Mapping[str, object], written: dict[str, object], field: str) -> dict[str, object]:
    if field == "headers":
        # Any header may be a credential under a name nobody has heard of.
        return {name: _visible(Secret(str(inner)), written.get(name), name) for name, inner in value.items()}
    return {name: _visible(inner, written.get(name), name) for name, inner in value.items()}


def _text(value: str, field: str) -> str:
    if value and _SECRET_FIELD.search(field):
        return MASK
    return _USER_INFO.sub(MASK, value) if field in {"proxy", "base_url"} else value
