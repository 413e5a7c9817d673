"""Where a configuration comes from: a file, or the environment alone."""

from collections.abc import Mapping
from pathlib import Path

from accord.client.environment import providers_from_environment
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import read_document
from accord.gateway.config.settings import Config


def load_config(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration in a file. Raises `ConfigError` naming the file and everything that is wrong in it."""
    return decode_config(read_document(path), environ, str(path))


def default_config(environ: Mapping[str, str]) -> Config:
    """The configuration without a file: each provider whose key is in the environment. Raises `ConfigError`."""
    return Config(source="the environment", providers=providers_from_environment(environ))
