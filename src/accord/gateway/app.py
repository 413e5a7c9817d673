"""The gateway as an importable ASGI application, for servers that people run themselves:

    ACCORD_CONFIG=accord.yaml granian --interface asgi accord.gateway.app:app
    ACCORD_CONFIG=accord.yaml hypercorn accord.gateway.app:app

Nothing is read before the server starts the application. Without `ACCORD_CONFIG`, providers come from the environment.
Where the server listens is its own affair: without keys, callers from elsewhere are refused one by one.
"""

from pathlib import Path

from accord.client.environment import environment
from accord.gateway.asgi import Application
from accord.gateway.build import application
from accord.gateway.config import Config, default_config, load_config
from accord.gateway.log import set_up


async def _prepare() -> Config:
    environ = environment()
    path = environ.get("ACCORD_CONFIG")
    config = load_config(Path(path), environ) if path else default_config(environ)
    set_up(config.gateway.logging)
    return config


app: Application = application(_prepare)
