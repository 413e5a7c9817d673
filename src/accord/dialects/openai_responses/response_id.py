"""Ids that a caller sees. They are made of what is known, so that the same answer gets the same ids."""

from hashlib import sha256

from accord.dialects.openai_responses.forward import Rename

_PREFIX = "resp_"


def response_id(given: str, rename: Rename | None, *, seed: bytes) -> str:
    """The id of a response: what `rename` makes of it; else the provider's where it is of this wire, else
    one derived from it, or from `seed`.
    """
    if rename is not None:
        return rename(given)
    if given.startswith(_PREFIX):
        return given
    return _PREFIX + sha256(given.encode("utf-8", "replace") or seed).hexdigest()[:48]


class ItemIds:
    """Ids of the items of one response."""

    __slots__ = ("_stem",)

    def __init__(self, of_response: str) -> None:
        self._stem = of_response.removeprefix(_PREFIX)

    def of(self, prefix: str, index: int) -> str:
        """The id of the item at `index`: `msg_...`, `rs_...`, `fc_...`, `ctc_...`, `ig_...`."""
        return f"{prefix}_{self._stem}{index:04x}"
