"""How the gateway is reached: its certificate, and what one caller may take of its server."""

from typing import Annotated

import msgspec
from msgspec import Meta

from accord.core.secret import Secret
from accord.gateway.config.base import Settings


class TlsSettings(Settings, frozen=True, kw_only=True):
    """The certificate the gateway shows. Its files are read again at each reload, and no connection is lost."""

    certificate: Annotated[
        str, Meta(min_length=1, description="A PEM file: the certificate, and those between it and its authority.")
    ]
    key: Annotated[str, Meta(min_length=1, description="A PEM file with the certificate's key.")]
    key_password: Annotated[str | None, Meta(description="Opens the key, where it is encrypted.")] = None

    def __post_init__(self) -> None:
        if self.key_password is not None:
            msgspec.structs.force_setattr(self, "key_password", Secret(self.key_password))


class LimitSettings(Settings, frozen=True, kw_only=True):
    """What one caller may take of the server."""

    head_kb: Annotated[float, Meta(gt=0, description="The longest head of a request, in kilobytes (2^10).")] = 64
    headers: Annotated[int, Meta(ge=1, description="The most header lines in a head.")] = 200
    head_seconds: Annotated[
        float, Meta(gt=0, description="A head that has begun must be complete within this time.")
    ] = 20
    body_seconds: Annotated[float, Meta(gt=0, description="The next piece of a body must come within this time.")] = 60
    body_rate: Annotated[
        float,
        Meta(
            ge=0,
            description="Bytes a second at which a body must come on average; it is given `body_seconds` beside that. "
            "0 asks for no rate.",
        ),
    ] = 240
    answer_seconds: Annotated[
        float, Meta(gt=0, description="A caller that takes nothing of its answer for so long is left.")
    ] = 300
    idle_seconds: Annotated[
        float,
        Meta(
            gt=0,
            description="How long a connection is kept without a request. Longer than the 60 seconds after which load "
            "balancers close theirs, so that it is never the gateway that closes just as a request goes out.",
        ),
    ] = 75
    connections: Annotated[int, Meta(ge=1, description="Open connections of one worker; more are closed at once.")] = (
        20_000
    )

    @property
    def head_bytes(self) -> int:
        """The longest head of a request, in bytes."""
        return int(self.head_kb * 1024)
