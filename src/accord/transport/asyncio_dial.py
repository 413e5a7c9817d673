"""Making connections under asyncio: look up, connect, pass the proxy, secure."""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from accord.core.http import Network
from accord.transport.address import NEXT_ADDRESS_AFTER, AddressInfo, in_turn, known_addresses, new_socket
from accord.transport.failure import no_connection, reason
from accord.transport.proxy import Proxy, TunnelReader, proxy
from accord.transport.route import Origin
from accord.transport.tls import tls

P = TypeVar("P", bound=asyncio.BaseProtocol)


async def dial(
    loop: asyncio.AbstractEventLoop,
    origin: Origin,
    network: Network,
    make: Callable[[socket.socket], P],
    addresses: Sequence[AddressInfo] | None = None,
) -> P:
    """A protocol made by `make`, connected to `origin`: at one of `addresses`, where they are given, and nowhere else.

    The steps are our own and not `loop.create_connection`'s, because a failure must say which of them it was, uvloop
    does not try addresses side by side, and a proxy comes between the second and the last.

    Raises `Unreachable`, and `ConfigError` for a proxy or certificate file that cannot be used.
    """
    context = tls(network) if origin.encrypted else None
    via = None if network.proxy is None else proxy(network.proxy)
    opened = await _connected(loop, origin if via is None else via.origin, addresses)
    try:
        if via is not None and origin.encrypted:
            await _tunnelled(loop, opened, via, origin)
    except BaseException:
        opened.close()
        raise
    name = None if context is None else origin.host.rstrip(".")
    try:
        # From here on the loop owns the socket, and closes it when this fails.
        _, protocol = await loop.create_connection(lambda: make(opened), sock=opened, ssl=context, server_hostname=name)
    except OSError as error:
        lasting = isinstance(error, ssl.SSLCertVerificationError)
        raise no_connection(origin, "tls" if context else "connect", reason(error), lasting=lasting) from None
    return protocol


async def _tunnelled(loop: asyncio.AbstractEventLoop, opened: socket.socket, via: Proxy, origin: Origin) -> None:
    reader = TunnelReader(via.origin)
    try:
        await loop.sock_sendall(opened, via.tunnel(origin))
        while not reader.feed(await loop.sock_recv(opened, 65536)):
            pass
    except OSError as error:
        raise no_connection(via.origin, "connect", reason(error)) from None


async def _connected(loop: asyncio.AbstractEventLoop, to: Origin, given: Sequence[AddressInfo] | None) -> socket.socket:
    addresses: list[AddressInfo] | None = known_addresses(to) if given is None else [*given]
    if addresses is None:
        try:
            addresses = [*await loop.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            raise no_connection(to, "resolve", reason(error)) from None
    try:
        if len(addresses) == 1:
            return await _try(loop, addresses[0])
        return await _race(loop, in_turn(addresses))
    except OSError as error:
        raise no_connection(to, "connect", reason(error)) from None


async def _try(loop: asyncio.AbstractEventLoop, address: AddressInfo) -> socket.socket:
    opened = new_socket(address)
    try:
        await loop.sock_connect(opened, address[4])
    except BaseException:
        opened.close()
        raise
    return opened


async def _race(loop: asyncio.AbstractEventLoop, addresses: list[AddressInfo]) -> socket.socket:
    """The first connection that stands. Raises the last failure when none does."""
    waiting = deque(addresses)
    running: set[asyncio.Task[socket.socket]] = set()
    failure: BaseException = OSError("the name has no address")
    try:
        while waiting or running:
            if waiting:
                running.add(loop.create_task(_try(loop, waiting.popleft())))
            patience = NEXT_ADDRESS_AFTER if waiting else None
            done, _ = await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                running.discard(task)
                lost = task.exception()
                if lost is None:
                    running |= done - {task}
                    return task.result()
                failure = lost
    finally:
        for task in running:
            task.add_done_callback(_unwanted)
            task.cancel()
    raise failure


def _unwanted(task: asyncio.Task[socket.socket]) -> None:
    """A connection that stood too late."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()
