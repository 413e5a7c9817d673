"""Which addresses are public: hosts of the internet, and no part of anybody's own network.

From IANA's registries, https://www.iana.org/assignments/iana-ipv4-special-registry and .../iana-ipv6-special-registry.
`ipaddress.is_global` follows them too, as they were when the interpreter was built, and calls addresses global that lead
elsewhere by way of what they carry (6to4), or to many hosts at once (multicast).
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from accord.core.ip_network import IPNetwork

_SPECIAL_4 = tuple(
    [
        IPv4Network(network)
        for network in (
            "0.0.0.0/8",  # this host
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # behind carriers' NAT; some clouds keep their metadata here
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local; clouds keep their metadata here
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/3",  # multicast, reserved, broadcast
        )
    ]
)

_UNICAST_6 = IPv6Network("2000::/3")
"""All that is given out of IPv6; beside it are loopback, private, link-local, multicast and IPv4 in disguise."""

_SPECIAL_6 = tuple(
    [
        IPv6Network(network)
        for network in (
            "2001::/23",  # protocol assignments, Teredo and ORCHID among them
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: carries an IPv4 address, of any kind
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        )
    ]
)

_NAT64 = IPv6Network("64:ff9b::/96")
"""How hosts of IPv4 look in a network that has only IPv6 (RFC 6052): the last four bytes say where they really are."""


def may_be_reached(host: str, allowed: Sequence[IPNetwork]) -> bool:
    """Whether an address is public, or in one of the networks that are allowed beside. `host` is as the resolver gives it."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return is_within(host, allowed) or _is_public(address)


def is_within(host: str, networks: Sequence[IPNetwork]) -> bool:
    """Whether an address is in one of the networks."""
    address = ip_address(host)
    return any(address in network for network in networks)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_4)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _UNICAST_6 and not any(address in network for network in _SPECIAL_6)
