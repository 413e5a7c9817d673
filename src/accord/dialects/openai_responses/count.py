"""How many tokens a request has, both ways. https://developers.openai.com/api/reference/resources/responses/subresources/input_tokens"""

from accord.core.error import AccordError, Malformed, ProviderError
from accord.core.http import Draft, Headers, Reply
from accord.core.json import NotJson, dumps, loads_object
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.core.warning import CallWarning
from accord.dialects.codec import Failure
from accord.dialects.openai_responses.codec import OpenAIResponses
from accord.dialects.openai_responses.failure import fail
from accord.dialects.openai_responses.inbound import ResponsesInbound
from accord.dialects.openai_responses.parse_request import parse
from accord.dialects.openai_responses.wire import NAME, own
from accord.dialects.openai_responses.wire_names import WireNames

_COUNTED = frozenset(
    {
        "model",
        "input",
        "instructions",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "text",
        "reasoning",
        "truncation",
        "personality",
    }
)
"""The members that the operation takes; all others are about the answer, or refer to what only its keeper knows."""


class CountInput:
    """Counts for one model."""

    def __init__(self, codec: OpenAIResponses) -> None:
        """`codec` writes the conversation."""
        self._codec = codec

    def encode(self, request: ChatRequest, *, on_unsupported: OnUnsupported = "error") -> "CountExchange":
        """Raises `Unsupported` for content the model does not take. How the answer should be plays no part."""
        codec = self._codec
        losses = Losses(codec.provider, codec.model, on_unsupported)
        body = codec.body(_counted(request), WireNames(), losses, stream=False)
        asked = {key: value for key, value in body.items() if key in _COUNTED}
        draft = Draft(operation="count_tokens", dialect=NAME, model=codec.model, body=dumps(asked))
        return CountExchange(codec, draft, losses.warnings)


class CountExchange:
    """One count on its way."""

    def __init__(self, codec: OpenAIResponses, draft: Draft, warnings: tuple[CallWarning, ...]) -> None:
        self._codec = codec
        self.draft = draft
        self.warnings = warnings

    def decode(self, reply: Reply) -> int:
        """The tokens in a 2xx reply. Raises `Malformed`."""
        try:
            tokens = loads_object(reply.body).get("input_tokens")
        except NotJson:
            tokens = None
        if not isinstance(tokens, int) or isinstance(tokens, bool):
            raise Malformed(f"{self._codec.provider} answered with what is no count", body=reply.body)
        return tokens

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of. Never raises."""
        return self._codec.error(reply)


class CountInbound:
    """A caller's request to count. What it continues may be put before it (`asked`)."""

    def __init__(self, asked: ResponsesInbound) -> None:
        self.asked = asked

    @property
    def request(self) -> ChatRequest:
        """The conversation."""
        return self.asked.request

    def render(self, tokens: int) -> bytes:
        """The count."""
        return dumps({"object": "response.input_tokens", "input_tokens": tokens})

    def fail(self, error: AccordError) -> Failure:
        """The error answer."""
        return fail(error)


def parse_count(body: bytes, headers: Headers = ()) -> CountInbound:
    """A caller's request. Raises `InvalidInput` with the path of the member at fault."""
    return CountInbound(parse(body, headers))


def _counted(request: ChatRequest) -> ChatRequest:
    """The request without what is about its answer."""
    return ChatRequest(
        model=request.model,
        messages=request.messages,
        tools=request.tools,
        tool_choice=request.tool_choice,
        parallel_tool_calls=request.parallel_tool_calls,
        response_format=request.response_format,
        verbosity=request.verbosity,
        reasoning=request.reasoning,
        extra={NAME: {key: value for key, value in own(request.extra).items() if key in _COUNTED}},
    )
