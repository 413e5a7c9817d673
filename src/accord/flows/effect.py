"""What flows want done, and what comes of it.

A flow is a generator: it yields effects and receives results, returns its outcome, and raises `ProviderError` when it
has to give up. It reads no clock and no random source: every result says when it came (`at`, in seconds on the
runner's clock). Small runners (`engine/run_async.py`, `engine/run_sync.py`) do what the effects ask.
"""

from collections.abc import Callable, Generator
from typing import Protocol, TypeAlias, TypeVar

import msgspec

from accord.core.error import ProviderError
from accord.core.event import Event
from accord.core.fetch import FetchMedia, RemoteFile
from accord.core.frameless import frameless
from accord.core.http import Call, Head, Reply
from accord.dialects.codec import Decoder
from accord.policy.gate import Ticket
from accord.policy.limit import Demand
from accord.providers.credential import Credential

T = TypeVar("T")


class Send(msgspec.Struct, frozen=True, kw_only=True):
    """Send a call. Answered with `Answered`, `Opened` (for a stream that began well), or `Failed`."""

    call: Call
    credential: Credential | None = None
    """Resolved to headers just before sending."""
    fresh: bool = False
    """The credential in use was refused: get a new one first."""
    decoder: Decoder | None = None
    """Reads a stream; the send is answered at its first event, so that an error inside a 200 can still be repeated."""
    deadline: float | None = None
    """When, on the runner's clock, everything must be over."""


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Do nothing for a while. Answered with `Waited`."""

    seconds: float


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """Fetch files from wherever they are. Answered with `Fetched`, or `NotFetched` where one of them cannot be had."""

    urls: tuple[str, ...]
    limits: FetchMedia
    deadline: float | None = None
    """When, on the runner's clock, everything must be over."""


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """Wait until the ticket is let in at its gate. Answered with `Waited`, or `Failed` when the deadline comes first."""

    ticket: Ticket
    deadline: float | None = None


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """Use so much of some limits, all or nothing. Answered with `Taken`."""

    demands: tuple[Demand, ...]


class Settle(msgspec.Struct, frozen=True, kw_only=True):
    """Correct the demands that were estimates of tokens by what was used, or give back all of them. Answered with `Waited`."""

    demands: tuple[Demand, ...]
    tokens: float | None
    """`None`: nothing was sent."""


class Race(msgspec.Struct, frozen=True, kw_only=True):
    """Run one flow, and after a while a second one beside it. Answered with `Waited` when one of them returned true, or
    all of them false; whichever still runs then is cancelled, and its connection closed.
    """

    first: "Flow[bool]"
    second: "Callable[[float], Flow[bool] | None]"
    """Asked when the time has come; `None` for: no second one."""
    delay: float
    abandon: "Callable[[], OpenBody | None]"
    """Called when the race itself is left: somebody may have won who nobody waits for any more. What comes back is closed."""


class Discard(msgspec.Struct, frozen=True, kw_only=True):
    """Close a stream that nobody will read. Answered with `Waited`."""

    body: "OpenBody"


class Tell(msgspec.Struct, frozen=True, kw_only=True):
    """Tell somebody of the call: `what` does it, and raises nothing. Answered with `Waited`."""

    what: Callable[[], None]


Effect: TypeAlias = Send | Wait | Fetch | Queue | Take | Settle | Race | Discard | Tell


class OpenBody(Protocol):
    """The rest of a stream, in the runner's hands. Flows pass it on and never look inside."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A whole reply, of any status."""

    reply: Reply
    at: float


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A stream that began: its head, its first events, and the rest."""

    head: Head
    events: list[Event]
    body: OpenBody | None
    """`None` where nothing comes after the events."""
    at: float


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """No reply, or a stream that failed before its first event."""

    error: ProviderError
    at: float
    head: Head | None = None

    def __post_init__(self) -> None:
        frameless(self.error)


class Waited(msgspec.Struct, frozen=True, kw_only=True):
    """The time is over, or what was waited for has come."""

    at: float


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """The files, in the order of their addresses."""

    files: tuple[RemoteFile, ...]
    at: float


class NotFetched(msgspec.Struct, frozen=True, kw_only=True):
    """A file that could not be had."""

    index: int
    """The place of its address."""
    why: str
    """For a person. Names the host, never the rest of an address, which may be a secret."""
    at: float


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a wish to use limits."""

    wait: float
    """0 when it was granted; else nothing was taken, and it may be granted after so many seconds (never, if infinite)."""
    of: str
    """The name of the limit that has too little left, `""` when granted."""
    at: float


Result: TypeAlias = Answered | Opened | Failed | Waited | Fetched | NotFetched | Taken

Flow: TypeAlias = Generator[Effect, Result, T]
