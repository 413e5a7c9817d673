"""What one caller may take of the server. Each limit is a constant: they protect, nobody tunes them."""

HEAD_BYTES = 64 * 1024
"""The longest head of a request."""

HEADERS = 200
"""The most header lines in a head."""

HEAD_SECONDS = 20.0
"""A head that began must be complete within this time (slow loris)."""

BODY_SECONDS = 60.0
"""The next piece of a body must come within this time."""

IDLE_SECONDS = 75.0
"""How long a connection is kept without a request: longer than the 60 seconds after which load balancers close theirs, so
that it is never the server that closes just as a request goes out."""

PIPELINED = 32
"""Requests on one connection that may wait for the one being served; then no more is read."""

UNWANTED_BYTES = 4 * 1024 * 1024
"""How much of a refused body is read and thrown away, so that its sender gets to see the refusal."""

CONNECTIONS = 20_000
"""Open connections of one process; more are closed at once."""
