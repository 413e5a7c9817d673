"""One line of standard logging for each call that failed.

    from accord.client.failure_log import FailureLog

    client = accord.Client("openai/gpt-5.4-mini", observers=[FailureLog()])

Without it Accord logs nothing of calls. Providers' words are left out: they may quote the request.
"""

import logging

from accord.core.observe import CallEnded, CallEvent


class FailureLog:
    """An observer that writes to the logger `accord.call`, at level warning."""

    def __init__(self, logger: logging.Logger | None = None) -> None:
        """`logger`: another one to write to."""
        self._logger = logger or logging.getLogger("accord.call")

    def observe(self, event: CallEvent) -> None:
        """Writes the line of a call that ended badly; one that was cancelled did not."""
        if not isinstance(event, CallEnded) or event.error in {None, "cancelled"}:
            return
        call = event.call
        self._logger.warning(
            "%s of %s at %s failed after %.3f s and %d attempts: %s (status %s, provider's id %s, request %s)",
            call.operation,
            call.model,
            event.provider,
            event.duration,
            event.attempts,
            event.error,
            event.status,
            event.request_id,
            call.context.request_id,
        )
