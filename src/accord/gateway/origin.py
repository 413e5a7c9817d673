"""Who may talk to a gateway without keys: programs on the same machine, and no web page.

A page in a browser can reach loopback. It gives itself away by its `Origin`, or, where its name was made to point at
this machine (DNS rebinding), by a `Host` that is not a loopback name.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from accord.gateway.http import Request

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without port and brackets, always means this machine."""
    if host in _LOOPBACK_NAMES or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def foreign(request: Request) -> str | None:
    """Why the request cannot come from a program on this machine; `None` when it can."""
    if request.peer and not is_loopback(request.peer):
        return f"it came from {request.peer}"
    host = request.header("host")
    if host is None or not is_loopback(_name_in(f"//{host}")):
        return f"its host is {host!r}"
    origin = request.header("origin")
    if origin is not None and not is_loopback(_name_in(origin)):
        return f"it came from a page of {origin!r}"
    return None


def _name_in(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
