"""Answers that are asked for on entering a `with` block, for blocking code."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from accord.client.spend.charge import Charge
from accord.client.stream_shared import Incoming
from accord.engine.event_stream_sync import EventStream


class Entered(Incoming[EventStream]):
    """Entering it sends the request; leaving it early closes the connection."""

    def __init__(self, send: Callable[[], EventStream], charge: Callable[[], Charge]) -> None:
        super().__init__(charge)
        self._send = send

    def __enter__(self) -> Self:
        """Sends the request and waits for what comes first. Raises what `chat_completion` raises."""
        charge = self._charge = self._to_charge()
        try:
            self._opened = self._send()
        except BaseException as error:
            charge.fail(error)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the upstream connection unless the answer was read to its end. May be called twice."""
        self._left()
        if self._opened is not None:
            self._opened.close()
