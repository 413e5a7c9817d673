"""How long and how much is kept."""

import msgspec

from accord.engine.store import StoredResponse

_decoder = msgspec.msgpack.Decoder(StoredResponse)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of a store. Where one of them is passed, the oldest answers go."""

    ttl: float
    """Seconds."""
    entries: int
    size: int
    """Bytes of all that is kept."""


def packed(stored: StoredResponse) -> bytes:
    """One answer as bytes, so that its size is known."""
    return msgspec.msgpack.encode(stored)


def unpacked(data: bytes) -> StoredResponse | None:
    """What was packed; `None` where another version of Accord packed it in another form."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError:
        return None
