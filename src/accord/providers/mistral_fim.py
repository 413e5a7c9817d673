"""Mistral's filling in the middle: asked for in words of its own, answered like a conversation.

https://docs.mistral.ai/api/#tag/fim
"""

import msgspec

from accord.core.completion import CompletionRequest
from accord.core.error import Unsupported
from accord.core.json import dumps
from accord.core.loss import Losses
from accord.core.message import user
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.dialects.codec import ChatExchange
from accord.dialects.completion import CompletionAsked
from accord.dialects.openai_chat import OpenAIChat
from accord.dialects.openai_endpoints.exchange import without_none
from accord.providers.rewritten import Rewritten

_REFUSED = ("n", "best_of", "echo", "logprobs", "logit_bias", "presence_penalty", "frequency_penalty")


class MistralFim:
    """Asks a code model to continue a text, or to fill the gap before `suffix`."""

    def __init__(self, chat: OpenAIChat) -> None:
        """`chat` reads the answers."""
        self._chat = chat

    def encode(
        self,
        request: CompletionRequest,
        *,
        stream: bool = False,
        on_unsupported: OnUnsupported = "error",
        inbound: CompletionAsked | None = None,
    ) -> ChatExchange:
        """Raises `Unsupported` for several texts, tokens in place of a text, and fields the provider does not take."""
        del inbound
        losses = Losses(self._chat.provider, self._chat.model, on_unsupported)
        prompt = self._prompt(request)
        given = msgspec.structs.asdict(request)
        for field in _REFUSED:
            if given[field] is not None:
                losses.refuse(field, "the provider does not take it here")
        if request.user is not None:
            losses.advise("user", "the provider does not take it")
        body = {
            "model": self._chat.model,
            "prompt": prompt,
            "suffix": request.suffix,
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "stop": request.stop or None,
            "random_seed": request.seed,
            "stream": True if stream else None,
            **request.extra,
        }
        read = self._chat.encode(ChatRequest(messages=(user(prompt),)), stream=stream)
        draft = msgspec.structs.replace(
            read.draft, operation="completion", dialect=None, body=dumps(without_none(body))
        )
        return Rewritten(read, draft, losses.warnings)

    def _prompt(self, request: CompletionRequest) -> str:
        texts = [text for text in request.prompt if isinstance(text, str)]
        if len(texts) == 1 and len(request.prompt) == 1:
            return texts[0]
        raise Unsupported(
            f"{self._chat.provider} ({self._chat.model}) cannot take `prompt`: it continues one text at a time, given as text",
            provider=self._chat.provider,
            model=self._chat.model,
            operation="completion",
            param="prompt",
        )
