"""YAML text becomes plain values: strings as keys, each key once."""

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import yaml

from accord.core.error import ConfigError

if TYPE_CHECKING:
    from yaml import SafeLoader as _BaseLoader
else:
    try:
        # Six times as fast, where PyYAML was built with libyaml, as its wheels are.
        from yaml import CSafeLoader as _BaseLoader
    except ImportError:  # pragma: no cover
        from yaml import SafeLoader as _BaseLoader


class _Loader(_BaseLoader):
    """A safe loader that refuses what YAML forbids and PyYAML lets pass: a key that appears twice, the last one winning."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: dict[str, int] = {}
        for key, _ in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise _Refused("a key must be a plain string", line)
            text = cast("str", key.value)
            if text in seen:
                raise _Refused(f"the key {text!r} appears twice (first on line {seen[text]})", line)
            seen[text] = line
        found: dict[Hashable, object] = super().construct_mapping(node, deep)
        for name in found:
            if not isinstance(name, str):
                raise _Refused(f"the key {name!r} is not a string; quote it", node.start_mark.line + 1)
        return found


class _Refused(yaml.YAMLError):
    """A document that parses and must not be used."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def read_document(path: Path) -> dict[str, object]:
    """The mapping in the file. An empty file is an empty mapping.

    Raises:
        ConfigError: there is no such file, it is no YAML, or not a mapping; with file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    return parse_document(text, str(path))


def parse_document(text: str, source: str) -> dict[str, object]:
    """The mapping in the text; `source` names it in errors. Raises `ConfigError`."""
    try:
        # The loader is a subclass of the safe one.
        value: object = yaml.load(text, Loader=_Loader)  # noqa: S506
    except _Refused as error:
        raise ConfigError(f"{source}: line {error.line}: {error.message}") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ConfigError(f"{source}: {line}{error.problem or 'not YAML'}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{source}: not YAML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{source}: nested too deeply") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(f"{source}: expected a mapping with `gateway`, `providers` and `models` at the top")
    return cast("dict[str, object]", value)
