"""Credentials as values: what a provider needs to be let in. Turned into headers by `client/credential.py`."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from accord.core.http import Headers
from accord.core.secret import Secret


class KeyHeader(msgspec.Struct, frozen=True, kw_only=True):
    """A key in a header: `Authorization: Bearer ...`, `x-api-key: ...`, `api-key: ...`."""

    secret: Secret
    header: str = "authorization"
    scheme: str = "Bearer"
    """The word before the key; empty for none."""
    also: tuple[str, ...] = ()
    """Further headers that have to hold the same."""

    def headers(self) -> Headers:
        """The headers themselves, with the key in them."""
        text = (self.scheme + " " if self.scheme else "") + self.secret.reveal()
        return tuple([(name, text) for name in (self.header, *self.also)])


class GoogleToken(msgspec.Struct, frozen=True, kw_only=True):
    """An access token from Google: application default credentials, or a service account or workload identity file."""

    source: Secret | None = None
    """A path to a credentials file or its JSON text; `None` is application default credentials."""
    scopes: tuple[str, ...] = ("https://www.googleapis.com/auth/cloud-platform",)


class EntraToken(msgspec.Struct, frozen=True, kw_only=True):
    """An access token from Microsoft Entra ID."""

    scope: str
    tenant: str | None = None
    client: str | None = None
    client_secret: Secret | None = None
    """With `tenant` and `client`: the client credentials grant. Without: `DefaultAzureCredential` of azure-identity."""


class TokenCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A token printed by a command (a company's own login tool)."""

    command: tuple[str, ...]
    lifetime: float = 300.0
    """Seconds a printed token is used for."""


class TokenSource(msgspec.Struct, frozen=True, kw_only=True):
    """A token from a function of the caller's, asked each time one is needed after `lifetime`."""

    call: Callable[[], str]
    lifetime: float = 300.0


Credential: TypeAlias = KeyHeader | GoogleToken | EntraToken | TokenCommand | TokenSource
