"""Asks for a text to be continued. https://developers.openai.com/api/reference/resources/completions/methods/create"""

from collections.abc import Sequence

import msgspec

from accord.core.completion import CompletionRequest
from accord.core.http import Draft
from accord.core.json import JsonObject, dumps
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.dialects.completion import CompletionAsked
from accord.dialects.openai_completions.exchange import CompletionExchange
from accord.dialects.openai_endpoints.exchange import ErrorReader, without_none

_FIELDS = (
    "suffix",
    "max_tokens",
    "temperature",
    "top_p",
    "n",
    "best_of",
    "echo",
    "logprobs",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "user",
)
_ADVISORY = frozenset({"user"})


class OpenAICompletions:
    """Writes OpenAI's wire. `refuses`: the fields that a host does not take."""

    def __init__(self, *, model: str, provider: str, error: ErrorReader, refuses: Sequence[str] = ()) -> None:
        self._model = model
        self._provider = provider
        self._error = error
        self._refuses = frozenset(refuses)

    def encode(
        self,
        request: CompletionRequest,
        *,
        stream: bool = False,
        on_unsupported: OnUnsupported = "error",
        inbound: CompletionAsked | None = None,
    ) -> CompletionExchange:
        """The request as the host takes it. Raises `Unsupported` for a field that it does not take."""
        losses = Losses(self._provider, self._model, on_unsupported)
        given = msgspec.structs.asdict(request)
        for field in sorted(self._refuses):
            if given[field] is not None:
                self._report(field, losses)
                given[field] = None
        body = {
            "model": self._model,
            "prompt": _prompt(request),
            **{field: given[field] for field in _FIELDS},
            "stop": request.stop or None,
            **request.extra,
        }
        if stream:
            asked: JsonObject = inbound.stream_options if inbound is not None else {}
            body |= {"stream": True, "stream_options": {**asked, "include_usage": True}}
        draft = Draft(operation="completion", model=self._model, body=dumps(without_none(body)), stream=stream)
        return CompletionExchange(draft, error=self._error, warnings=losses.warnings, inbound=inbound)

    def _report(self, field: str, losses: Losses) -> None:
        if field in _ADVISORY:
            losses.advise(field, "the host does not take it")
        else:
            losses.refuse(field, "the host does not take it here")


def _prompt(request: CompletionRequest) -> object:
    if not request.prompt:
        return None
    return request.prompt[0] if len(request.prompt) == 1 else request.prompt
