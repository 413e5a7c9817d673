"""Making connections for blocking code: look up, connect, pass the proxy, secure."""

import errno
import math
import os
import selectors
import socket
import ssl
import time
from collections import deque
from collections.abc import Sequence

from accord.core.error import Phase, TimedOut
from accord.core.http import Network
from accord.transport.address import NEXT_ADDRESS_AFTER, AddressInfo, in_turn, known_addresses, new_socket
from accord.transport.failure import no_connection, reason, too_slow
from accord.transport.proxy import Proxy, TunnelReader, proxy
from accord.transport.readiness import READ, WRITE, Readiness
from accord.transport.route import Origin
from accord.transport.tls import tls


class Patience:
    """Until when a connection must stand, and what to say when it does not."""

    __slots__ = ("_origin", "_seconds", "_total", "due")

    def __init__(self, origin: Origin, seconds: float | None, ends_at: float) -> None:
        by = math.inf if seconds is None else time.monotonic() + seconds
        self._origin = origin
        self._seconds = seconds
        self._total = ends_at <= by
        self.due: float = min(by, ends_at)

    def over(self) -> TimedOut:
        """It does not stand in time."""
        phase: Phase = "deadline" if self._total else "connect"
        return too_slow(self._origin, "no connection stood", self._seconds, sent="no", phase=phase)


def dial(
    origin: Origin, network: Network, patience: Patience, addresses: Sequence[AddressInfo] | None = None
) -> socket.socket:
    """A socket connected to `origin`, TLS included, that does not block: at one of `addresses`, where they are given,
    and nowhere else.

    Raises `Unreachable`, `TimedOut`, and `ConfigError` for a proxy or certificate file that cannot be used. Looking up
    a name takes as long as the system's resolver takes; only then does `patience` count.
    """
    context = tls(network) if origin.encrypted else None
    via = None if network.proxy is None else proxy(network.proxy)
    opened = _connected(origin if via is None else via.origin, patience, addresses)
    try:
        if via is not None and context is not None:
            _tunnelled(opened, via, origin, patience)
        return opened if context is None else _secured(opened, context, origin, patience)
    except BaseException:
        opened.close()
        raise


def looked_up(to: Origin) -> list[AddressInfo]:
    """Every address of the host. Raises `Unreachable`."""
    addresses = known_addresses(to)
    if addresses is not None:
        return addresses
    try:
        return [*socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise no_connection(to, "resolve", reason(error)) from None


def _connected(to: Origin, patience: Patience, given: Sequence[AddressInfo] | None) -> socket.socket:
    addresses = looked_up(to) if given is None else list(given)
    try:
        return _race(in_turn(addresses), patience)
    except OSError as error:
        raise no_connection(to, "connect", reason(error)) from None


def _race(addresses: list[AddressInfo], patience: Patience) -> socket.socket:
    """The first connection that stands; another address joins in whenever one fails or is slow.

    Raises the last failure, an `OSError`, when none stands, and `TimedOut`.
    """
    waiting = deque(addresses)
    failure = OSError("the name has no address")
    with selectors.DefaultSelector() as running:
        try:
            while waiting or running.get_map():
                if waiting:
                    failure = _start(running, waiting.popleft()) or failure
                settled = _settled(running, time.monotonic() + NEXT_ADDRESS_AFTER if waiting else math.inf, patience)
                for opened in settled:
                    code = opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    running.unregister(opened)
                    if not code:
                        return opened
                    opened.close()
                    failure = OSError(code, os.strerror(code))
        finally:
            for opened in _sockets(list(running.get_map().values())):
                opened.close()
    raise failure


def _start(running: selectors.BaseSelector, address: AddressInfo) -> OSError | None:
    """Begins to connect. What went wrong at once, if anything did."""
    try:
        opened = new_socket(address)
    except OSError as error:
        return error
    code = opened.connect_ex(address[4])
    if code in {0, errno.EINPROGRESS, errno.EWOULDBLOCK}:
        running.register(opened, selectors.EVENT_WRITE)
        return None
    opened.close()
    return OSError(code, os.strerror(code))


def _settled(running: selectors.BaseSelector, next_at: float, patience: Patience) -> list[socket.socket]:
    """The sockets that stand or have failed, when there are some or the next address is due. Raises `TimedOut`."""
    if not running.get_map():
        return []
    due = min(next_at, patience.due)
    ready = running.select(None if due == math.inf else max(0.0, due - time.monotonic()))
    if not ready and time.monotonic() >= patience.due:
        raise patience.over()
    return _sockets([key for key, _ in ready])


def _sockets(keys: list[selectors.SelectorKey]) -> list[socket.socket]:
    return [key.fileobj for key in keys if isinstance(key.fileobj, socket.socket)]


def _tunnelled(opened: socket.socket, via: Proxy, origin: Origin, patience: Patience) -> None:
    ready = Readiness(opened.fileno())
    reader = TunnelReader(via.origin)
    try:
        opened.send(via.tunnel(origin))  # A few hundred bytes always fit into the buffer of a new socket.
        while ready.wait(READ, patience.due):
            if reader.feed(opened.recv(65536)):
                return
    except OSError as error:
        raise no_connection(via.origin, "connect", reason(error)) from None
    raise patience.over()


def _secured(opened: socket.socket, context: ssl.SSLContext, origin: Origin, patience: Patience) -> ssl.SSLSocket:
    # An end without TLS's own word for it is an error, so that a cut body is not taken for a whole one.
    secured = context.wrap_socket(
        opened,
        server_hostname=origin.host.rstrip("."),
        do_handshake_on_connect=False,
        suppress_ragged_eofs=False,
    )
    try:
        _shake_hands(secured, patience)
    except BaseException as error:
        secured.close()
        if isinstance(error, OSError):
            lasting = isinstance(error, ssl.SSLCertVerificationError)
            raise no_connection(origin, "tls", reason(error), lasting=lasting) from None
        raise
    return secured


def _shake_hands(secured: ssl.SSLSocket, patience: Patience) -> None:
    ready = Readiness(secured.fileno())
    wanted = WRITE
    while ready.wait(wanted, patience.due):
        try:
            secured.do_handshake()
        except ssl.SSLWantReadError:
            wanted = READ
        except ssl.SSLWantWriteError:
            wanted = WRITE
        else:
            return
    raise patience.over()
