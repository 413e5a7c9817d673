"""A text to be continued, as everybody but its own wire sees it: what a caller asked, and who can write it for a provider.

They stand here so that the engine need not load the wire to tell such a request from a conversation.
"""

from hashlib import sha256
from typing import Protocol

import msgspec

from accord.core.completion import CompletionRequest
from accord.core.json import JsonObject
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.dialects.codec import ChatExchange


class CompletionAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller of `POST /v1/completions` asked."""

    request: ChatRequest
    """The conversation nearest to it, for what looks at no more than model, length and limits. It is never sent."""
    completion: CompletionRequest
    """What it asks."""
    body: bytes
    stream: bool = False
    stream_options: JsonObject = {}
    received_at: int = 0
    """When it came, in Unix seconds; 0 is not known."""

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with the usage."""
        return self.stream_options.get("include_usage") is True

    @property
    def made_id(self) -> str:
        """The id of an answer whose provider gives none: always the same for the same request at the same time."""
        return "cmpl-" + sha256(b"%d/" % self.received_at + self.body).hexdigest()[:29]


class CompletionCodec(Protocol):
    """Writes requests to continue a text, for one model."""

    def encode(
        self,
        request: CompletionRequest,
        *,
        stream: bool = False,
        on_unsupported: OnUnsupported = "error",
        inbound: CompletionAsked | None = None,
    ) -> ChatExchange:
        """`inbound`: the caller of the gateway who asks, to whom the answer is handed on where it is in its own wire.

        Raises `Unsupported` for what the model cannot do, `InvalidInput` for what none could.
        """
        ...
