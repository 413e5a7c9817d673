"""What the fake gives out sealed, such as reasoning, and checks when it comes back, as real services do."""

import base64
import hashlib
import hmac

_SIZE = 16


class Seal:
    """Seals for one account: what another account sealed is no good here."""

    def __init__(self, account: str) -> None:
        self._key = hashlib.sha256(b"accord fake seal:" + account.encode()).digest()

    def wrap(self, purpose: str, content: str) -> str:
        """`content` in a form that only `unwrap` reads (opaque, not secret), in URL-safe base64."""
        data = content.encode()
        return base64.urlsafe_b64encode(self._digest(purpose, data) + data).decode()

    def unwrap(self, purpose: str, wrapped: str) -> str | None:
        """What was wrapped; `None` where it was not wrapped here or was changed since. The usual alphabet of base64 is read, too."""
        try:
            data = base64.b64decode(wrapped.replace("-", "+").replace("_", "/"), validate=True)
            content = data[_SIZE:].decode()
        except ValueError:
            return None
        return content if hmac.compare_digest(self._digest(purpose, data[_SIZE:]), data[:_SIZE]) else None

    def _digest(self, purpose: str, data: bytes) -> bytes:
        return hmac.new(self._key, purpose.encode() + b"\0" + data, hashlib.sha256).digest()[:_SIZE]
