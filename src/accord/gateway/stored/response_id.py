"""Ids of responses that callers see: ours, telling nothing, and made for one owner, one provider or group, and one answer."""

import hmac
import re
import secrets

from accord.gateway.key import Key

_FORM = re.compile(r"resp_[0-9a-f]{48}")
_NONCE = 8
_PROOF = 16
"""Bytes. Together they make items' ids of 56 letters, of which OpenAI's API takes 64."""


class ResponseIds:
    """Makes ids and proves them by one secret."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def owner(self, key: Key) -> bytes:
        """Stands for a key in the store. Another key under the same name is another owner."""
        return self._proof(b"owner", key.digest)

    def made(self, owner: bytes, bound: str, upstream_id: str) -> str:
        """A new id."""
        nonce = secrets.token_bytes(_NONCE)
        return f"resp_{nonce.hex()}{self._of(nonce, owner, bound, upstream_id).hex()}"

    def proves(self, response_id: str, owner: bytes, bound: str, upstream_id: str) -> bool:
        """Whether the id was made here for just these."""
        if not well_formed(response_id):
            return False
        held = bytes.fromhex(response_id.removeprefix("resp_"))
        return hmac.compare_digest(held[_NONCE:], self._of(held[:_NONCE], owner, bound, upstream_id))

    def _of(self, nonce: bytes, owner: bytes, bound: str, upstream_id: str) -> bytes:
        return self._proof(b"response", nonce, owner, bound.encode(), upstream_id.encode("utf-8", "replace"))

    def _proof(self, *pieces: bytes) -> bytes:
        # Each with its length, so that no two lists give the same bytes.
        told = b"".join([len(piece).to_bytes(4, "big") + piece for piece in pieces])
        return hmac.digest(self._secret, told, "sha256")[:_PROOF]


class NewId:
    """The id of one answer: made when it is first needed, and the same from then on."""

    __slots__ = ("_bound", "_ids", "_made", "_owner", "upstream_id")

    def __init__(self, ids: ResponseIds, owner: bytes, bound: str) -> None:
        """`bound` is what the answer is bound to: a provider, or a group of targets by its public name."""
        self._ids = ids
        self._owner = owner
        self._bound = bound
        self._made = ""
        self.upstream_id: str = ""
        """What the provider had said when the id was made."""

    def __call__(self, given: str) -> str:
        """`given` is the provider's id, `""` while it has told none."""
        if not self._made:
            self.upstream_id = given
            self._made = self._ids.made(self._owner, self._bound, given)
        return self._made


def well_formed(response_id: str) -> bool:
    """Whether it could be an id of ours: all others need no look into the store."""
    return _FORM.fullmatch(response_id) is not None
