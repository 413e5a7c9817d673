"""An answer made up and ready to be sent."""

import msgspec

from accord.core.http import Headers
from accord.testing.fake.delivery import Delivery


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes and how they travel."""

    status: int = 200
    headers: Headers = ()
    content_type: str = "application/json"
    pieces: tuple[bytes, ...] = ()
    """The body: whole, or an event a piece."""
    stream: bool = False
    delivery: Delivery = Delivery()
