"""`accord config`: check, schema, show."""

from pathlib import Path

import msgspec

from accord.client.environment import environment
from accord.client.plugin import shadowed
from accord.core.json import dumps
from accord.gateway.config import load_config
from accord.gateway.config.decode import PROVIDER_TYPES
from accord.gateway.config.document import read_document
from accord.gateway.config.schema import config_schema, installed_providers
from accord.gateway.config.show import shown
from accord.gateway.listen import check_reach


def check(file: Path, /) -> None:
    """Check a configuration file, as `accord serve` would read it.

    Args:
        file: The configuration file.
    """
    found = load_config(file, environment())
    check_reach(found.gateway)
    for note in (*found.notes, *shadowed(PROVIDER_TYPES)):
        print(f"{file}: {note}")
    print(
        f"{file}: all is well: {len(found.providers)} providers, {len(found.models)} public models, "
        f"{len(found.gateway.keys)} keys"
    )


def schema() -> None:
    """Print the JSON Schema of configuration files, providers of other packages included."""
    print(msgspec.json.format(dumps(config_schema(installed_providers())), indent=2).decode())


def show(file: Path, /) -> None:
    """Print a configuration file with every default filled in and without secrets.

    Args:
        file: The configuration file.
    """
    print(shown(load_config(file, environment()), read_document(file)), end="")
