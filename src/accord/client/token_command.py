"""Access tokens that a command of the user's prints."""

import shlex
import subprocess

from accord.core.error import Authentication, ConfigError
from accord.providers.credential import TokenCommand


def printed_token(command: TokenCommand) -> str:
    """What the command prints. Raises `Authentication` or `ConfigError`."""
    shown = shlex.join(command.command[:1])
    try:
        done = subprocess.run(command.command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - the user's own command
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"the token command {shown} could not be run: {type(error).__name__}") from None
    token = done.stdout.strip()
    if done.returncode != 0 or not token:
        raise Authentication(
            f"the token command {shown} ended with exit code {done.returncode} and {'a' if token else 'no'} token"
        )
    return token
