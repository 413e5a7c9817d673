"""The two sides of a dialect, as everybody else sees them.

Client side: a codec *encodes* a request into an `Exchange`, which holds the draft to send and reads what comes back;
it carries the state of its request, because some answers can only be read knowing what was asked.

Server side: `parse` makes an `Inbound` of a caller's bytes, which holds the neutral request and writes what goes back.

Where caller and target speak the same dialect and nothing has to change, `codec.forward(inbound)` gives an exchange that
sends the caller's own bytes with a short list of edits, and whose decoder hands the provider's bytes on as `Forwarded`
events beside the events that say what they mean. Both ways give the same result.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

import msgspec

from accord.core.dialect import Dialect
from accord.core.error import AccordError, ProviderError
from accord.core.event import Event
from accord.core.finish import Finish
from accord.core.http import Draft, Head, Headers, Reply
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.usage import Usage
from accord.core.warning import CallWarning
from accord.dialects.remote import Remote

Request_contra = TypeVar("Request_contra", contravariant=True)
Response_co = TypeVar("Response_co", covariant=True)


class Spoken(NamedTuple):
    """An answer of words and nothing else."""

    id: str
    model: str
    text: str
    finish: Finish
    usage: Usage


class RepeatedWords(Protocol):
    """What requests for words have in common that differ in the words alone."""

    def write(self, words: Sequence[str]) -> bytes | None:
        """The body of another one, with these words in its messages; `None` where they want more care."""
        ...

    def read(self, body: bytes) -> Spoken | None:
        """The answer in a 2xx body; `None` where it is more than words, or no answer."""
        ...

    def decoder(self) -> "Decoder":
        """A fresh reader for the stream of an answer."""
        ...


@runtime_checkable
class Repeats(Protocol):
    """An exchange of which there may be others like it."""

    def repeated(self, request: ChatRequest) -> RepeatedWords | None:
        """What it has in common with them; `request` is its own. `None` where it asks for more than words."""
        ...


class Exchange(Protocol[Response_co]):
    """One request on its way, and the reading of its answer."""

    @property
    def draft(self) -> Draft:
        """What to send."""
        ...

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What was changed or left out of the request."""
        ...

    def decode(self, reply: Reply) -> Response_co:
        """The response in a 2xx reply. Raises `Malformed`, or the `ProviderError` that a 200 body tells of."""
        ...

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of. Never raises; unknown bodies keep their text."""
        ...


class Codec(Protocol[Request_contra, Response_co]):
    """Writes requests of one operation for one model."""

    def encode(self, request: Request_contra, *, on_unsupported: OnUnsupported = "error") -> Exchange[Response_co]:
        """Raises `Unsupported` for what the target cannot do, `InvalidInput` for what no target could."""
        ...


class Decoder(Protocol):
    """Reads a stream. Any split of the same bytes gives the same events."""

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by `data`. Raises the `ProviderError` an error event tells of, or `Malformed`. Where
        events precede the error in the same piece, they are returned first and the error is raised by the next call
        (`feed` or `end`), so that the caller sees the same whatever the split.
        """
        ...

    def end(self) -> list[Event]:
        """The last events, once the bytes have ended. Raises `Interrupted` where the wire's own end is missing."""
        ...


class ChatExchange(Exchange[ChatResponse], Protocol):
    """A conversation on its way; may be streamed."""

    @property
    def forwarded(self) -> bool:
        """Whether the caller's own bytes go out and the provider's come back (see `Forwarded`)."""
        ...

    def decoder(self) -> Decoder:
        """A fresh reader for one stream."""
        ...


class ChatCodec(Protocol):
    """Writes conversations for one model in one dialect."""

    @property
    def dialect(self) -> Dialect:
        """The wire it writes."""
        ...

    def encode(
        self, request: ChatRequest, *, stream: bool = False, on_unsupported: OnUnsupported = "error"
    ) -> ChatExchange:
        """Raises `Unsupported` for what the target cannot do, `InvalidInput` for what no target could."""
        ...

    def needs_fetch(self, request: ChatRequest) -> tuple[Remote, ...]:
        """The parts given by an address that the target does not read, though it would take their data: where those are
        not fetched and put in before, `encode` refuses them.
        """
        ...

    def forward(self, inbound: "Inbound") -> ChatExchange | None:
        """An exchange with the caller's own bytes; `None` where the dialects differ or something must change."""
        ...


class Streams(Protocol):
    """What can be read as a stream: an exchange of either kind below."""

    def decoder(self) -> Decoder:
        """A fresh reader for one stream."""
        ...

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status than 2xx tells of."""
        ...


class RelayExchange(Exchange[Response_co], Protocol):
    """A request whose answer is handed on while it arrives, as `Forwarded` events: a sound, the events of an endpoint."""

    @property
    def forwarded(self) -> bool:
        """True: the bytes go on as they come."""
        ...

    def decoder(self) -> Decoder:
        """A fresh reader for one answer."""
        ...

    def content_type(self, head: Head) -> str:
        """What is handed on, once its first piece is there. Raises `Malformed` where it is not what was asked for."""
        ...


@runtime_checkable
class RelayCodec(Protocol[Request_contra, Response_co]):
    """Writes requests of one operation whose answers can be handed on while they arrive."""

    def relay(self, request: Request_contra, *, on_unsupported: OnUnsupported = "error") -> RelayExchange[Response_co]:
        """Raises `Unsupported` for what the target cannot do, `InvalidInput` for what no target could."""
        ...


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An error answer, ready to be sent."""

    status: int
    body: bytes
    headers: Headers = ()
    content_type: str = "application/json"


class Renderer(Protocol):
    """Writes a stream in the caller's dialect."""

    def feed(self, events: Sequence[Event]) -> bytes:
        """The bytes for these events, `b""` when they have none in this dialect."""
        ...

    def heartbeat(self) -> bytes:
        """Bytes that keep the connection and the caller's idle timer alive and mean nothing."""
        ...

    def fail(self, error: AccordError) -> bytes:
        """The end of a stream that broke: an error in the caller's dialect, never an invented finish."""
        ...

    def end(self, *, accord: Mapping[str, object] | None = None) -> bytes:
        """The end of a complete stream. Usage is written here, with `accord` (cost, attempts) beside it where the
        caller asked for that: both are only known now.
        """
        ...


class Inbound(Protocol):
    """A caller's request, and the writing of its answer."""

    @property
    def dialect(self) -> Dialect:
        """The wire it came in."""
        ...

    @property
    def request(self) -> ChatRequest:
        """What it asks; `request.model` is the caller's own word."""
        ...

    @property
    def stream(self) -> bool:
        """Whether the answer is to be streamed."""
        ...

    @property
    def body(self) -> bytes:
        """The bytes as they came."""
        ...

    def render(
        self, response: ChatResponse, *, forwarded: bool = False, accord: Mapping[str, object] | None = None
    ) -> bytes:
        """The whole answer. `forwarded`: `response.raw` is in this dialect and is handed on with the model's name
        replaced. `accord`: facts for the answer's `accord` member, where the caller asked for it.
        """
        ...

    def renderer(self, *, forwarded: bool = False) -> Renderer:
        """A fresh writer for one stream. `forwarded`: it writes `Forwarded` events and nothing else."""
        ...

    def fail(self, error: AccordError) -> Failure:
        """The error answer before anything else was sent."""
        ...
