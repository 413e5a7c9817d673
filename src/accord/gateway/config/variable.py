"""`${NAME}` and `${NAME:-default}` in the strings of a configuration.

Substitution happens in values, after the YAML was read, so that a variable can never add structure. An empty variable
counts as unset, as everywhere in Accord: an empty key is a mistake that would show itself only at the provider. Where
empty is meant, `${NAME:-}` says so. `$${` is a literal `${`.
"""

import re
from collections.abc import Mapping
from typing import cast

from accord.gateway.config.problem import Problems

_REFERENCE = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{")


def substituted(document: dict[str, object], environ: Mapping[str, str], problems: Problems) -> dict[str, object]:
    """The document with its variables filled in. Unset ones without default are noted as problems."""
    return cast("dict[str, object]", _value(document, "", environ, problems))


def has_reference(text: str) -> bool:
    """Whether the text names a variable."""
    return _REFERENCE.search(text) is not None


def _value(value: object, path: str, environ: Mapping[str, str], problems: Problems) -> object:
    if isinstance(value, str):
        return _text(value, path, environ, problems) if "${" in value else value
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        prefix = f"{path}." if path else ""
        return {key: _value(inner, f"{prefix}{key}", environ, problems) for key, inner in entries.items()}
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [_value(inner, f"{path}[{index}]", environ, problems) for index, inner in enumerate(items)]
    return value


def _text(text: str, path: str, environ: Mapping[str, str], problems: Problems) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[0] == "$${":
            return "${"
        name, default = cast("str | None", match[1]), cast("str | None", match[2])
        if name is None:
            problems.add(path, "a `${` that names no variable; write ${NAME} or ${NAME:-default}, or $${ for itself")
            return ""
        found = environ.get(name) or default
        if found is None:
            state = "is empty" if name in environ else "is not set"
            problems.add(path, f"the environment variable {name} {state}; set it, or write ${{{name}:-default}}")
            return ""
        return found

    return _REFERENCE.sub(fill, text)
