"""What the fake saw: its requests, and what became of each."""

from collections.abc import Mapping
from typing import Literal, TypeAlias
from urllib.parse import parse_qs, unquote

from accord.core.http import Headers, header
from accord.core.json import NotJson, as_object, loads

Fate: TypeAlias = Literal["open", "finished", "aborted"]
"""`open`: it is being received or answered. `finished`: all that was to be sent was sent. `aborted`: the caller left."""


class SeenRequest:
    """One request as it arrived. `fate` and what follows it change while the request is served."""

    __slots__ = (
        "_json",
        "body",
        "connection",
        "fate",
        "finished_at",
        "gone_at",
        "headers",
        "method",
        "number",
        "path",
        "query",
        "received_at",
        "sent_bytes",
        "status",
    )

    def __init__(
        self, *, number: int, connection: int, method: str, target: str, headers: Headers, received_at: float
    ) -> None:
        """`number` and `connection` count from 1; times are those of the monotonic clock, in seconds."""
        self.number: int = number
        self.connection: int = connection
        self.method: str = method
        path, _, query = target.partition("?")
        self.query: str = query
        self.path: str = unquote(path)
        self.headers: Headers = headers
        """Names are lower-case."""
        self.body: bytes = b""
        self.received_at: float = received_at
        """When its head was whole."""
        self.fate: Fate = "open"
        self.status: int | None = None
        """The status that was answered; `None` before the head of the answer went out."""
        self.sent_bytes: int = 0
        """Bytes of the answer's body given to the socket."""
        self.finished_at: float | None = None
        self.gone_at: float | None = None
        """When the caller was seen to have left before the answer was whole."""
        self._json: object = None

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        return header(self.headers, name)

    def parameter(self, name: str) -> str | None:
        """The first value of a query parameter."""
        return parse_qs(self.query, keep_blank_values=True).get(name, [None])[0]

    @property
    def json(self) -> Mapping[str, object]:
        """The body as a JSON object. Raises `NotJson`."""
        found = as_object(self.parsed)
        if found is None:
            raise NotJson("the body is no JSON object")
        return found

    @property
    def parsed(self) -> object:
        """The body as JSON. Raises `NotJson`."""
        if self._json is None and self.body:
            self._json = loads(self.body)
        return self._json

    def __repr__(self) -> str:
        # Headers hold keys and bodies hold prompts: neither belongs into a log.
        return f"<SeenRequest {self.number} {self.method} {self.path} {self.status or '-'} {self.fate}>"
