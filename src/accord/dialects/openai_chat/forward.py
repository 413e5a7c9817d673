"""A caller's own bytes on their way to a host that takes them as they are."""

from typing import TYPE_CHECKING

from accord.core.error import ProviderError
from accord.core.http import Draft, Reply
from accord.core.json import edited
from accord.core.response import ChatResponse
from accord.core.warning import CallWarning
from accord.dialects.codec import ChatExchange, Inbound
from accord.dialects.openai_chat.decode import response_in
from accord.dialects.openai_chat.inbound import ChatInbound
from accord.dialects.openai_chat.plain_answer import Teller, Told
from accord.dialects.openai_chat.plain_ask import PlainAsk, around_messages
from accord.dialects.openai_chat.stream_forward import ForwardingDecoder
from accord.dialects.openai_chat.tool_name import ToolNames

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat


_OWN_NAMES = ToolNames()
"""Callers' tools keep their names."""


def forwarded_exchange(codec: "OpenAIChat", inbound: Inbound) -> ChatExchange | None:
    """An exchange with the caller's bytes but for the model's name, the request for usage, and a limit's old name."""
    if not isinstance(inbound, ChatInbound):
        return None
    edits = _edits(codec, inbound)
    body = edited(inbound.body, edits) if edits else inbound.body
    draft = Draft(operation="chat", dialect=codec.dialect, model=codec.model, body=body, stream=inbound.stream)
    return ForwardedExchange(codec, draft, inbound)


def _edits(codec: "OpenAIChat", inbound: ChatInbound) -> dict[str, object]:
    """What is put in the place of members, or added; `None` for those that are left out."""
    edits: dict[str, object] = {}
    if inbound.request.model != codec.model:
        edits["model"] = codec.model
    if inbound.stream and not inbound.wants_usage and codec.knobs.stream_usage == "ask":
        edits["stream_options"] = {**inbound.stream_options, "include_usage": True}
    if inbound.old_limit is not None and codec.facts is not None and codec.facts.reasoning:
        # OpenAI's reasoning models refuse the old name, and nothing else is meant by it.
        edits |= {"max_tokens": None, "max_completion_tokens": inbound.old_limit}
    return edits


class ForwardedExchange:
    """A request as the caller wrote it."""

    forwarded = True
    warnings: tuple[CallWarning, ...] = ()

    def __init__(self, codec: "OpenAIChat", draft: Draft, inbound: ChatInbound) -> None:
        self.draft = draft
        self._codec = codec
        self._inbound = inbound

    def decode(self, reply: Reply) -> ChatResponse:
        """The response in a 2xx reply, to be handed on by `render(forwarded=True)`. Raises as `EncodedExchange` does."""
        return response_in(self._codec, reply, _OWN_NAMES, forwarded=True)

    def decoder(self) -> ForwardingDecoder:
        """A fresh reader that hands the bytes on."""
        return ForwardingDecoder(self._codec, self._inbound)

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of."""
        return self._codec.error(reply)

    def repeated(self) -> "Repeated":
        """The same for requests of the same kind."""
        body = self.draft.body
        around = around_messages(body) if isinstance(body, bytes) and body is not self._inbound.body else None
        return Repeated(self._codec, self._inbound.request.model, around)


class Repeated:
    """What requests of one kind have in common that are handed on as they are."""

    __slots__ = ("_around", "_codec", "_teller")

    def __init__(self, codec: "OpenAIChat", asked: str, around: tuple[bytes, bytes] | None) -> None:
        """`asked` is the name of the model that callers use; `around` what is written before and after the messages, where that
        is not as it came.
        """
        self._codec = codec
        self._teller = Teller(codec, asked)
        self._around = around

    def write(self, ask: PlainAsk) -> bytes:
        """What goes to the host: as of the first request of that kind."""
        if self._around is None:
            return ask.body
        before, after = self._around
        return b"%b%b%b" % (before, ask.messages, after)

    def read(self, body: bytes) -> Told | None:
        """What a 2xx answer says, and the answer as it goes to the caller; `None` where that takes more care."""
        return self._teller.told(body)

    def decoder(self, inbound: ChatInbound) -> ForwardingDecoder:
        """A fresh reader for the stream of an answer to `inbound`."""
        return ForwardingDecoder(self._codec, inbound)
