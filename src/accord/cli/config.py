"""`accord config`: check, schema, show."""

from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from cyclopts import Parameter

from accord.client.environment import environment
from accord.client.plugin import shadowed
from accord.core.json import dumps
from accord.gateway.config import load_config
from accord.gateway.config.decode import PROVIDER_TYPES
from accord.gateway.config.document import read_document
from accord.gateway.config.schema import config_schema, installed_providers
from accord.gateway.config.show import shown
from accord.gateway.listen import check_reach

AsJson = Annotated[bool, Parameter(name="--json", negative="")]


def check(file: Path, /, *, as_json: AsJson = False) -> None:
    """Check a configuration file, as `accord serve` would read it.

    Args:
        file: The configuration file.
        as_json: Print what was found as JSON.
    """
    found = load_config(file, environment())
    check_reach(found.gateway)
    notes = (*found.notes, *shadowed(PROVIDER_TYPES))
    if as_json:
        # Their number alone: a key may stand there without a name.
        keys = len(found.gateway.keys)
        told = {"notes": notes, "providers": list(found.providers), "models": list(found.models), "keys": keys}
        print(dumps(told).decode())
        return
    for note in notes:
        print(f"{file}: {note}")
    print(
        f"{file}: all is well: {len(found.providers)} providers, {len(found.models)} public models, "
        f"{len(found.gateway.keys)} keys"
    )


def schema() -> None:
    """Print the JSON Schema of configuration files, providers of other packages included."""
    print(msgspec.json.format(dumps(config_schema(installed_providers())), indent=2).decode())


def show(file: Path, /, *, as_json: AsJson = False) -> None:
    """Print a configuration file with every default filled in and without secrets.

    Args:
        file: The configuration file.
        as_json: Print it as JSON, in place of YAML.
    """
    text = shown(load_config(file, environment()), read_document(file))
    print(dumps(yaml.safe_load(text)).decode() if as_json else text, end="\n" if as_json else "")
