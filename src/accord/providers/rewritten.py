"""An exchange whose request is written elsewhere, and whose answer is read as usual."""

from accord.core.http import Draft
from accord.core.warning import CallWarning
from accord.dialects.codec import ChatExchange
from accord.providers.wrapped import Wrapped


class Rewritten(Wrapped):
    """Sends `draft`, reads as `exchange` does."""

    __slots__ = ("_draft", "_warnings")

    def __init__(self, exchange: ChatExchange, draft: Draft, warnings: tuple[CallWarning, ...]) -> None:
        super().__init__(exchange)
        self._draft = draft
        self._warnings = warnings

    @property
    def draft(self) -> Draft:
        """What to send."""
        return self._draft

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What was changed or left out of the request."""
        return self._warnings
