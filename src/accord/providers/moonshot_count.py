"""Moonshot's count of a conversation's tokens. https://platform.kimi.ai/docs."""

from accord.core.error import Malformed, ProviderError
from accord.core.http import Draft, Reply
from accord.core.json import NotJson, as_object, dumps, loads_object
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.dialects.openai_chat import Encoding
from accord.dialects.openai_endpoints.exchange import EndpointExchange
from accord.providers.moonshot_chat import MoonshotChat


class MoonshotCount:
    """POST /tokenizers/estimate-token-count, which takes the messages and nothing else."""

    def __init__(self, chat: MoonshotChat) -> None:
        self._chat = chat

    def encode(self, request: ChatRequest, *, on_unsupported: OnUnsupported = "error") -> EndpointExchange[int]:
        """Raises `Unsupported` for content the model does not take."""
        losses = Losses(self._chat.provider, self._chat.model, on_unsupported)
        messages = self._chat.messages(Encoding(request, losses, stream=False))
        if request.tools:
            losses.advise("tools", "the provider's count leaves them out")
        draft = Draft(
            operation="count_tokens",
            model=self._chat.model,
            body=dumps({"model": self._chat.model, "messages": messages}),
            path="/tokenizers/estimate-token-count",
        )
        return EndpointExchange(draft, decode=_total, error=self._error, warnings=losses.warnings)

    def _error(self, reply: Reply) -> ProviderError:
        return self._chat.error(reply)


def _total(reply: Reply) -> int:
    """The count. Raises `Malformed`."""
    try:
        total = (as_object(loads_object(reply.body).get("data")) or {}).get("total_tokens")
    except NotJson as error:
        raise Malformed(f"the count is not JSON: {error}", status=reply.status, body=reply.body) from None
    if isinstance(total, bool) or not isinstance(total, int):
        raise Malformed("the answer tells of no count", status=reply.status, body=reply.body)
    return total
