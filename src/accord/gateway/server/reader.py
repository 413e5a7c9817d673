"""Bytes of one connection become requests.

llhttp, under httptools, refuses what smugglers use: repeated or signed lengths, a length beside chunks, spaces before
colons, folded lines, bare line feeds. `head.py` adds rules for what is left to readers, and here are limits on the head.
"""

from collections.abc import Callable
from urllib.parse import unquote

import httptools
import msgspec

from accord.core.error import AccordError
from accord.gateway import refusal
from accord.gateway.config import LimitSettings
from accord.gateway.http import Request, Response
from accord.gateway.server.head import BadRequest, check_head, fed, head_size, plain_head
from accord.gateway.server.known_head import KnownHead, KnownHeads, known_head
from accord.gateway.server.limit import FRAMING_BYTES, UNWANTED_BYTES
from accord.gateway.server.target import target
from accord.gateway.service import Admission, Entry, Service, refused
from accord.gateway.upload import Upload

_LONGEST_PAUSE = 63
"""After a head that was remembered and did not come again, the next ones are not: one, then three, up to so many. Remembering one
takes 2 µs, 6 where it has lines of its own."""


class Waiting(msgspec.Struct, eq=False):
    """A request that was read and not served yet."""

    entry: Entry
    body: bytes | Upload | Response
    """The body, or the answer that refuses it."""
    close_after: bool = False
    """Whether the connection ends with the answer."""
    is_head: bool = False
    """Whether the answer goes without its body."""
    old: bool = False
    """Whether it is HTTP/1.0, which knows no chunks."""


class RequestReader:
    """Reads requests. The owner is told of heads (`enter`) and of whole requests."""

    # Slots: with over 30 attributes a dict of its own took 1.6 KB for each connection.
    __slots__ = (
        "_came_again",
        "_done",
        "_enter",
        "_enter_again",
        "_entry",
        "_first",
        "_go_on",
        "_head_bytes",
        "_head_limit",
        "_header_limit",
        "_heads",
        "_known",
        "_left",
        "_lines",
        "_made",
        "_missing",
        "_over",
        "_pause",
        "_peer",
        "_piece",
        "_pieces",
        "_refused",
        "_since",
        "_upgrading",
        "_upload",
        "_url",
        "_version",
        "begun",
        "body_limit",
        "expecting",
        "in_head",
        "number",
        "size",
    )

    def __init__(
        self,
        *,
        peer: str,
        limits: LimitSettings,
        heads: KnownHeads,
        enter: Callable[[Request], Entry],
        enter_again: Callable[[Request, Admission], Entry | None],
        go_on: Callable[[], None],
        done: Callable[[Waiting], None],
    ) -> None:
        """`heads` are those of other connections. `enter_again` gets a request whose head was let in before, and what was decided then: `None`
        says that this is out of date. `go_on` is called where the caller waits for leave to send a body (`Expect: 100-continue`).
        """
        self._peer = peer
        self._head_limit, self._header_limit = limits.head_bytes, limits.headers
        self._enter, self._enter_again, self._go_on, self._done = enter, enter_again, go_on, done
        self._made: httptools.HttpRequestParser | None = None
        self._heads, self._known = heads, heads.of(peer, limits)
        self._came_again = True  # on this connection; of a head that is known from another, that is not asked
        self._pause = self._left = 0  # heads that are not remembered after one in vain: all, and those to come
        self._missing = 0
        """Bytes of a body to come that begins with a known head."""
        self._first = b""
        """What is being read, where a request begins with it."""
        self.in_head: bool = True
        """Whether the next byte belongs to a head."""
        self.begun: bool = False
        """Whether a request has begun and is not whole yet."""
        self.number: int = 0
        """How many requests have begun."""
        self.expecting: bool = False
        """Whether the caller waits for leave to send a body."""
        self._piece = 0  # the length of the piece that is being read
        self._head_bytes = 0
        """At least so many bytes of a head have come that is not whole yet."""
        self._since = 0
        """At most so many bytes have come since the last head or piece of a body."""
        self._over = False
        """Whether the connection ends with the answer to a request that was read."""
        self._upgrading = False  # whether a request wishes for another protocol, and is read again without that
        self._url, self._version = b"", ""
        self._lines: list[tuple[bytes, bytes]] = []
        self._pieces: list[bytes] = []
        self._entry: Entry | None = None
        self._refused: Response | None = None
        self._upload: Upload | None = None
        self.size: int = 0
        """Bytes of the body that have come."""
        self.body_limit: int = 0

    def whole(self, data: bytes, service: Service, now: float) -> Waiting | None:
        """The request that `data` is, whole and alone, where its head is known: nearly every one. `None`, and nothing read, else."""
        known = self._known
        if known is None or self.begun:
            return None
        body = known.body_in(data)
        if body is None or len(body) > service.body_limit:
            return None
        entry = service.enter_again(known.request, now, known.admission)
        if entry is None:
            return None
        self._came_again = True
        return Waiting(entry, body)

    def feed(self, data: bytes | memoryview) -> None:
        """Reads on. Raises `BadRequest`; the connection is of no use after that."""
        if self._known is not None and not self.begun and self._fed_known(self._known, bytes(data)):
            return
        if self._missing:
            self._feed_missing(data)
            return
        if not self.begun:
            self._first = bytes(data)
        piece = self._piece = len(data)
        self._since += piece
        if self.in_head:
            self._head_bytes += piece
        rest = fed(self._parser, data)
        while rest is not None:
            rest = self._fed_plainly(rest)
        if self.in_head:
            if self._head_bytes > self._head_limit:
                raise BadRequest(431, "The head of the request is too long.")
        elif self._since > FRAMING_BYTES:
            raise BadRequest(431, "What frames the body of the request is too long.")

    def _fed_known(self, known: KnownHead, data: bytes) -> bool:
        """Reads a request whose head is known, or its beginning; `False` where it is another one, or more than one."""
        sizes = known.size_in(data)
        if sizes is None:
            return False
        start, size = sizes
        missing = start + size - len(data)
        if missing < 0 or size > self.body_limit:
            return False
        entry = self._enter_again(known.request, known.admission)
        if entry is None:
            return False
        self._came_again = True
        self.number += 1
        self._entry, self._refused, self._upload = entry, None, None
        self._piece = self._since = self.size = 0
        self._missing = missing
        self.begun = True
        self.in_head = self.expecting = False
        if start < len(data):
            self.on_body(data[start:])
        if not missing:
            self._complete()
        return True

    def _feed_missing(self, data: bytes | memoryview) -> None:
        """More of the body of a request with a known head, and what follows it."""
        piece, rest = data[: self._missing], data[self._missing :]
        self._missing -= len(piece)
        self.on_body(bytes(piece))
        if not self._missing:
            self._complete()
            if rest:
                self.feed(rest)

    def _fed_plainly(self, rest: memoryview) -> memoryview | None:
        """Reads a request again that wished for another protocol, and goes on with what follows its head."""
        parser = self._parser
        again = plain_head(parser.get_method(), self._url, parser.get_http_version(), self._lines)
        self._upgrading = False
        # A new one: the old one takes nothing any more after `Connection: close`.
        self._made = httptools.HttpRequestParser(self)
        fed(self._made, again)
        return fed(self._made, rest)

    @property
    def _parser(self) -> httptools.HttpRequestParser:
        if self._made is None:
            self._made = httptools.HttpRequestParser(self)
        return self._made

    # The rest is called by httptools.

    def on_message_begin(self) -> None:
        """A head begins."""
        if self._over:
            raise BadRequest(400, "A request came after the last one.")
        self.begun = True
        self.number += 1
        self._url = b""
        self._lines = []
        self._pieces = []
        self.size = 0
        self._entry = self._refused = None
        self.expecting = False

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
        if self._parser.should_upgrade():
            self._upgrading = True
            return
        self.in_head = False
        self._head_bytes = 0
        if self._since > self._head_limit and head_size(self._url, self._lines) > self._head_limit:
            raise BadRequest(431, "The head of the request is too long.")
        self._since = self._piece
        request = self._request()
        self._lines = []  # Two KB that an open stream would hold to its end.
        entry = self._entry = self._enter(request)
        self._refused = entry.refused
        self._upload = entry.upload
        self._remember(request, entry)
        if "expect" in request.named and self._refused is None and self._version != "1.0":
            self.expecting = True
            self._go_on()

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        self._since = self._piece
        self.size += len(data)
        if self._refused is None:
            if self._upload is None and self.size <= self.body_limit:
                self._pieces.append(data)
                return
            error = self._wrong_with(data)
            if error is None:
                return
            self._turn_down(error)
            self.size = 0
        if self.size > UNWANTED_BYTES:
            raise BadRequest(413, "The body of the request is too long.")

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._upgrading:
            return
        self._over = self._version == "1.0" or not self._parser.should_keep_alive()
        self._first = b""
        self._complete()

    def _complete(self) -> None:
        self.in_head = True
        self.begun = False
        entry = self._entry
        assert entry is not None
        body: bytes | Upload
        if self._upload is None:
            pieces = self._pieces
            body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            self._pieces = []
        else:
            body, self._upload = self._upload, None
            if self._refused is None and (error := body.end()) is not None:
                self._turn_down(error)
        self._done(
            Waiting(
                entry,
                body if self._refused is None else self._refused,
                close_after=self._over,
                is_head=entry.visit.request.method == "HEAD",
                old=self._version == "1.0",
            )
        )

    def _remember(self, request: Request, entry: Entry) -> None:
        """Keeps a head that may come again, where all that is read of it by `whole` is its body."""
        known, self._known = self._known, None
        if known is not None:
            self._left = self._pause = 0 if self._came_again else min(2 * self._pause + 1, _LONGEST_PAUSE)
        if self._left:
            self._left -= 1
        elif self._first and entry.admission is not None and self._may_come_again(request):
            known = self._known = known_head(self._first, request, entry.admission, self._head_limit)
            self._came_again = False
            if known is not None:
                self._heads.keep(self._peer, known)

    def _may_come_again(self, request: Request) -> bool:
        """Whether all that a head like this one asks for is an answer, with the connection left open."""
        keeps = self._version == "1.1" and self._parser.should_keep_alive()
        return keeps and request.method != "HEAD" and "expect" not in request.named

    def abandon(self) -> None:
        """The rest of the request will not come."""
        if self._upload is not None:
            self._upload.close()

    def leave(self) -> None:
        """The connection is gone. It and this, and this and its parser, held each other: seven KB that stayed until Python looked for such,
        which it does ever more rarely where little is allocated that it has to look for.
        """
        self.abandon()
        del self._made, self._enter, self._enter_again, self._go_on, self._done

    def give_up(self, error: AccordError) -> Waiting:
        """The refusal of a request whose body is not waited for any longer."""
        self._turn_down(error)
        waiting = self.refuse_early()
        assert waiting is not None
        return waiting

    def _wrong_with(self, data: bytes) -> AccordError | None:
        """Why the body is not read on, after this piece; `None` where it is."""
        if self.size > self.body_limit:
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
        is_head = self._entry.visit.request.method == "HEAD"
        return Waiting(self._entry, self._refused, close_after=True, is_head=is_head, old=False)

    def _request(self) -> Request:
        lines, parser = self._lines, self._parser
        version = self._version = parser.get_http_version()
        headers = tuple([(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in lines])
        path, query = target(self._url, headers)
        text = path.decode("latin-1")
        request = Request(
            method=parser.get_method().decode("latin-1"),
            path=unquote(text) if "%" in text else text,
            query=query.decode("latin-1"),
            headers=headers,
            peer=self._peer,
        )
        check_head(version, headers, request.named)
        return request
