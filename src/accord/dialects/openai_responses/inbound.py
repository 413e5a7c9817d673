"""A caller's request on this wire, and the writing of its answer."""

from collections.abc import Mapping, Sequence

import msgspec

from accord.core.dialect import Dialect
from accord.core.error import AccordError
from accord.core.json import dumps, edited
from accord.core.loss import Losses
from accord.core.message import Message
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse, Choice
from accord.dialects.codec import Failure, Renderer
from accord.dialects.openai_responses.failure import fail
from accord.dialects.openai_responses.finish import failure_in, native_of, status_of
from accord.dialects.openai_responses.forward import Rename, Shown
from accord.dialects.openai_responses.forward_renderer import ForwardRenderer
from accord.dialects.openai_responses.knobs import Knobs
from accord.dialects.openai_responses.render import output_of
from accord.dialects.openai_responses.renderer import ResponsesRenderer
from accord.dialects.openai_responses.response_id import ItemIds, response_id
from accord.dialects.openai_responses.response_object import ResponseObject
from accord.dialects.openai_responses.tool_names import ToolNames
from accord.dialects.openai_responses.usage import write_usage
from accord.dialects.openai_responses.wire import NAME, Item, own
from accord.dialects.openai_responses.write_item import ItemWriter, is_instructions


class ResponsesInbound:
    """One request. What it stands for may be replaced (`continuing`), what it said stays."""

    def __init__(
        self,
        request: ChatRequest,
        body: bytes,
        *,
        stream: bool,
        sealed: bool = False,
        received_at: int = 0,
        stores: bool = False,
        rename: Rename | None = None,
        verbatim: bool = True,
    ) -> None:
        """`sealed`: items hold what Accord gave out for another wire. `verbatim`: `body` says all that `request` does."""
        self.request = request
        self.body = body
        self.stream = stream
        self.received_at = received_at
        self.rename = rename
        self.forwardable: bool = verbatim and not sealed
        """Whether a provider of this wire would understand the bytes as they are."""
        self._stores = stores
        self._asked = request
        # Both are made once, and only where the answer is not the provider's own bytes.
        self._names: ToolNames | None = None
        self._object: ResponseObject | None = None

    @property
    def dialect(self) -> Dialect:
        """`openai_responses`."""
        return NAME

    @property
    def names(self) -> ToolNames:
        """The caller's tools."""
        if self._names is None:
            self._names = ToolNames(self.request.tools)
        return self._names

    @property
    def response_object(self) -> ResponseObject:
        """Writes response objects that echo the request."""
        if self._object is None:
            self._object = ResponseObject(self._asked, self.body, stores=self._stores)
        return self._object

    def response_id(self, given: str) -> str:
        """The id the caller sees of a response that the provider calls `given`."""
        return response_id(given, self.rename, seed=self.body + str(self.received_at).encode())

    def render(
        self, response: ChatResponse, *, forwarded: bool = False, accord: Mapping[str, object] | None = None
    ) -> bytes:
        """The whole answer; `accord` becomes a member of it."""
        if forwarded and response.raw is not None:
            shown = Shown(self.request.model, self.rename).response(response.raw)
            return shown if accord is None else edited(shown, {"accord": accord})
        written = self.answer(response)
        return dumps(written if accord is None else {**written, "accord": accord})

    def answer(self, response: ChatResponse) -> Item:
        """The response object."""
        choice = response.choices[0] if response.choices else Choice(message=Message(role="assistant"))
        status, incomplete = status_of(choice.finish)
        of_response = self.response_id(response.id)
        output = output_of(
            choice,
            ItemIds(of_response),
            self.names,
            status="completed" if incomplete is None else "incomplete",
        )
        return self.response_object.written(
            id=of_response,
            created=self.received_at if response.created is None else response.created,
            status=status,
            output=output,
            incomplete=incomplete,
            error=failure_in(choice.finish),
            usage=write_usage(response.usage),
            tier=response.usage.service_tier if response.usage is not None else None,
            extra={**native_of(choice.finish), **own(response.extra)},
        )

    def renderer(self, *, forwarded: bool = False) -> Renderer:
        """A fresh writer for one stream."""
        return ForwardRenderer(self) if forwarded else ResponsesRenderer(self)

    def fail(self, error: AccordError) -> Failure:
        """The error answer before anything else was sent."""
        return fail(error)

    def conversation(self, response: ChatResponse) -> tuple[Message, ...]:
        """What a later request continues by `previous_response_id`: this one's messages and the answer, but not
        `instructions`, which hold for one request alone.
        """
        spoken = [message for message in self.request.messages if not is_instructions(message)]
        return (*spoken, *[choice.message for choice in response.choices[:1]])

    def continuing(self, history: Sequence[Message]) -> "ResponsesInbound":
        """This request with an earlier conversation in front of its own messages, and no reference to it any more."""
        request = self.request
        instructions = [message for message in request.messages if is_instructions(message)]
        spoken = [message for message in request.messages if not is_instructions(message)]
        changed = msgspec.structs.replace(
            request, messages=(*instructions, *history, *spoken), previous_response_id=None
        )
        following = ResponsesInbound(
            changed,
            self.body,
            stream=self.stream,
            received_at=self.received_at,
            stores=self._stores,
            rename=self.rename,
            verbatim=False,
        )
        # What is echoed is what the caller said.
        following._asked = self._asked
        return following

    def input_items(self) -> list[Item]:
        """The items of `input`, each with an id, as GET /responses/{id}/input_items lists them."""
        losses = Losses("this API", self.request.model, "drop")
        spoken = [("", message) for message in self.request.messages if not is_instructions(message)]
        ids = ItemIds(self.response_id(""))
        items = ItemWriter(losses, Knobs()).items(spoken)
        return [_listed(item, ids.of("item", index)) for index, item in enumerate(items)]


def _listed(item: Item, item_id: str) -> Item:
    """An item with an id, and content always as a list."""
    content = item.get("content")
    if isinstance(content, str):
        kind = "output_text" if item.get("role") == "assistant" else "input_text"
        item = {**item, "content": [{"type": kind, "text": content}]}
    return {"id": item_id, **item}
