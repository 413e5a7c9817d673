"""Bytes of one connection become requests.

llhttp, under httptools, refuses what smugglers use: repeated or signed lengths, a length beside chunks, spaces before
colons, folded lines, bare line feeds. `head.py` adds rules for what is left to readers, and here are limits on the head.
"""

from collections.abc import Callable
from urllib.parse import unquote

import httptools

from accord.core.error import AccordError
from accord.gateway import refusal
from accord.gateway.config import LimitSettings
from accord.gateway.http import Request, Response
from accord.gateway.server.head import BadRequest, check_head
from accord.gateway.server.limit import UNWANTED_BYTES
from accord.gateway.service import Entry, refused
from accord.gateway.upload import Upload


class Waiting:
    """A request that was read and not served yet."""

    __slots__ = ("body", "close_after", "entry", "is_head", "old")

    def __init__(
        self, entry: Entry, body: bytes | Upload | Response, *, close_after: bool, is_head: bool, old: bool
    ) -> None:
        self.entry: Entry = entry
        self.body: bytes | Upload | Response = body
        """The body, or the answer that refuses it."""
        self.close_after: bool = close_after
        """Whether the connection ends with the answer."""
        self.is_head: bool = is_head
        """Whether the answer goes without its body."""
        self.old: bool = old
        """Whether it is HTTP/1.0, which knows no chunks."""


class RequestReader:
    """Reads requests. The owner is told of heads (`enter`) and of whole requests."""

    def __init__(
        self,
        *,
        peer: str,
        limits: LimitSettings,
        enter: Callable[[Request], Entry],
        go_on: Callable[[], None],
        done: Callable[[Waiting], None],
    ) -> None:
        """`go_on` is called where the caller waits for leave to send a body (`Expect: 100-continue`)."""
        self._peer = peer
        self._head_limit = limits.head_bytes
        self._header_limit = limits.headers
        self._enter = enter
        self._go_on = go_on
        self._done = done
        self._parser = httptools.HttpRequestParser(self)
        self.in_head: bool = True
        """Whether the next byte belongs to a head."""
        self.begun: bool = False
        """Whether a request has begun and is not whole yet."""
        self.number: int = 0
        """How many requests have begun."""
        self._head_bytes = 0
        self._url = b""
        self._lines: list[tuple[bytes, bytes]] = []
        self._version = ""
        self._entry: Entry | None = None
        self._refused: Response | None = None
        self._pieces: list[bytes] = []
        self._upload: Upload | None = None
        self._size = 0
        self.body_limit: int = 0

    def feed(self, data: bytes) -> None:
        """Reads on. Raises `BadRequest`; the connection is of no use after that."""
        if self.in_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # The request was read. What follows it would be in a protocol that is not spoken here.
            raise BadRequest(501, "This server speaks HTTP/1.1 and upgrades to nothing else.") from None
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            raise (
                cause if isinstance(cause, BadRequest) else BadRequest(400, "The request is not valid HTTP.")
            ) from None
        except httptools.HttpParserError as error:
            raise BadRequest(400, f"The request is not valid HTTP/1.1: {error}.") from None
        if self.in_head and self._head_bytes > self._head_limit:
            raise BadRequest(431, "The head of the request is too long.")

    # The rest is called by httptools.

    def on_message_begin(self) -> None:
        """A head begins."""
        self.begun = True
        self.number += 1
        self._url = b""
        self._lines = []
        self._pieces = []
        self._size = 0
        self._entry = self._refused = None

    def on_url(self, url: bytes) -> None:
        """The target, or a piece of it."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line; lines after the body are of no use to anybody and are left."""
        if self._entry is not None:
            return
        if len(self._lines) >= self._header_limit:
            raise BadRequest(431, f"The request has more than {self._header_limit} headers.")
        self._lines.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self.in_head = False
        self._head_bytes = 0
        request = self._request()
        entry = self._entry = self._enter(request)
        self._refused = entry.refused
        self._upload = entry.upload
        if self._refused is None and "expect" in request.named:
            self._go_on()

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        self._size += len(data)
        if self._refused is None:
            if self._upload is None and self._size <= self.body_limit:
                self._pieces.append(data)
                return
            error = self._wrong_with(data)
            if error is None:
                return
            self._turn_down(error)
            self._size = 0
        if self._size > UNWANTED_BYTES:
            raise BadRequest(413, "The body of the request is too long.")

    def on_message_complete(self) -> None:
        """The request is whole."""
        self.in_head = True
        self.begun = False
        entry = self._entry
        assert entry is not None
        body: bytes | Upload
        if self._upload is None:
            pieces = self._pieces
            body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        else:
            body, self._upload = self._upload, None
            if self._refused is None and (error := body.end()) is not None:
                self._turn_down(error)
        parser = self._parser
        self._done(
            Waiting(
                entry,
                body if self._refused is None else self._refused,
                close_after=not parser.should_keep_alive(),
                is_head=entry.visit.request.method == "HEAD",
                old=self._version == "1.0",
            )
        )

    def abandon(self) -> None:
        """The rest of the request will not come."""
        if self._upload is not None:
            self._upload.close()

    def _wrong_with(self, data: bytes) -> AccordError | None:
        """Why the body is not read on, after this piece; `None` where it is."""
        if self._size > self.body_limit:
            return refusal.too_large(self.body_limit)
        return self._upload.feed(data) if self._upload is not None else None

    def _turn_down(self, error: AccordError) -> None:
        assert self._entry is not None
        self._refused = refused(self._entry.visit, error, self._entry.fail)
        self._pieces = []
        self.abandon()

    def refuse_early(self) -> Waiting | None:
        """The refusal of a request whose body has not come yet, so that its caller need not send it all."""
        if self._refused is None or self._entry is None or not self.begun:
            return None
        return Waiting(self._entry, self._refused, close_after=True, is_head=False, old=False)

    def _request(self) -> Request:
        lines, parser = self._lines, self._parser
        version = self._version = parser.get_http_version()
        path, query = _target(self._url)
        request = Request(
            method=parser.get_method().decode("latin-1"),
            path=path,
            query=query,
            headers=tuple([(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in lines]),
            peer=self._peer,
        )
        check_head(version, request.headers, request.named)
        return request


def _target(url: bytes) -> tuple[str, str]:
    """Path and query. Proxies may send the whole address."""
    if url.startswith(b"/"):
        path, _, query = url.partition(b"?")
    else:
        try:
            parsed = httptools.parse_url(url)
        except httptools.HttpParserInvalidURLError:
            raise BadRequest(400, "The target of the request is no path.") from None
        path, query = parsed.path or b"/", parsed.query or b""
    text = path.decode("latin-1")
    return unquote(text) if "%" in text else text, query.partition(b"#")[0].decode("latin-1")
