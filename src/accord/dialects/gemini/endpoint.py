"""What the exchanges of the endpoints beside conversations share, and the methods of a model they call."""

from collections.abc import Callable
from typing import Generic, TypeVar

from accord.core.error import Malformed, ProviderError
from accord.core.http import Draft, Reply
from accord.core.json import NotJson, loads_object
from accord.core.warning import CallWarning
from accord.dialects.gemini.error import error_of, failure_of
from accord.dialects.gemini.knobs import Knobs
from accord.dialects.gemini.rules import bare_name

T = TypeVar("T")


class EndpointExchange(Generic[T]):
    """One request, and the reading of its answer."""

    __slots__ = ("_provider", "_read", "draft", "warnings")

    def __init__(
        self,
        draft: Draft,
        *,
        read: Callable[[dict[str, object], Reply], T],
        provider: str,
        warnings: tuple[CallWarning, ...] = (),
    ) -> None:
        """`read` makes the response of the body's members; it may raise `Malformed`."""
        self.draft: Draft = draft
        self.warnings: tuple[CallWarning, ...] = warnings
        self._read = read
        self._provider = provider

    def decode(self, reply: Reply) -> T:
        """The response in a 2xx reply. Raises `Malformed`, or the `ProviderError` that its body tells of."""
        try:
            found = loads_object(reply.body)
        except NotJson as error:
            raise Malformed(f"the answer is not what its wire promises: {error}", body=reply.body) from None
        if "error" in found:
            raise failure_of(found["error"], provider=self._provider, model=self.draft.model, body=reply.body)
        return self._read(found, reply)

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of."""
        return error_of(reply, provider=self._provider, model=self.draft.model)


def method_of(draft: Draft, knobs: Knobs) -> str:
    """The method of a model that a draft of this wire calls, as its path ends (`generateContent`)."""
    match draft.operation:
        case "count_tokens":
            return "countTokens"
        case "embeddings":
            return "predict" if embeds_by_prediction(draft.model, knobs) else "batchEmbedContents"
        case _:
            return "streamGenerateContent?alt=sse" if draft.stream else "generateContent"


def embeds_by_prediction(model: str, knobs: Knobs) -> bool:
    """Whether Vertex AI serves the model's vectors by its older, general method."""
    return knobs.platform == "vertex" and "gemini" not in bare_name(model)
