"""The only code that opens connections.

    AsyncHttp1       asyncio_http1.py      HTTP/1.1 on httptools, from asyncio or uvloop; the default there
    Http1            blocking_http1.py     the same for blocking code; the default there
    AsyncHttpxTransport, HttpxTransport    httpx2_transport.py: over httpx2, for HTTP/2, SOCKS and TLS to a proxy

Import them from their modules: this package imports nothing, so that `import accord` stays light.

The defaults were chosen by the suite in `accord.testing.transport`, which the own transports pass whole and those over
httpx2 but for the deviations it lists, and by what a call costs on a warm connection to loopback, in CPU on one core of a
busy 2-core EPYC machine (`benchmarks/transport.py`, 8 calls at a time under asyncio):

                        call    call over TLS    event of a stream
    AsyncHttp1, uvloop   26 µs       65 µs            14 µs
    AsyncHttp1, asyncio  33 µs       56 µs            16 µs
    Http1                27 µs       59 µs            24 µs
    AsyncHttpxTransport 537 µs      679 µs            95 µs
    HttpxTransport      333 µs      426 µs           108 µs
"""
