"""What hosts share that speak OpenAI's paths: `<base>/chat/completions` and its neighbours, with a bearer key."""

from typing import TYPE_CHECKING, ClassVar, Protocol

from accord import catalog
from accord.core.dialect import Dialect
from accord.core.error import ProviderError, Unsupported
from accord.core.http import Address, Draft, Method, Reply
from accord.core.operation import Operation
from accord.dialects import openai_chat
from accord.dialects.openai_chat import Knobs
from accord.providers import openai_wire
from accord.providers.base import ProviderBase

if TYPE_CHECKING:
    from accord.core.listing import ListRequest, ModelList
    from accord.core.model import ModelFacts
    from accord.dialects.codec import ChatCodec, Codec

PATHS: dict[Operation, str] = {
    "chat": "/chat/completions",
    "completion": "/completions",
    "embeddings": "/embeddings",
    "image_generation": "/images/generations",
    "image_edit": "/images/edits",
    "moderation": "/moderations",
    "speech": "/audio/speech",
    "transcription": "/audio/transcriptions",
    "count_tokens": "/responses/input_tokens",
    "models": "/models",
}


def method_of(operation: Operation) -> Method:
    """How an operation is asked for."""
    return "GET" if operation == "models" else "POST"


class MakesChat(Protocol):
    """What makes a host's codec of conversations: a class, or a function that loads one first."""

    def __call__(
        self, *, model: str, facts: "ModelFacts | None" = None, provider: str = "openai", knobs: Knobs | None = None
    ) -> "openai_chat.OpenAIChat":
        """The codec for one model."""
        ...


def _dialect_itself(
    *, model: str, facts: "ModelFacts | None" = None, provider: str = "openai", knobs: Knobs | None = None
) -> "openai_chat.OpenAIChat":
    return openai_chat.OpenAIChat(model=model, facts=facts, provider=provider, knobs=knobs)


class OpenAILike(ProviderBase, frozen=True, kw_only=True):
    """A host that speaks OpenAI chat completions under its own address."""

    chat: ClassVar[MakesChat] = staticmethod(_dialect_itself)
    """How it writes conversations: the dialect itself, loaded by the first one, or a subclass with the host's quirks."""
    knobs: ClassVar[Knobs] = Knobs()
    """How its wire departs from OpenAI's, as data."""

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> "ChatCodec":
        """OpenAI chat completions, for every model."""
        del wanted
        return self.chat(model=model, facts=catalog.facts(self.type, model), provider=self.type, knobs=self.knobs)

    def models_codec(self) -> "Codec[ListRequest, ModelList]":
        """GET /models."""
        return openai_wire.ModelListCodec(provider=self.type, error=self.error_of)

    def error_of(self, reply: Reply) -> ProviderError:
        """What the host's chat dialect makes of a failed reply; its other endpoints fail in the same words."""
        return self.chat(model="", provider=self.type).error(reply)

    def address(self, draft: Draft) -> Address:
        """The operation's path under the base address."""
        path = draft.path
        if path is None:
            converses = draft.dialect == "openai_responses" and draft.operation == "chat"
            path = "/responses" if converses else PATHS.get(draft.operation)
        if path is None:
            raise Unsupported(
                f"{self.type} has no {draft.operation}",
                provider=self.type,
                model=draft.model,
                operation=draft.operation,
            )
        return Address(url=self.url + path, method=method_of(draft.operation))
