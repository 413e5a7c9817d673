"""Access tokens from Microsoft Entra ID, through the `azure-identity` library (`pip install accord[azure]`)."""

import time

from accord.core.error import Authentication, ConfigError
from accord.providers.credential import EntraToken


def entra_token(credential: EntraToken) -> tuple[str, float]:
    """A new access token and its lifetime in seconds. Raises `ConfigError` or `Authentication`."""
    try:
        from azure.core.exceptions import ClientAuthenticationError  # noqa: PLC0415 - an optional extra
        from azure.identity import ClientSecretCredential, DefaultAzureCredential  # noqa: PLC0415
    except ImportError:
        raise ConfigError("Entra ID needs the azure extra: pip install 'accord[azure]'") from None
    secret = credential.client_secret
    try:
        if credential.tenant and credential.client and secret is not None:
            source = ClientSecretCredential(credential.tenant, credential.client, secret.reveal())
            token = source.get_token(credential.scope)
        else:
            token = DefaultAzureCredential().get_token(credential.scope)
    except ClientAuthenticationError as error:
        raise Authentication(f"Entra ID refused the credentials: {error.message}") from None
    except ValueError as error:
        raise ConfigError(f"the Entra ID settings are wrong: {error}") from None
    return token.token, token.expires_on - time.time()
