"""The provider's own bytes on their way to a caller of the same wire: as they came, but for the names that are ours."""

from collections.abc import Callable

import msgspec

from accord.core.json import dumps, edited, read
from accord.core.sse import NEWLINE

Rename = Callable[[str], str]
"""Makes the id a caller sees of the provider's id of a response, which is `""` where it has told none."""

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_anything = msgspec.json.Decoder(object)


class Shown:
    """What a caller sees of a response: the model by the name that was asked for, and the id under a name of ours."""

    __slots__ = ("_model", "_rename")

    def __init__(self, model: str, rename: Rename | None) -> None:
        self._model = model
        self._rename = rename

    def response(self, data: bytes) -> bytes:
        """A response object with its names replaced. Raises `NotJson`."""
        edits: dict[str, object] = {"model": self._model}
        if self._rename is not None:
            raw = read(_members, data).get("id")
            if raw is not None:
                found = read(_anything, bytes(raw))
                edits["id"] = self._rename(found if isinstance(found, str) else "")
        return edited(data, edits)

    def written(self, name: str, data: bytes, *, has_response: bool) -> bytes:
        """One event of a stream. Raises `NotJson`."""
        if has_response:
            members = read(_members, data)
            response = self.response(bytes(members["response"]))
            data = dumps({**members, "response": msgspec.Raw(response)})
        elif NEWLINE in data:
            data = data.replace(b"\n", b"\ndata: ")
        head = b"event: " + name.encode() + b"\n" if name else b""
        return head + b"data: " + data + b"\n\n"
