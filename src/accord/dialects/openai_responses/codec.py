"""The client side: conversations for providers that speak OpenAI's Responses.

https://developers.openai.com/api/reference/resources/responses/methods/create. Each method between `encode` and `forward`
is a stage: it gives the members of the body for one concern, or reads one aspect of the answer, and a provider with a
habit of its own replaces that method alone.
"""

from accord.core.dialect import Dialect
from accord.core.error import ProviderError
from accord.core.finish import Finish
from accord.core.http import Draft, Reply
from accord.core.json import as_array, as_object, dumps, edited
from accord.core.loss import Losses
from accord.core.message import Message
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.part import Audio
from accord.core.request import ChatRequest, ReasoningConfig, is_plain
from accord.core.tool import Tool
from accord.core.usage import Usage
from accord.dialects.codec import Inbound
from accord.dialects.openai_responses import write_fields as fields
from accord.dialects.openai_responses.account import check_unmarked
from accord.dialects.openai_responses.effort import effort_of
from accord.dialects.openai_responses.error import Told, failed_reply, failure
from accord.dialects.openai_responses.exchange import ResponsesExchange
from accord.dialects.openai_responses.finish import finish_of
from accord.dialects.openai_responses.forward import Shown
from accord.dialects.openai_responses.inbound import ResponsesInbound
from accord.dialects.openai_responses.knobs import Knobs
from accord.dialects.openai_responses.read_item import as_text
from accord.dialects.openai_responses.usage import ToolUsage, read_usage
from accord.dialects.openai_responses.web_search import of_chat_options
from accord.dialects.openai_responses.wire import NAME, Item, own, present
from accord.dialects.openai_responses.wire_names import WireNames
from accord.dialects.openai_responses.write_content import unmarked
from accord.dialects.openai_responses.write_item import ItemWriter, is_instructions, items_of_words
from accord.dialects.openai_responses.write_tool import (
    additional_items,
    is_additional,
    write_tool,
    write_tool_choice,
)
from accord.dialects.remote import Remote, unread

OPENAI = Knobs()
"""OpenAI itself."""


class OpenAIResponses:
    """Writes conversations for one model on the Responses wire."""

    def __init__(
        self, *, model: str, facts: ModelFacts | None = None, provider: str = "openai", knobs: Knobs = OPENAI
    ) -> None:
        """`model` is the upstream name; `provider` is named in errors."""
        self.model = model
        self.facts = facts
        self.provider = provider
        self.knobs = knobs

    @property
    def dialect(self) -> Dialect:
        """`openai_responses`."""
        return NAME

    def encode(
        self, request: ChatRequest, *, stream: bool = False, on_unsupported: OnUnsupported = "error"
    ) -> ResponsesExchange:
        """Raises `Unsupported` for what this wire or model cannot do."""
        losses = Losses(self.provider, self.model, on_unsupported)
        names = WireNames()
        body = self.body(request, names, losses, stream=stream)
        draft = Draft(operation="chat", dialect=NAME, model=self.model, body=dumps(body), stream=stream)
        return ResponsesExchange(self, draft, losses.warnings, names=names)

    def body(self, request: ChatRequest, names: WireNames, losses: Losses, *, stream: bool) -> Item:
        """The whole body, from the stages."""
        body: Item = {
            "model": self.model,
            **self.messages(request, names, losses),
            **self.tools(request, names, losses),
            **self.tool_choice(request, names, losses),
            **self.response_format(request, losses),
            **self.reasoning(request, losses),
            **self.fields(request, losses),
        }
        if stream:
            body["stream"] = True
            if self.knobs.obfuscation == "off":
                body["stream_options"] = {"include_obfuscation": False}
        fields.own_fields(body, request, self.knobs, losses, stream=stream)
        fields.foreign_fields(body, request, losses)
        fields.without_refused(body, self.knobs, losses)
        return body

    def messages(self, request: ChatRequest, names: WireNames, losses: Losses) -> Item:
        """`instructions` and `input`."""
        words = None if request.tools else items_of_words(request.messages, self.knobs)
        if words is not None:
            return {"input": words}
        given: list[Message] = []
        conversation: list[tuple[str, Message]] = []
        for index, message in enumerate(request.messages):
            if is_instructions(message):
                given.append(message)
            else:
                conversation.append((f"messages[{index}]", message))
        unmarked(request, losses)
        items = ItemWriter(losses, self.knobs, names).items(conversation)
        check_unmarked(items)
        if request.tools:
            for place, item in additional_items(_written(request, names, losses, additional=True)):
                items.insert(place, item)
        if not given:
            return {"input": items}
        return {"instructions": "\n\n".join([as_text(message.parts) for message in given]), "input": items}

    def tools(self, request: ChatRequest, names: WireNames, losses: Losses) -> Item:
        """`tools`, but for those declared within the input."""
        if not request.tools and not request.extra:
            return {}
        written = [item for _, item in _written(request, names, losses, additional=False)]
        options = as_object(request.extra.get("openai_chat", {}).get("web_search_options"))
        if options is not None:
            written.append(of_chat_options(options))
        return {"tools": written} if written else {}

    def tool_choice(self, request: ChatRequest, names: WireNames, losses: Losses) -> Item:
        """`tool_choice` and `parallel_tool_calls`."""
        choice = request.tool_choice
        if choice is None and request.parallel_tool_calls is None:
            return {}
        written = None if choice is None else write_tool_choice(choice, request.tools, names, losses)
        return present({"tool_choice": written, "parallel_tool_calls": request.parallel_tool_calls})

    def response_format(self, request: ChatRequest, losses: Losses) -> Item:
        """`text`: the form of the answer, and how wordy it is."""
        if request.response_format is None and request.verbosity is None:
            return {}
        text = present({
            "format": fields.write_format(request.response_format, losses),
            "verbosity": request.verbosity,
        })  # fmt: skip
        return {"text": text} if text else {}

    def reasoning(self, request: ChatRequest, losses: Losses) -> Item:
        """`reasoning` and `include`."""
        if request.reasoning is None and not request.extra and not request.logprobs:
            return {"include": [fields.ENCRYPTED]} if self._carries(request, None) else {}
        config = request.reasoning or ReasoningConfig()
        effort = effort_of(config, self.facts, losses)
        summary = config.summary
        if summary is None and config.visible and not self._never_reasons:
            losses.change("reasoning.visible", "the provider shows a summary of the thinking, not the thinking")
            summary = "auto"
        reasoning = present({"effort": effort, "summary": summary})
        include = self._include(request, config, effort)
        return {**({"reasoning": reasoning} if reasoning else {}), **({"include": include} if include else {})}

    def fields(self, request: ChatRequest, losses: Losses) -> Item:
        """Limits, sampling, identity, storage and tier."""
        plain = is_plain(request)
        if not plain:
            fields.refuse_foreign(request, losses)
        if request.cache is not None:
            losses.advise("cache", "the provider caches long prompts without being told where")
        usual = {
            **fields.limits(request, self.facts, self.knobs, losses),
            **fields.sampling(request, self.facts, losses),
        }
        if plain:
            return usual | fields.storage(request, self.knobs, losses)
        return {
            **usual,
            **fields.identity(request, self.knobs),
            **fields.tier(request, losses),
            **fields.storage(request, self.knobs, losses),
            **present({
                "top_logprobs": request.top_logprobs,
                "metadata": request.metadata,
                "prompt_cache_key": request.cache_key,
                "prompt_cache_retention": request.cache_retention,
            }),
        }  # fmt: skip

    def finish_reason(self, status: str, reason: str | None, *, calls: bool) -> Finish:
        """Why the answer ended."""
        return finish_of(status, reason, calls=calls)

    def usage(self, raw: Item, *, tier: str | None, tools: ToolUsage | None) -> Usage:
        """What the answer used."""
        return read_usage(raw, tier=tier, tools=tools)

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with a status other than 2xx tells of. Never raises."""
        return failed_reply(reply, self.provider, self.model)

    def failure(self, told: Told, *, body: bytes) -> ProviderError:
        """The failure that an answer or a stream tells of inside."""
        return failure(told, status=200, body=body, provider=self.provider, model=self.model)

    def needs_fetch(self, request: ChatRequest) -> tuple[Remote, ...]:
        """None, where the host takes addresses: any `https` or `http` one will do then."""
        if self.knobs.media_urls == "taken":
            return ()
        return unread(request, lambda part: isinstance(part, Audio))

    def forward(self, inbound: Inbound) -> ResponsesExchange | None:
        """The caller's own bytes with the model's name replaced; `None` where something else has to change."""
        if not isinstance(inbound, ResponsesInbound) or self._rewrites or not self.knobs.forwardable:
            return None
        if not inbound.forwardable or self.needs_fetch(inbound.request):
            return None
        losses = Losses(self.provider, self.model, "error")
        edits: dict[str, object] = {"model": self.model}
        if self.knobs.client_metadata == "omit" and "client_metadata" in own(inbound.request.extra):
            edits["client_metadata"] = None
            losses.advise("client_metadata", "telemetry is not handed on")
        body = edited(inbound.body, edits)
        draft = Draft(operation="chat", dialect=NAME, model=self.model, body=body, stream=inbound.stream)
        shown = Shown(inbound.request.model, inbound.rename)
        return ResponsesExchange(self, draft, losses.warnings, shown=shown)

    @property
    def _rewrites(self) -> bool:
        """Whether a stage of the request was replaced, so that the caller's bytes are not what the provider wants."""
        mine, base = type(self), OpenAIResponses
        return (
            (mine.body, mine.messages, mine.tools, mine.tool_choice)
            != (base.body, base.messages, base.tools, base.tool_choice)
        ) or (
            (mine.response_format, mine.reasoning, mine.fields) != (base.response_format, base.reasoning, base.fields)
        )

    @property
    def _never_reasons(self) -> bool:
        return self.facts is not None and self.facts.reasoning is False

    def _include(self, request: ChatRequest, config: ReasoningConfig, effort: str | None) -> list[object]:
        given = own(request.extra).get("include") if request.extra else None
        include = list(as_array(given) or ())
        if config.encrypted or (given is None and config.encrypted is None and self._carries(request, effort)):
            include.append(fields.ENCRYPTED)
        if request.logprobs:
            include.append(fields.LOGPROBS)
        return include

    def _carries(self, request: ChatRequest, effort: str | None) -> bool:
        """Whether the next turn will need this one's reasoning and the provider will not have kept it."""
        if self.knobs.encrypted_reasoning == "never" or fields.keeps(request) or self._never_reasons:
            return False
        known = self.facts is not None and self.facts.reasoning is True
        return known or effort not in (None, "none")


def _written(request: ChatRequest, names: WireNames, losses: Losses, *, additional: bool) -> list[tuple[Tool, Item]]:
    """The tools declared within the input, or all others, each as it is sent."""
    written = [
        (tool, write_tool(tool, names, losses, f"tools[{index}]"))
        for index, tool in enumerate(request.tools)
        if is_additional(tool) == additional
    ]
    return [(tool, item) for tool, item in written if item is not None]
