"""Access tokens from Google, through the `google-auth` library (`pip install accord[google]`).

Service accounts, gcloud's own logins, workload identity federation, impersonation and the machine's service account are all
its affair: https://google-auth.readthedocs.io/en/latest/user-guide.html.
"""
# google-auth is only partly annotated.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import json
from datetime import UTC, datetime
from pathlib import Path

from accord.core.error import Authentication, ConfigError, unreachable
from accord.core.json import as_object
from accord.providers.credential import GoogleToken

UNKNOWN_LIFETIME = 3600.0
"""Seconds a Google access token lives where the library does not say."""
_NEITHER = "the Google credentials are neither a file nor the JSON of one"


def google_token(credential: GoogleToken) -> tuple[str, float]:
    """A new access token and its lifetime in seconds.

    Raises `ConfigError` where there are no usable credentials, `Authentication` where Google refuses them, `Unreachable` where
    nobody answers.
    """
    try:
        import google.auth  # noqa: PLC0415 - an optional extra
        from google.auth import exceptions  # noqa: PLC0415
        from google.auth.transport.requests import Request  # noqa: PLC0415
    except ImportError:
        raise ConfigError("Google credentials need the google extra: pip install 'accord[google]'") from None
    scopes = list(credential.scopes)
    try:
        if credential.source is None:
            found, _ = google.auth.default(scopes=scopes)
        else:
            found, _ = google.auth.load_credentials_from_dict(_described(credential.source.reveal()), scopes=scopes)
        # Looking for the project of a workload identity has fetched a token already.
        if not found.valid:
            found.refresh(Request())
    except exceptions.DefaultCredentialsError as error:
        raise ConfigError(f"no Google credentials: {error}") from None
    except exceptions.GoogleAuthError as error:
        if isinstance(error, exceptions.TransportError) or isinstance(error.__cause__, exceptions.TransportError):
            raise unreachable("Google's service of tokens cannot be reached", sent="no", phase="connect") from None
        raise Authentication(f"Google refused the credentials: {_words(error)}") from None
    except ValueError:
        raise ConfigError(_NEITHER) from None
    return str(found.token), _lifetime(found.expiry)


def _described(source: str) -> dict[str, object]:
    """What a credentials file, or the text of one, says. Raises `ConfigError`."""
    is_text = source.lstrip().startswith("{")
    try:
        found = as_object(json.loads(source if is_text else Path(source).expanduser().read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise ConfigError(_NEITHER if is_text else f"the Google credentials file {source!r} cannot be read") from None
    if found is None:
        raise ConfigError(_NEITHER)
    described = as_object(found.get("credential_source")) or {}
    if is_text and "executable" in described:
        # Text may come from somebody who must not run programs here; a file was put there by who may.
        raise ConfigError("Google credentials that run a command are taken from a file alone")
    return found


def _words(error: Exception) -> str:
    """What the service of tokens said, without the body of its answer, which the library adds."""
    return str(error.args[0]) if error.args else type(error).__name__


def _lifetime(expiry: datetime | None) -> float:
    if expiry is None:
        return UNKNOWN_LIFETIME
    # google-auth keeps naive UTC.
    return (expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
