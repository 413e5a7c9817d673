"""How many tokens a request has. https://ai.google.dev/api/tokens; free of charge."""

import msgspec

from accord.core.error import AccordError, InvalidInput, Malformed
from accord.core.http import Draft, Headers, Reply
from accord.core.json import JsonObject, NotJson, dumps, members
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.dialects.codec import Failure
from accord.dialects.gemini import wire
from accord.dialects.gemini.codec import Gemini, written
from accord.dialects.gemini.dialect import DIALECT
from accord.dialects.gemini.endpoint import EndpointExchange
from accord.dialects.gemini.failure import fail
from accord.dialects.gemini.knobs import AI_STUDIO, Knobs
from accord.dialects.gemini.parse import refused, request_of
from accord.dialects.gemini.reading import read_message
from accord.dialects.gemini.rules import bare_name

_COUNTED_ON_VERTEX = ("contents", "systemInstruction", "tools", "generationConfig")


class GeminiCount:
    """Counts for one model."""

    def __init__(
        self, *, model: str, facts: ModelFacts | None = None, provider: str = "gemini", knobs: Knobs = AI_STUDIO
    ) -> None:
        """`provider` is the name used in errors."""
        self._codec = Gemini(model=model, facts=facts, provider=provider, knobs=knobs)

    def encode(self, request: ChatRequest, *, on_unsupported: OnUnsupported = "error") -> EndpointExchange[int]:
        """Raises `Unsupported` for content the model does not take."""
        codec = self._codec
        writing = codec.writing(request, on_unsupported)
        body = self._counted(codec.body(writing))
        draft = Draft(operation="count_tokens", dialect=DIALECT, model=codec.model, body=written(body))
        return EndpointExchange(draft, read=_total, provider=codec.provider, warnings=writing.losses.warnings)

    def _counted(self, body: JsonObject) -> JsonObject:
        """AI Studio counts turns alone, or a whole request that names its model; Vertex AI takes some members."""
        if self._codec.knobs.platform == "vertex":
            return {key: body[key] for key in _COUNTED_ON_VERTEX if key in body}
        if len(body) == 1:
            return body
        return {"generateContentRequest": {"model": f"models/{bare_name(self._codec.model)}", **body}}


def _total(found: dict[str, object], reply: Reply) -> int:
    total = found.get("totalTokens")
    if not isinstance(total, int) or isinstance(total, bool):
        raise Malformed("the answer has no `totalTokens`", body=reply.body)
    return total


_counts = msgspec.json.Decoder(wire.CountRequest)


class CountInbound:
    """A caller's request to count."""

    __slots__ = ("body", "request")

    def __init__(self, request: ChatRequest, body: bytes) -> None:
        self.request: ChatRequest = request
        self.body: bytes = body

    def render(self, tokens: int) -> bytes:
        """The answer."""
        return dumps({"totalTokens": tokens})

    def fail(self, error: AccordError) -> Failure:
        """The error answer."""
        return fail(error)


def parse_count(body: bytes, headers: Headers = (), *, model: str = "") -> CountInbound:
    """A request to `:countTokens`, in any of its forms. Raises `InvalidInput` naming the field at fault."""
    del headers
    try:
        members(body)
        return CountInbound(request_of(_counted(read_message(_counts, wire.CountRequest, body)), model), body)
    except NotJson as error:
        raise refused(error) from None


def _counted(asked: wire.CountRequest) -> wire.Request:
    """The request that is to be counted."""
    whole = asked.generate_content_request
    if whole is None:
        return wire.Request(
            contents=asked.contents,
            system_instruction=asked.system_instruction,
            tools=asked.tools,
            generation_config=asked.generation_config,
            rest=asked.rest,
        )
    if asked.contents is not None:
        place = "generateContentRequest"
        raise InvalidInput(f"`{place}` and `contents` exclude each other", param=place)
    return whole
