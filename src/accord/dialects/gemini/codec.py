"""The client side: conversations for one model of Google's, on AI Studio, Vertex AI, or a host like them.

Every step is a method, so that a provider with a quirk replaces that step alone.
"""

import re
from collections.abc import Mapping

from accord.core.dialect import Dialect
from accord.core.error import InvalidInput, ProviderError
from accord.core.finish import Finish
from accord.core.http import Draft, Headers, Reply
from accord.core.json import JsonObject, NotJson, dumps, edited
from accord.core.loss import Losses
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.core.usage import Usage
from accord.dialects.codec import Inbound
from accord.dialects.gemini import encode_config
from accord.dialects.gemini.citation import searches_in
from accord.dialects.gemini.dialect import DIALECT, overlaid, own
from accord.dialects.gemini.encode_contents import ContentsWriter
from accord.dialects.gemini.encode_tools import tool_config, wire_tools
from accord.dialects.gemini.encode_words import words_alone
from accord.dialects.gemini.error import error_of, failure_of
from accord.dialects.gemini.exchange import ForwardExchange, GeminiExchange
from accord.dialects.gemini.finish import finish_of
from accord.dialects.gemini.knobs import AI_STUDIO, Knobs
from accord.dialects.gemini.media import goes_by_address
from accord.dialects.gemini.platform import can_forward, without_elsewhere_fields
from accord.dialects.gemini.reader import Asked
from accord.dialects.gemini.rules import Rules, rules_of
from accord.dialects.gemini.tool_names import ToolNames
from accord.dialects.gemini.usage import usage_of
from accord.dialects.gemini.writing import Writing
from accord.dialects.remote import Remote, unread

_TOO_DEEP = "a schema or field of the request is nested too deeply"
_MODEL = re.compile(rb'"model"\s*:')


def written(body: JsonObject) -> bytes:
    """A request's bytes. Raises `InvalidInput` for what is nested too deeply."""
    try:
        return dumps(body)
    except RecursionError:
        raise InvalidInput(_TOO_DEEP) from None


class Gemini:
    """Writes conversations as `generateContent` requests."""

    def __init__(
        self, *, model: str, facts: ModelFacts | None = None, provider: str = "gemini", knobs: Knobs = AI_STUDIO
    ) -> None:
        """`provider` is the name used in errors; `facts` may be unknown."""
        self.model = model
        self.facts = facts
        self.provider = provider
        self.knobs = knobs
        self.rules: Rules = rules_of(model, facts)

    @property
    def dialect(self) -> Dialect:
        """The wire it writes."""
        return DIALECT

    def encode(
        self, request: ChatRequest, *, stream: bool = False, on_unsupported: OnUnsupported = "error"
    ) -> GeminiExchange:
        """Raises `Unsupported` for what the model cannot do, `InvalidInput` for what no model could."""
        writing = self.writing(request, on_unsupported)
        draft = Draft(
            operation="chat",
            dialect=DIALECT,
            model=self.model,
            body=written(self.body(writing)),
            stream=stream,
            headers=self.headers(writing),
        )
        asked = Asked(stages=self, names=writing.names)
        return GeminiExchange(draft, asked=asked, errors=self, warnings=writing.losses.warnings)

    def forward(self, inbound: Inbound) -> ForwardExchange | None:
        """An exchange with the caller's own bytes; `None` where the service would not take them as they are."""
        if inbound.dialect != DIALECT or not self._writes_plainly() or not can_forward(inbound.request, self.knobs):
            return None
        try:
            # The path names the model; a body that does too may name another.
            body = edited(inbound.body, {"model": None}) if _MODEL.search(inbound.body) else inbound.body
        except NotJson:
            return None
        draft = Draft(operation="chat", dialect=DIALECT, model=self.model, body=body, stream=inbound.stream)
        asked = Asked(stages=self, names=ToolNames())
        return ForwardExchange(draft, asked=asked, errors=self, model=inbound.request.model)

    def _writes_plainly(self) -> bool:
        """Whether a request written here says what its caller's bytes say: no stage is replaced, no knob interferes."""
        kind = type(self)
        stages = (
            kind.body is Gemini.body and kind.messages is Gemini.messages and kind.tools is Gemini.tools,
            kind.tool_choice is Gemini.tool_choice and kind.response_format is Gemini.response_format,
            kind.reasoning is Gemini.reasoning and kind.fields is Gemini.fields and kind.headers is Gemini.headers,
        )
        return all(stages) and self.knobs.schemas == "auto"

    def needs_fetch(self, request: ChatRequest) -> tuple[Remote, ...]:
        """The media that the service does not fetch itself."""
        return unread(request, lambda part: goes_by_address(part.source.url or "", self.knobs))

    def writing(self, request: ChatRequest, on_unsupported: OnUnsupported) -> Writing:
        """What the stages below share for one request."""
        losses = Losses(self.provider, self.model, on_unsupported)
        return Writing(request, rules=self.rules, knobs=self.knobs, losses=losses)

    def body(self, writing: Writing) -> JsonObject:
        """The whole request: every stage, and the caller's own fields of this wire over them.

        Raises `Unsupported` and `InvalidInput`.
        """
        try:
            return self._body(writing)
        except RecursionError:
            raise InvalidInput(_TOO_DEEP) from None

    def _body(self, writing: Writing) -> JsonObject:
        encode_config.left_out(writing)
        tools = self.tools(writing)
        choice = self.tool_choice(writing, tools)
        config = {**self.fields(writing), **self.response_format(writing), **self.reasoning(writing)}
        body: dict[str, object] = {**self.messages(writing), **encode_config.beside(writing)}
        if tools:
            body["tools"] = tools
        if choice is not None:
            body["toolConfig"] = choice
        wanted = {key: value for key, value in config.items() if value is not None}
        if wanted:
            body["generationConfig"] = wanted
        said = own(writing.request.extra)
        return without_elsewhere_fields(overlaid(body, said), self.knobs, writing.losses) if said else body

    def messages(self, writing: Writing) -> dict[str, object]:
        """`contents` and `systemInstruction`."""
        return words_alone(writing) or ContentsWriter(writing).write()

    def tools(self, writing: Writing) -> list[object]:
        """`tools`."""
        return wire_tools(writing)

    def tool_choice(self, writing: Writing, tools: list[object]) -> dict[str, object] | None:
        """`toolConfig`."""
        return tool_config(writing, tools)

    def response_format(self, writing: Writing) -> dict[str, object]:
        """The members of `generationConfig` that bind the answer to a form."""
        return encode_config.response_format(writing)

    def reasoning(self, writing: Writing) -> dict[str, object]:
        """The member of `generationConfig` that says how much to think."""
        return encode_config.reasoning(writing)

    def fields(self, writing: Writing) -> dict[str, object]:
        """The other members of `generationConfig`; `None` is not sent."""
        return encode_config.sampling(writing)

    def headers(self, writing: Writing) -> Headers:
        """Headers of the request: Vertex AI is asked for a service tier there."""
        tier = encode_config.tier_of(writing) if writing.vertex else None
        return () if tier in (None, "standard") else (("x-vertex-ai-llm-shared-request-type", tier or ""),)

    def finish_reason(self, raw: str | None, *, calls: bool) -> Finish:
        """Why a candidate ended; `calls`: it holds calls."""
        return finish_of(raw, calls=calls)

    def usage(self, metadata: JsonObject, fields: Mapping[int, Mapping[str, object]]) -> Usage:
        """What was used; `fields` are the candidates' other members, which tell of searches that are charged."""
        if not fields:
            return usage_of(metadata)
        by_query = self.rules.gemini_3
        counts = [found for one in fields.values() if (found := searches_in(one, by_query=by_query)) is not None]
        return usage_of(metadata, searches=sum(counts) if counts else None)

    def error(self, reply: Reply) -> ProviderError:
        """What a failed reply tells of."""
        return error_of(reply, provider=self.provider, model=self.model)

    def failure(self, error: object, body: bytes) -> ProviderError:
        """What an error in a 200 tells of."""
        return failure_of(error, provider=self.provider, model=self.model, body=body)
