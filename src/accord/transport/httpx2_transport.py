"""Transports over httpx2, for what Accord's own do not speak: HTTP/2, SOCKS, and TLS to a proxy.

    pip install 'accord[http2]'
    AsyncClient(provider, transport=AsyncHttpxTransport())

They keep the promises of `base.py` but for those listed, each with its reason, in `accord.testing.transport`. A call
costs twelve to twenty times what it costs over the defaults.

HTTP/2 is off unless asked for: httpx2 (2.16) sends no RST_STREAM and keeps the connection, so over HTTP/2 an answer that
is cancelled or closed early runs on upstream, and is billed.

Importing this module raises `ConfigError` where httpx2 is not installed.
"""

from accord.core.error import ConfigError

try:
    from accord.transport.httpx2_async import AsyncHttpxAnswer, AsyncHttpxTransport
    from accord.transport.httpx2_blocking import HttpxAnswer, HttpxTransport
except ImportError as _missing:
    raise ConfigError("this transport needs httpx2: pip install 'accord[http2]'") from _missing

__all__ = ["AsyncHttpxAnswer", "AsyncHttpxTransport", "HttpxAnswer", "HttpxTransport"]
