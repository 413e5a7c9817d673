"""TLS, set up once for every way of trusting and of showing who we are."""

import asyncio
import os
import ssl
from functools import lru_cache

from accord.core.error import ConfigError
from accord.core.http import Network


def tls(network: Network) -> ssl.SSLContext:
    """The context for new connections of `network`, speaking HTTP/1.1.

    Networks that trust alike share one: loading the system's authorities takes tens of milliseconds. A file that has
    changed since is read again, so that certificates can be renewed under a running process.

    Raises:
        ConfigError: a file of authorities or certificates cannot be read.
    """
    changed = (_changed("ca_file", network.ca_file), _changed("client_cert", network.client_cert))
    return _shared(network.ca_file, network.client_cert, network.verify, changed)


@lru_cache(maxsize=256)
def _shared(
    ca_file: str | None,
    client_cert: str | None,
    verify: bool,
    changed: tuple[int, int],  # noqa: ARG001 - part of the cache's key
) -> ssl.SSLContext:
    context = fresh_tls(Network(ca_file=ca_file, client_cert=client_cert, verify=verify))
    context.set_alpn_protocols(["http/1.1"])
    return context


def fresh_tls(network: Network) -> ssl.SSLContext:
    """A context of one's own, with no protocol chosen. Raises `ConfigError` as `tls` does."""
    # Not `ssl.create_default_context`, which reads SSLKEYLOGFILE from the environment and would write session keys to
    # it. A client context checks certificates and names, and speaks TLS 1.2 and later.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not network.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif network.ca_file is None:
        context.load_default_certs()
    else:
        try:
            context.load_verify_locations(network.ca_file)
        except (OSError, ValueError) as error:
            raise _unreadable("ca_file", network.ca_file, error) from None
    if network.client_cert is not None:
        try:
            context.load_cert_chain(network.client_cert)
        except (OSError, ValueError) as error:
            raise _unreadable("client_cert", network.client_cert, error) from None
    return context


def _changed(setting: str, path: str | None) -> int:
    if path is None:
        return 0
    try:
        return os.stat(path).st_mtime_ns
    except OSError as error:
        raise _unreadable(setting, path, error) from None


def _unreadable(setting: str, path: str, error: Exception) -> ConfigError:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ConfigError(f"{setting} {path}: not a readable PEM file of the right kind: {why}")


def ended_in_good_order(transport: asyncio.BaseTransport | None) -> bool:
    """Whether the end of a connection is the other side's own word, where there is TLS. Loops say the same of both.

    A TLS connection that was closed reads as empty, one that was cut as waiting for more.
    """
    secured: object = None if transport is None else transport.get_extra_info("ssl_object")
    if not isinstance(secured, ssl.SSLObject):
        return True
    try:
        return not secured.read(1)
    except ssl.SSLError as error:
        return isinstance(error, ssl.SSLZeroReturnError)
