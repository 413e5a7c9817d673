"""One conversation on its way to a provider that speaks Responses."""

from typing import Protocol

from accord.core.error import ProviderError
from accord.core.http import Draft, Reply
from accord.core.response import ChatResponse
from accord.core.warning import CallWarning
from accord.dialects.openai_responses.answer import Reading
from accord.dialects.openai_responses.decode import decode_response
from accord.dialects.openai_responses.forward import Shown
from accord.dialects.openai_responses.stream import StreamDecoder
from accord.dialects.openai_responses.wire_names import WireNames


class Stages(Reading, Protocol):
    """What an exchange needs of its codec."""

    def error(self, reply: Reply) -> ProviderError:
        """The failure in a reply."""
        ...


class ResponsesExchange:
    """A request, and the reading of its answer. With `shown`, the caller's own bytes go out and the provider's back."""

    __slots__ = ("_names", "_shown", "_stages", "draft", "warnings")

    def __init__(
        self,
        stages: Stages,
        draft: Draft,
        warnings: tuple[CallWarning, ...],
        *,
        names: WireNames | None = None,
        shown: Shown | None = None,
    ) -> None:
        self.draft: Draft = draft
        self.warnings: tuple[CallWarning, ...] = warnings
        self._stages = stages
        self._names = names if names is not None and names.changed else None
        self._shown = shown

    @property
    def forwarded(self) -> bool:
        """Whether bytes are handed on as they are, both ways."""
        return self._shown is not None

    def decode(self, reply: Reply) -> ChatResponse:
        """The response in a 2xx reply. Raises `Malformed`, or the `ProviderError` that the body tells of."""
        return decode_response(self._stages, reply, self._names, forwarded=self.forwarded)

    def decoder(self) -> StreamDecoder:
        """A fresh reader for one stream."""
        return StreamDecoder(self._stages, names=self._names, shown=self._shown)

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of."""
        return self._stages.error(reply)
