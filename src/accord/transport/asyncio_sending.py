"""The sending half of a connection under asyncio."""

import asyncio
from collections.abc import Iterator
from itertools import chain

from accord.core.blob import Data
from accord.core.error import ProviderError
from accord.transport.outbox import Outbox
from accord.transport.passage import JOINED, Passage

_IN_A_ROW = 16
"""Pieces of a body that are written before others have their turn."""


class Sending(asyncio.BaseProtocol):
    """Writes requests. A body that is not in memory is read no faster than it goes out, and no further once the answer refuses it.

    Attributes:
        closed: whether the connection is of no more use.
    """

    __slots__ = ("_blocked", "_loop", "_outbox", "_passage", "_reader", "_rest", "_transport", "_unsent", "closed")

    def __init__(self, loop: asyncio.AbstractEventLoop, outbox: Outbox, passage: Passage) -> None:
        self._loop = loop
        self._outbox = outbox
        self._passage = passage
        self._reader = passage.reader
        self._transport: asyncio.Transport | None = None
        self._unsent = 0
        self._rest: Iterator[bytes] | None = None
        self._blocked = False
        self.closed: bool = False

    def _send(self, head: bytes, body: Data) -> None:
        """Sends a request, or begins to."""
        transport, passage = self._transport, self._passage
        assert transport is not None
        if not isinstance(body, bytes):
            passage.sending = True
            self._rest = chain((head,), body.pieces())
            self._outbox.flush()
            self._send_on()
        elif len(body) <= JOINED:
            self._outbox.write(transport, head + body)
        else:
            self._outbox.write(transport, head)
            self._outbox.write(transport, body)

    def pause_writing(self) -> None:
        """The request waits to go out."""
        self._passage.sending = self._blocked = True
        assert self._transport is not None
        self._unsent = self._transport.get_write_buffer_size()
        self._be_patient()

    def resume_writing(self) -> None:
        """The request has gone out, as far as it was written."""
        self._blocked = False
        if self._rest is not None:
            self._send_on()
            return
        self._passage.sending = False
        if self._reader.head is None and not self.closed:
            self._be_patient()

    def _send_on(self) -> None:
        """Writes what the socket takes of the rest of the body; `resume_writing` goes on."""
        transport = self._transport
        assert transport is not None
        for _ in range(_IN_A_ROW):
            if self._rest is None or self.closed or self._is_refused or not self._has_room():
                return
            try:
                piece = next(self._rest, None)
            except OSError as error:
                self._break(self._passage.abandoned(f"the request's body could not be read: {error.strerror or error}"))
                return
            if piece is None:
                self._rest = None
                self._passage.sending = self._blocked
                self._be_patient()
                return
            transport.write(piece)
            self._unsent = transport.get_write_buffer_size()
            self._be_patient()
        # Others have their turn: a body may be large, and its reader fast.
        self._loop.call_soon(self._send_on)

    @property
    def _is_refused(self) -> bool:
        """Whether the answer makes the rest of the request useless. The connection, of which the other side may still wait for
        that, is not kept then.
        """
        head = self._reader.head
        return head is not None and head.status >= 300

    def _has_room(self) -> bool:
        """Whether what was written has gone out."""
        return not self._blocked

    def _has_sent(self) -> bool:
        """Whether any part of the request has gone out since the last look."""
        assert self._transport is not None
        before, self._unsent = self._unsent, self._transport.get_write_buffer_size()
        return self._unsent < before

    # What the rest of the connection does.

    def _be_patient(self) -> None:
        """A silence begins, which may not last too long."""
        raise NotImplementedError

    def _break(self, error: ProviderError) -> None:
        """The connection is of no more use."""
        raise NotImplementedError
