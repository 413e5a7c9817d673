"""Pictures and documents given by address, fetched for targets that take none: what may be fetched, and what came."""

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from accord.core import later

if TYPE_CHECKING:
    from accord.core.ip_network import IPNetwork

MOST_REDIRECTS = 3
"""How often a fetch is sent on to another address. Each is checked like the first."""


class FetchMedia(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How much is fetched for one request, how long that may take, and from where.

    Raises:
        ConfigError: an entry of `allow` is no network.
    """

    max_mb: Annotated[
        float, Meta(gt=0, description="What all files of one request may have together, in megabytes (2^20).")
    ] = 20
    max_files: Annotated[int, Meta(ge=1, le=100, description="The most files that are fetched for one request.")] = 16
    timeout: Annotated[
        float, Meta(gt=0, description="Seconds that the fetching for one request may take; its deadline holds as well.")
    ] = 20
    allow: Annotated[
        tuple[str, ...],
        Meta(
            description="Networks (`10.1.0.0/16`, `127.0.0.1`) that may be reached although they are not public, at any "
            "port. Without them only public addresses at ports 80 and 443 may be."
        ),
    ] = ()

    def __post_init__(self) -> None:
        for entry in self.allow:
            later.network_of(entry)

    @property
    def max_bytes(self) -> int:
        """What all files of one request may have together, in bytes."""
        return int(self.max_mb * 1024 * 1024)

    @property
    def networks(self) -> "tuple[IPNetwork, ...]":
        """The networks that are allowed beside the public ones."""
        return tuple([later.network_of(entry) for entry in self.allow])


class RemoteFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it came."""

    body: bytes
    content_type: str | None = None
    """What its server says it is."""
