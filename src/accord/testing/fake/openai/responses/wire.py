"""Responses as the service sees it."""

from accord.core.json import JsonObject, as_object, dumps
from accord.testing.fake.asked import Asked, OfferedTool, Thinking
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.conversation import SSE
from accord.testing.fake.desk import Desk, StoredResponse, Visit
from accord.testing.fake.improvise import base_name
from accord.testing.fake.node import Node, nodes_of
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.error import OpenAITeller, error_object, reject
from accord.testing.fake.openai.file import check_files
from accord.testing.fake.openai.model import rules_of
from accord.testing.fake.openai.responses.history import check_history, earlier_items, new_items
from accord.testing.fake.openai.responses.rules import check_rules
from accord.testing.fake.openai.responses.shape import RESPONSES_REQUEST
from accord.testing.fake.openai.responses.stream import event_bytes, responses_stream
from accord.testing.fake.openai.responses.whole import response_object, unfinished
from accord.testing.fake.prompt import prompt_tokens
from accord.testing.fake.said import Said
from accord.testing.fake.vendor import Check, Teller

_RESULTS = {"function_call_output", "custom_tool_call_output"}


class OpenAIResponsesWire:
    """Responses, with its memory."""

    def __init__(self, *, teller: Teller | None = None, checks: tuple[Check, ...] = ()) -> None:
        self._teller: Teller = teller or OpenAITeller()
        self._checks = checks

    @property
    def teller(self) -> Teller:
        """How its errors look."""
        return self._teller

    def ask(self, visit: Visit) -> Asked:
        """What the request asks. Raises `Rejected`."""
        body = read_body(visit, RESPONSES_REQUEST)
        model = body.text("model")
        if not visit.desk.knows(model):
            raise reject(f"The requested model '{model}' does not exist.", param="model", code="model_not_found")
        if visit.desk.account.strict:
            check_rules(body, rules_of(model))
        for check in self._checks:
            check(body)
        earlier, new = earlier_items(body, visit.desk), new_items(body, visit.desk)
        if visit.desk.account.strict:
            check_history(earlier, new, visit.desk)
            check_files(new, visit.desk)
        asked = _understood(body, earlier, new)
        if visit.desk.too_long(asked.prompt_tokens):
            message = "Your input exceeds the context window of this model. Please adjust your input and try again."
            raise reject(message, param="input", code="context_length_exceeded")
        return asked

    def whole(self, visit: Visit, asked: Asked, said: Said) -> bytes:
        """A response object; one worked on in the background is queued."""
        response = response_object(visit.desk, asked, said)
        _store(visit.desk, asked, response)
        if asked.body.flag("background"):
            return dumps(visit.desk.stored[str(response["id"])].response)
        return dumps(response)

    def stream(self, visit: Visit, asked: Asked, said: Said) -> list[bytes]:
        """Its events."""
        response = response_object(visit.desk, asked, said)
        _store(visit.desk, asked, response)
        return responses_stream(response, said.reply.delta)

    def stream_type(self, asked: Asked) -> str:
        """Server-sent events."""
        del asked
        return SSE

    def broken(self, failure: Failure, visit: Visit, sent: int) -> bytes:
        """An `error` event."""
        del visit
        if failure.body is not None:
            return b"event: error\ndata: " + failure.body + b"\n\n"
        error = error_object(failure)
        event = {"type": "error", "code": error["code"], "message": error["message"], "param": error["param"]}
        return event_bytes(event, sent)


def _understood(body: Node, earlier: list[JsonObject], new: list[JsonObject]) -> Asked:
    choice = body.value("tool_choice")
    named = body.node("tool_choice")
    answer = body.node("text").node("format")
    return Asked(
        model=body.text("model"),
        body=body,
        stream=body.flag("stream"),
        text=_last_user_text([Node(item) for item in new]),
        results=_results([Node(item) for item in new]),
        tools=tuple(offered_tools(body)),
        must_call=choice == "required" or named.text("mode") == "required",
        may_call=choice != "none",
        named=named.text("name") or None,
        schema=as_object(answer.value("schema")) if answer.text("type") == "json_schema" else None,
        json_only=answer.text("type") == "json_object",
        thinking=_thinking(body),
        max_tokens=body.count("max_output_tokens") or None,
        top_logprobs=body.count("top_logprobs") if _wants_logprobs(body) else None,
        prompt_tokens=prompt_tokens(earlier, new, body.value("instructions"), body.value("tools")),
    )


def offered_tools(body: Node) -> list[OfferedTool]:
    """The caller's own tools, those in namespaces and those that came as an item included."""
    found = [_offered(tool, None) for tool in body.nodes("tools") if tool.text("type") in {"function", "custom"}]
    more = [item for item in body.nodes("input") if item.text("type") == "additional_tools"]
    groups = [*body.nodes("tools"), *[tool for item in more for tool in item.nodes("tools")]]
    for group in groups:
        if group.text("type") == "namespace":
            found += [_offered(tool, group.text("name")) for tool in group.nodes("tools")]
    return found


def _offered(tool: Node, namespace: str | None) -> OfferedTool:
    custom = tool.text("type") == "custom"
    schema = tool.node("parameters").raw
    return OfferedTool(
        name=tool.text("name"), schema=schema, kind="custom" if custom else "function", namespace=namespace
    )


def _thinking(body: Node) -> Thinking:
    reasoning = body.node("reasoning")
    reasons = rules_of(body.text("model")).reasons(reasoning.text("effort") or None)
    if not reasons and base_name(body.text("model")) != "reasoning":
        return "off"
    return "shown" if "summary" in reasoning else "hidden"


def _wants_logprobs(body: Node) -> bool:
    return "message.output_text.logprobs" in body.texts("include")


def _last_user_text(items: list[Node]) -> str:
    users = [item for item in items if item.text("role") == "user"]
    if not users:
        return ""
    return users[-1].text("content") or "".join([part.text("text") for part in users[-1].nodes("content")])


def _results(items: list[Node]) -> tuple[str, ...]:
    found: list[str] = []
    for item in reversed(items):
        if item.text("type") not in _RESULTS:
            break
        text = item.text("output") or "".join([part.text("text") for part in item.nodes("output")])
        found.insert(0, text)
    return tuple(found)


def _store(desk: Desk, asked: Asked, response: dict[str, object]) -> None:
    body = asked.body
    if not body.flag("store", default=True):
        return
    background = body.flag("background")
    items = (*earlier_items(body, desk), *new_items(body, desk))
    shown = unfinished(response, "queued") if background else response
    desk.stored[str(response["id"])] = StoredResponse(response=shown, items=items, finished=response)
    for item in nodes_of(response["output"]):
        desk.kept_items[item.text("id")] = item.raw
