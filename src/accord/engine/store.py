"""Where answers are kept that a later request may refer to: the seam, and what is kept."""

from typing import Protocol

import msgspec

from accord.core.message import Message


class StoredResponse(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, and everything that a request needs to continue it."""

    owner: bytes
    """Who asked, in a form that tells nothing of their key."""
    provider: str
    """The configured name of the provider that answered: what its items hold is bound to its account."""
    model: str = ""
    """Its model, by the name upstream; `""` where an earlier version of Accord kept the answer."""
    bound: str = ""
    """What the id was made for: the public name of a group of targets; `""` for the provider itself."""
    upstream_id: str
    """What the provider calls the answer; `""` where it was not known when ours was made. It is never sent anywhere."""
    response: bytes
    """The answer as the caller got it."""
    input_items: bytes
    """JSON list of the items of the caller's input."""
    messages: tuple[Message, ...]
    """The conversation up to and with the answer."""


class ResponseStore(Protocol):
    """Keeps answers by id for a while. Raises `OSError` where the place they are kept in fails."""

    async def get(self, response_id: str) -> StoredResponse | None:
        """The answer; `None` where there is none, or none any more."""
        ...

    async def put(self, response_id: str, stored: StoredResponse) -> None:
        """Keeps an answer. It can be found as soon as this returns."""
        ...

    async def delete(self, response_id: str) -> bool:
        """Forgets an answer. Says whether there was one."""
        ...

    async def close(self) -> None:
        """Lets go of what it holds open."""
        ...
