"""Writes conversations for one model in Anthropic's Messages API, and reads what comes back.

https://platform.claude.com/docs/en/api/messages. Every stage is a method that a provider with quirks replaces.
"""

from typing import Final

from accord.core.dialect import Dialect
from accord.core.error import ProviderError
from accord.core.finish import Finish
from accord.core.http import Draft, Headers, Reply
from accord.core.json import JsonObject, as_object, dumps
from accord.core.loss import Losses
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.core.usage import Usage
from accord.dialects.anthropic_messages.betas import of_request
from accord.dialects.anthropic_messages.dialect import DIALECT
from accord.dialects.anthropic_messages.error import error_of
from accord.dialects.anthropic_messages.exchange import MessagesExchange
from accord.dialects.anthropic_messages.finish import read_finish
from accord.dialects.anthropic_messages.forward import forwarded
from accord.dialects.anthropic_messages.host import bound_marks, fit_host
from accord.dialects.anthropic_messages.knobs import Knobs
from accord.dialects.anthropic_messages.reading import Reading
from accord.dialects.anthropic_messages.rules import Rules, rules_of
from accord.dialects.anthropic_messages.stream import MessageDecoder
from accord.dialects.anthropic_messages.translation import Translation, given_betas
from accord.dialects.anthropic_messages.turns import write_system, write_turns
from accord.dialects.anthropic_messages.usage import read_usage
from accord.dialects.anthropic_messages.write_choice import report_choice_without_tools, write_choice
from accord.dialects.anthropic_messages.write_fields import report_unsupported, write_identity, write_sampling
from accord.dialects.anthropic_messages.write_format import write_answer_tool, write_format
from accord.dialects.anthropic_messages.write_media import Block, goes_by_address
from accord.dialects.anthropic_messages.write_reasoning import write_reasoning
from accord.dialects.anthropic_messages.write_tools import write_missing_tools, write_tools
from accord.dialects.anthropic_messages.write_words import write_words
from accord.dialects.codec import Inbound
from accord.dialects.remote import Remote, unread

_NOT_IN_BODY: Final = frozenset({"betas"})
"""Members of the request's own extra that go elsewhere."""


class AnthropicMessages:
    """The codec of one model."""

    def __init__(
        self,
        *,
        model: str,
        facts: ModelFacts | None = None,
        provider: str = "anthropic",
        knobs: Knobs = Knobs(),  # noqa: B008 - a frozen value
    ) -> None:
        """`provider` is the name used in errors."""
        self.model = model
        self.provider = provider
        self.knobs = knobs
        self.rules: Rules = rules_of(model, facts)

    @property
    def has_overrides(self) -> bool:
        """Whether a subclass has replaced anything, so that requests cannot go out as their caller wrote them."""
        return type(self) is not AnthropicMessages

    @property
    def dialect(self) -> Dialect:
        """The wire it writes."""
        return DIALECT

    def encode(
        self, request: ChatRequest, *, stream: bool = False, on_unsupported: OnUnsupported = "error"
    ) -> MessagesExchange:
        """Raises `Unsupported` for what the model or the wire cannot do."""
        translation = Translation(
            request, self.rules, self.knobs, Losses(self.provider, self.model, on_unsupported), stream=stream
        )
        body = self.body(translation)
        headers = self.headers(translation, body)
        draft = Draft(
            operation="chat",
            dialect=DIALECT,
            model=self.model,
            body=dumps(body),
            stream=stream,
            headers=headers,
        )
        reading = Reading(self, translation.names, answer_tool=translation.answer_tool)
        return MessagesExchange(self, draft, reading, warnings=translation.losses.warnings)

    def needs_fetch(self, request: ChatRequest) -> tuple[Remote, ...]:
        """What the host does not fetch, or only takes as data."""
        return unread(request, lambda part: goes_by_address(part, self.knobs))

    def forward(self, inbound: Inbound) -> MessagesExchange | None:
        """The caller's own bytes with the model replaced; `None` where they came on another wire, this host departs
        from Anthropic's, or the model needs something said differently.
        """
        return forwarded(self, inbound)

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply tells of. Never raises."""
        return error_of(reply.status, reply.headers, reply.body)

    def stream(self, reading: Reading) -> MessageDecoder:
        """A fresh reader for one stream."""
        return MessageDecoder(reading, self.provider)

    def body(self, translation: Translation) -> Block:
        """The whole body, stage by stage; later stages know what earlier ones decided."""
        reasoning = self.reasoning(translation)
        output_format = self.response_format(translation)
        messages = self.messages(translation)
        tools = self.tools(translation)
        body: Block = {"model": self.model, "max_tokens": translation.max_tokens, **messages}
        if self.knobs.model == "path":
            del body["model"]
        if self.knobs.version is not None:
            body["anthropic_version"] = self.knobs.version
        if translation.stream:
            body["stream"] = True
        body.update(tools)
        body.update(reasoning)
        if output_format is not None:
            body["output_config"] = {**(as_object(body.get("output_config")) or {}), "format": output_format}
        body.update(self.fields(translation))
        self.unnamed(translation, body)
        fit_host(translation, body)
        bound_marks(translation, body)
        return body

    def reasoning(self, translation: Translation) -> JsonObject:
        """`thinking` and `output_config.effort`."""
        return write_reasoning(translation)

    def response_format(self, translation: Translation) -> JsonObject | None:
        """`output_config.format`."""
        return write_format(translation)

    def messages(self, translation: Translation) -> Block:
        """`system` and `messages`."""
        words = write_words(translation)
        if words is not None:
            return words
        turns = write_turns(translation)
        system = write_system(translation, turns.system)
        written = [turn.written() for turn in turns.turns]
        return {"messages": written} if system is None else {"system": system, "messages": written}

    def tools(self, translation: Translation) -> Block:
        """`tools` and `tool_choice`."""
        if translation.plain and not translation.names.history:
            return {}
        tools = [*write_tools(translation), *write_answer_tool(translation)]
        if not tools:
            report_choice_without_tools(translation)
            missing = write_missing_tools(translation)
            return {"tools": missing, "tool_choice": {"type": "none"}} if missing else {}
        choice = self.tool_choice(translation)
        return {"tools": tools} if choice is None else {"tools": tools, "tool_choice": choice}

    def tool_choice(self, translation: Translation) -> Block | None:
        """How to choose among the tools."""
        return write_choice(translation)

    def fields(self, translation: Translation) -> Block:
        """Sampling, limits, identity. Reports what the wire has no field for."""
        report_unsupported(translation)
        sampling = write_sampling(translation)
        return sampling if translation.plain else {**sampling, **write_identity(translation)}

    def unnamed(self, translation: Translation, body: Block) -> None:
        """Puts the request's own unnamed fields into the body: they were this wire's, and win."""
        for key, value in translation.own.items():
            if key in _NOT_IN_BODY:
                continue
            before, added = as_object(body.get(key)), as_object(value)
            body[key] = value if before is None or added is None or key == "thinking" else {**before, **added}

    def headers(self, translation: Translation, body: Block) -> Headers:
        """`anthropic-beta`, as far as anything needs it. `anthropic-version` is the address's to add."""
        betas = self.betas(translation, body)
        if not betas:
            return ()
        if self.knobs.betas in {"body", "both"}:
            body["anthropic_beta"] = list(betas)
        return (("anthropic-beta", ",".join(betas)),) if self.knobs.betas in {"header", "both"} else ()

    def betas(self, translation: Translation, body: Block) -> tuple[str, ...]:
        """The beta features to ask for: the caller's own, and those the body's fields need."""
        asked = translation.own
        if not (asked or translation.betas or "output_config" in body):
            return ()
        of_fields = (*given_betas(asked), *of_request(asked)) if asked else ()
        wanted = tuple(dict.fromkeys((*of_fields, *translation.betas, *self._effort_beta(body))))
        known = () if self.knobs.betas == "none" else self.knobs.known_betas
        if known is None:
            return wanted
        for beta in given_betas(asked):
            if beta not in known:
                translation.losses.advise("betas", f"this host has no {beta}")
        return tuple([beta for beta in wanted if beta in known])

    def finish_reason(self, reason: str | None, stop_sequence: str | None) -> Finish:
        """Why the model stopped."""
        return read_finish(reason, stop_sequence)

    def usage(self, raw: JsonObject) -> Usage:
        """What was used."""
        return read_usage(raw)

    def _effort_beta(self, body: Block) -> tuple[str, ...]:
        # Only models that think by a budget need to be asked for `effort` (Opus 4.5).
        has_effort = "effort" in (as_object(body.get("output_config")) or {})
        return ("effort-2025-11-24",) if has_effort and self.rules.claude and not self.rules.adaptive else ()
