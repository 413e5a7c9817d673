"""Whom the commands that call models ask: a provider by its key in the environment, or a gateway."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from accord.client.client import Client
from accord.client.environment import PROVIDER_TYPES, configured, environment, provider_class
from accord.core.error import ConfigError
from accord.providers import Compatible
from accord.testing.live import cheapest_model

MODEL_VARIABLE = "ACCORD_MODEL"
"""Names the model to ask where `--model` does not."""

ADDRESS_VARIABLE = "ACCORD_BASE_URL"
KEY_VARIABLE = "ACCORD_KEY"
"""A gateway, and its key: an option on the command line can be seen by everybody on the machine."""


class Connection(NamedTuple):
    """A client, and the model that it asks unless told otherwise."""

    client: Client[object]
    model: str


def connected(model: str, base_url: str, key: str, environ: Mapping[str, str] | None = None) -> Connection:
    """A client for the command line's options. Raises `ConfigError` saying what to set, and how to try without a key."""
    environ = environment() if environ is None else environ
    model = model or environ.get(MODEL_VARIABLE, "").strip()
    base_url = base_url or environ.get(ADDRESS_VARIABLE, "").strip()
    key = key or environ.get(KEY_VARIABLE, "").strip()
    if base_url:
        if not model:
            raise ConfigError(
                f"which model? Name it by --model or {MODEL_VARIABLE}, as the server at {base_url} knows it"
            )
        # A gateway, or any server that speaks OpenAI's wire.
        gateway = Compatible(api_key=key, base_url=base_url, dialect="openai_chat")
        return Connection(Client(gateway), model)
    return Connection(Client(environ=environ), model or default_model(environ))


def default_model(environ: Mapping[str, str]) -> str:
    """The cheapest current model that calls tools, of the first provider whose key is set. Raises `ConfigError`."""
    ready = configured(environ)
    for provider in ready:
        facts = cheapest_model(provider, datetime.now(UTC))
        if facts is not None:
            return f"{provider}/{facts.id}"
    if ready:
        raise ConfigError(f"which model? Name it by --model {ready[0]}/<model> or {MODEL_VARIABLE}")
    variables = [name for kind in PROVIDER_TYPES for name in provider_class(kind).env.get("api_key", ())[:1]]
    raise ConfigError(
        f"no provider's key is set. Set one of {', '.join(variables)}; or try without: `accord serve` starts a fake "
        "provider, and `--base-url http://127.0.0.1:4000/v1 --model fake/echo` asks it"
    )
