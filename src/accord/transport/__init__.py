"""The only code that opens connections.

    AsyncHttp1       asyncio_http1.py      HTTP/1.1 on httptools, from asyncio or uvloop; the default there
    Http1            blocking_http1.py     the same for blocking code; the default there
    AsyncHttpxTransport, HttpxTransport    httpx2_transport.py: over httpx2, for HTTP/2, SOCKS and TLS to a proxy

Import them from their modules: this package imports nothing, so that `import accord` stays light.

The defaults were chosen by the suite in `accord.testing.transport`, which all of them pass but for the deviations it
lists, and by what a call costs: on one core of a 2-core EPYC machine, in CPU per call on a warm connection to loopback
(`benchmarks/transport.py`, 8 calls at a time), own 22 µs on uvloop, 25 on asyncio's own loop and 52 blocking, httpx2 some
twenty times that.
"""
