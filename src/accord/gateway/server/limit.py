"""What one caller may take of the server, beside what `gateway.limits` says. They protect, and nobody tunes them."""

PIPELINED = 32
"""Requests on one connection that may wait for the one being served; then no more is read."""

SLICE_BYTES = 8 * 1024
"""How much is read at a time, so that requests in one breath are counted before there are thousands of them: 300 at most come
to wait beyond `PIPELINED`, not 9,000 with 17 MB of memory."""

LINGER_SECONDS = 1.0
"""How long a connection that ends is still read from: closed with bytes unread, the last answer could be lost."""

UNWANTED_BYTES = 4 * 1024 * 1024
"""How much of a refused body is read and thrown away, so that its sender gets to see the refusal."""

FRAMING_BYTES = 1024 * 1024
"""How much may come between two pieces of a body, or after its last: sizes of chunks, their extensions, trailers. More than
is read from a socket at once."""

READ_BYTES = 64 * 1024
"""Bytes read at a time, where a connection brings its own buffer."""
