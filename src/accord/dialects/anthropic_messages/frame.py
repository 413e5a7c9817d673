"""Server-sent events as this wire writes them: always with a name, which its SDKs go by."""

from accord.core.json import dumps

PING = b'event: ping\ndata: {"type": "ping"}\n\n'


def frame(name: str, data: bytes) -> bytes:
    """One event of the given name with JSON as its data."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)


def event(kind: str, **members: object) -> bytes:
    """One event of our own making."""
    return frame(kind, dumps({"type": kind, **members}))
