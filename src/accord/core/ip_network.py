"""Networks of addresses, as people write them."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

from accord.core.error import ConfigError

IPNetwork: TypeAlias = IPv4Network | IPv6Network


def network_of(entry: str) -> IPNetwork:
    """The network meant by `10.1.0.0/16` or `127.0.0.1`. Raises `ConfigError`."""
    try:
        return ip_network(entry)
    except ValueError:
        raise ConfigError(
            f"fetch_media: `allow` holds addresses and networks such as 10.1.0.0/16, not {entry!r}"
        ) from None
