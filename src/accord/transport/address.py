"""Where a host is: looked up, put in the order to try, and the socket for it."""

import itertools
import socket
from typing import TypeAlias

from accord.transport.route import Origin

NEXT_ADDRESS_AFTER = 0.25
"""Seconds until the next address is tried beside one that does not answer (RFC 8305, section 5: "happy eyeballs")."""

AddressInfo: TypeAlias = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
"""As `socket.getaddrinfo` gives it."""


def known_addresses(origin: Origin) -> list[AddressInfo] | None:
    """The address of a host that is one already; `None` where the name has to be looked up."""
    try:
        return list(socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    except (socket.gaierror, UnicodeError):
        return None


def in_turn(addresses: list[AddressInfo]) -> list[AddressInfo]:
    """The families alternating, beginning with the one the system prefers (RFC 8305, section 4)."""
    if len(addresses) < 2:
        return addresses
    first = [address for address in addresses if address[0] == addresses[0][0]]
    other = [address for address in addresses if address[0] != addresses[0][0]]
    pairs = itertools.zip_longest(first, other)
    return [address for pair in pairs for address in pair if address is not None]


def new_socket(address: AddressInfo) -> socket.socket:
    """A socket for `address`, not blocking, that notices when the other side is gone.

    Models think for minutes without sending a byte. Probes keep such a connection alive in routers between, and end it
    when the host has vanished.
    """
    opened = socket.socket(address[0], address[1], address[2])
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _PROBES:
            opened.setsockopt(socket.IPPROTO_TCP, option, value)
    except OSError:
        opened.close()
        raise
    return opened


def _probes() -> list[tuple[int, int]]:
    """The first probe after a minute of silence, then one every 30 s, five in all; where the system has such options."""
    probes: list[tuple[int, int]] = []
    if hasattr(socket, "TCP_KEEPIDLE"):
        probes.append((socket.TCP_KEEPIDLE, 60))
    if hasattr(socket, "TCP_KEEPINTVL"):
        probes.append((socket.TCP_KEEPINTVL, 30))
    if hasattr(socket, "TCP_KEEPCNT"):
        probes.append((socket.TCP_KEEPCNT, 5))
    return probes


_PROBES = _probes()
