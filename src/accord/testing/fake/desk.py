"""What an endpoint of the fake works with: the account it serves, its script, and what it remembers."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from accord.core.json import JsonObject
from accord.core.operation import Operation
from accord.testing.fake.behaviour import Behaviour, Failure
from accord.testing.fake.ids import Ids
from accord.testing.fake.script import Script
from accord.testing.fake.seal import Seal
from accord.testing.fake.seen import SeenRequest

T = TypeVar("T")

CREATED = 1_795_000_000
"""When everything the fake says was said, in Unix seconds (November 2026). A constant, so that answers repeat."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """How the fake was set up."""

    key: str | None
    """`None` lets everybody in."""
    strict: bool
    """Whether requests are held to the vendor's rules, or to what every compatible server needs."""
    models: tuple[str, ...]
    """The models there are; empty knows every name."""
    context_window: int | None
    """The longest prompt in the fake's own tokens."""
    body_limit: int
    """The longest request body, in bytes."""
    files: tuple[str, ...] | None
    """The ids of uploaded files there are; `None` knows every id."""
    remembers: int
    """How many responses (and other things that requests may come back to) are kept."""


class Memory(dict[str, T]):
    """A dict that forgets the oldest of more than `limit` entries."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def __setitem__(self, key: str, value: T) -> None:
        super().__setitem__(key, value)
        if len(self) > self._limit:
            del self[next(iter(self))]


class StoredResponse(msgspec.Struct, kw_only=True):
    """A response the service keeps. `response` changes where it is worked on in the background."""

    response: dict[str, object]
    items: tuple[JsonObject, ...]
    """Its input, that of the responses before it included."""
    finished: dict[str, object]
    """What `response` will be in the end."""


class Desk:
    """One fake provider's state. Used in the server's thread alone, but for the script."""

    def __init__(self, account: Account, script: Script) -> None:
        self.account = account
        self.script = script
        self.ids: Ids = Ids()
        self.seal: Seal = Seal(account.key or "")
        self.stored: Memory[StoredResponse] = Memory(account.remembers)
        """The responses that were to be stored, by id."""
        self.kept_items: Memory[JsonObject] = Memory(account.remembers)
        """Output items of stored responses by id, to which later requests may refer."""
        self.reasoned_items: Memory[str] = Memory(account.remembers)
        """Ids of output items that came with reasoning: the id of the reasoning item each must come back with."""
        self.vouched: set[str] = set()
        """Signatures that a script gave out as they are, and that are good when they come back."""

    def knows(self, model: str) -> bool:
        """Whether there is such a model."""
        return not self.account.models or model in self.account.models

    def has_file(self, file_id: str) -> bool:
        """Whether such a file was uploaded."""
        return self.account.files is None or file_id in self.account.files

    def too_long(self, prompt_tokens: int) -> bool:
        """Whether a prompt exceeds the context window."""
        window = self.account.context_window
        return window is not None and prompt_tokens > window


class Visit:
    """A request that was let in, on its way through an endpoint."""

    def __init__(self, request: SeenRequest, parameters: Mapping[str, str], desk: Desk, request_id: str) -> None:
        """`parameters` are the parts of the path that the route names; `request_id` is the one the answer tells."""
        self.request = request
        self.parameters = parameters
        self.desk = desk
        self.request_id = request_id

    def scripted(self, model: str, operation: Operation) -> Behaviour | None:
        """What the script says to do; `None` is the usual."""
        found = self.desk.script.take(model, operation)
        return found(self.request) if callable(found) else found


class Rejected(Exception):
    """The request is refused."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
