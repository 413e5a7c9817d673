"""How far a call over httpx2 has come, and what its failures mean there."""

import math
import socket
import ssl
from collections.abc import Callable, Mapping

import httpcore2
import httpx2

from accord.core.error import Interrupted, Malformed, Phase, ProviderError, Sent
from accord.core.http import Timeouts
from accord.transport.failure import broken_body, broken_head, no_connection, reason, too_slow
from accord.transport.route import Origin

_CUT = ("peer closed connection", "incomplete chunked read", "StreamReset", "ConnectionTerminated")
"""What httpx2 says when an answer ends before its end, over HTTP/1.1 and over HTTP/2."""


class Course:
    """One call. httpx2 tells by its trace what it is about to do, which is how it is known whether anything was sent.

    Attributes:
        phase: where the call is.
        due: until when the present step may last, on the driver's clock.
    """

    def __init__(self, origin: Origin, timeouts: Timeouts, clock: Callable[[], float]) -> None:
        self._origin = origin
        self._timeouts = timeouts
        self._clock = clock
        self._ends_at = math.inf if timeouts.total is None else clock() + timeouts.total
        self.phase: Phase = "connect"
        self.due: float = self._ends_at

    def hear(self, event: str, info: Mapping[str, object]) -> bool:
        """Takes in an event of the trace. Whether it begins a new step, with a time of its own."""
        step = event.partition(".")[2]
        request = info.get("request")
        if isinstance(request, httpcore2.Request) and request.method == b"CONNECT":
            return False  # The way through a proxy is part of connecting.
        if step == "connect_tcp.started":
            self._step("connect", self._timeouts.connect)
        elif step == "start_tls.started":
            # httpx2's own time for it is let run out first: cancelled from outside, it would leave the socket open.
            connect = self._timeouts.connect
            self._step("tls", None if connect is None else connect + 0.1)
        elif step == "send_request_headers.started":
            self._step("head", None)
        elif step == "receive_response_headers.started":
            self._step("head", self._timeouts.first_byte)
        else:
            return False
        return True

    def more(self) -> None:
        """A piece of the body is waited for."""
        self._step("body", self._timeouts.idle)

    def left(self) -> float | None:
        """Seconds until the present step must be over; `None` for ever."""
        return None if self.due == math.inf else max(0.001, self.due - self._clock())

    def over(self) -> bool:
        """Whether the time for the whole call has run out."""
        return self._clock() >= self._ends_at - 0.001

    def late(self) -> ProviderError:
        """The present step took too long."""
        timeouts = self._timeouts
        if self.over():
            return too_slow(self._origin, "", timeouts.total, sent=self.sent, phase="deadline")
        if self.phase == "body":
            return too_slow(self._origin, "nothing more of the answer came", timeouts.idle, sent="yes", phase="body")
        if self.phase == "head":
            return too_slow(self._origin, "no answer came", timeouts.first_byte, sent=self.sent, phase="head")
        return too_slow(self._origin, "no connection stood", timeouts.connect, sent="no", phase="connect")

    @property
    def sent(self) -> Sent:
        """Whether the request may have been delivered."""
        return "maybe" if self.phase == "head" else "yes" if self.phase == "body" else "no"

    def failed(self, error: Exception) -> ProviderError:
        """httpx2's failure in Accord's words."""
        if isinstance(error, httpx2.WriteTimeout):
            return too_slow(
                self._origin, "nothing more of the request was taken", self._timeouts.idle, sent="maybe", phase="head"
            )
        if isinstance(error, httpx2.TimeoutException):
            return self.late()
        if self.phase == "body":
            return self._broken_body(error)
        if self.phase == "head":
            return self._broken_head(error)
        return self._not_connected(error)

    def closed(self, why: str) -> ProviderError:
        """The answer was closed by its reader."""
        return Interrupted(f"{self._origin}: {why}")

    def _step(self, phase: Phase, seconds: float | None) -> None:
        self.phase = phase
        self.due = self._ends_at if seconds is None else min(self._ends_at, self._clock() + seconds)

    def _broken_body(self, error: Exception) -> ProviderError:
        if isinstance(error, httpx2.RemoteProtocolError) and not _cut(error):
            return Malformed(f"the answer is not HTTP: {error}")
        return broken_body(self._origin, error)

    def _broken_head(self, error: Exception) -> ProviderError:
        if isinstance(error, httpx2.RemoteProtocolError) and "disconnected" not in str(error) and not _cut(error):
            return Malformed(f"the answer is not HTTP: {error}")
        return broken_head(self._origin, error, sent="maybe")

    def _not_connected(self, error: Exception) -> ProviderError:
        """The system's own error, which httpx2's was made from, knows more."""
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, socket.gaierror):
                return no_connection(self._origin, "resolve", reason(cause))
            if isinstance(cause, ssl.SSLError):
                lasting = isinstance(cause, ssl.SSLCertVerificationError)
                return no_connection(self._origin, "tls", reason(cause), lasting=lasting)
            cause = cause.__cause__ or cause.__context__
        return no_connection(self._origin, self.phase, reason(error))


def _cut(error: Exception) -> bool:
    return any(word in str(error) for word in _CUT)
