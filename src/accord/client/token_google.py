"""Access tokens from Google, through the `google-auth` library (`pip install accord[google]`)."""
# google-auth is only partly annotated.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import json
from datetime import UTC, datetime

from accord.core.error import Authentication, ConfigError
from accord.providers.credential import GoogleToken

UNKNOWN_LIFETIME = 3600.0
"""Seconds a Google access token lives where the library does not say."""


def google_token(credential: GoogleToken) -> tuple[str, float]:
    """A new access token and its lifetime in seconds. Raises `ConfigError` or `Authentication`."""
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
        elif credential.source.lstrip().startswith("{"):
            found, _ = google.auth.load_credentials_from_dict(json.loads(credential.source), scopes=scopes)
        else:
            found, _ = google.auth.load_credentials_from_file(credential.source, scopes=scopes)
        found.refresh(Request())
    except exceptions.DefaultCredentialsError as error:
        raise ConfigError(f"no Google credentials: {error}") from None
    except exceptions.GoogleAuthError as error:
        raise Authentication(f"Google refused the credentials: {error}") from None
    except ValueError:
        raise ConfigError("the Google credentials are neither a file nor the JSON of one") from None
    return str(found.token), _lifetime(found.expiry)


def _lifetime(expiry: datetime | None) -> float:
    if expiry is None:
        return UNKNOWN_LIFETIME
    # google-auth keeps naive UTC.
    return (expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
