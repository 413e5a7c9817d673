"""JSON Schema of a configuration file, for editors and checks."""

import msgspec

from accord.core.json import JsonObject
from accord.gateway.config.settings import ConfigFile


def config_schema() -> JsonObject:
    """The schema, JSON Schema 2020-12."""
    schema = msgspec.json.schema(ConfigFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Accord configuration", **schema}
