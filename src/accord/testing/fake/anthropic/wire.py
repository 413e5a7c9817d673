"""Messages as the service sees them."""

import msgspec

from accord.core.json import JsonObject, NotJson, as_object, dumps
from accord.core.part import Reasoning
from accord.testing.fake.anthropic.binding import check_thinking
from accord.testing.fake.anthropic.block import blocks_of, ending, shows_thinking, usage_of
from accord.testing.fake.anthropic.error import AnthropicTeller, error_body, flawed, reject
from accord.testing.fake.anthropic.model import rules_of
from accord.testing.fake.anthropic.rules import check_rules
from accord.testing.fake.anthropic.shape import MESSAGES_REQUEST
from accord.testing.fake.anthropic.stream import message_stream
from accord.testing.fake.anthropic.turn import Turn, turns_of
from accord.testing.fake.asked import Asked, OfferedTool, Thinking
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.conversation import SSE
from accord.testing.fake.desk import Visit
from accord.testing.fake.improvise import base_name
from accord.testing.fake.node import Node, node_of
from accord.testing.fake.prompt import prompt_tokens
from accord.testing.fake.said import Said
from accord.testing.fake.shape import Flaw, Table
from accord.testing.fake.vendor import Check, Teller


class AnthropicWire:
    """Messages."""

    def __init__(
        self, *, teller: Teller | None = None, version: str | tuple[str, ...] = (), checks: tuple[Check, ...] = ()
    ) -> None:
        """`version` is what clouds that have the model in the path demand as `anthropic_version` in the body: one of them."""
        self._teller: Teller = teller or AnthropicTeller()
        self._versions = (version,) if isinstance(version, str) else version
        self._checks = checks

    @property
    def teller(self) -> Teller:
        """How its errors look."""
        return self._teller

    def ask(self, visit: Visit) -> Asked:
        """What the request asks. Raises `Rejected`."""
        body = read_body(visit, MESSAGES_REQUEST, self._versions)
        model = body.text("model")
        turns = turns_of(body)
        if visit.desk.account.strict:
            rules = rules_of(model)
            check_rules(body, turns, rules, visit.request.header("anthropic-beta") or "")
            check_thinking(body, rules, visit.desk)
        elif not turns:
            raise reject("messages: at least one message is required")
        for check in self._checks:
            check(body)
        asked = _understood(body, turns)
        if visit.desk.too_long(asked.prompt_tokens):
            window = visit.desk.account.context_window
            raise reject(f"prompt is too long: {asked.prompt_tokens} tokens > {window} maximum")
        return asked

    def whole(self, visit: Visit, asked: Asked, said: Said) -> bytes:
        """A message."""
        said = _as_shown(asked, said)
        message = {
            **_head(visit, said),
            "content": blocks_of(visit.desk, asked, said),
            **ending(said.choices[0]),
        }
        if said.usage is not None:
            message["usage"] = usage_of(said.usage, output=said.usage.output)
        return dumps({**message, **said.reply.extra})

    def stream(self, visit: Visit, asked: Asked, said: Said) -> list[bytes]:
        """Its events."""
        said = _as_shown(asked, said)
        return message_stream(_head(visit, said), blocks_of(visit.desk, asked, said), said)

    def stream_type(self, asked: Asked) -> str:
        """Server-sent events."""
        del asked
        return SSE

    def broken(self, failure: Failure, visit: Visit, sent: int) -> bytes:
        """An `error` event."""
        del sent
        return b"event: error\ndata: " + (failure.body or dumps(error_body(failure, visit.request_id))) + b"\n\n"


def read_body(visit: Visit, shape: Table, versions: tuple[str, ...] = ()) -> Node:
    """The JSON body in the right shape, for a model there is. Raises `Rejected`."""
    try:
        raw = visit.request.json
    except NotJson as error:
        raise reject(f"The request body is not valid JSON: {error}") from None
    if versions:
        raw = _with_model(raw, visit, versions)
    try:
        body = node_of(shape.read(raw, (), open_=not visit.desk.account.strict))
    except Flaw as flaw:
        raise flawed(flaw) from None
    if not visit.desk.knows(body.text("model")):
        raise reject(f"model: {body.text('model')}", status=404)
    return body


def _with_model(raw: JsonObject, visit: Visit, versions: tuple[str, ...]) -> JsonObject:
    """A cloud's body as Anthropic's own: with the model of the path, without the version."""
    if raw.get("anthropic_version") not in versions:
        raise reject(f"anthropic_version: Input should be '{versions[0]}'")
    if "model" in raw:
        raise reject("model: Extra inputs are not permitted")
    members = {name: value for name, value in raw.items() if name != "anthropic_version"}
    return {**members, "model": visit.parameters["model"]}


def _head(visit: Visit, said: Said) -> dict[str, object]:
    return {
        "model": said.model,
        "id": said.reply.id or visit.desk.ids.new("msg_01", 22),
        "type": "message",
        "role": "assistant",
    }


def _as_shown(asked: Asked, said: Said) -> Said:
    """Improvised thinking, shown or signed and blank as the request has it."""
    choice = said.choices[0]
    if not choice.improvised or shows_thinking(asked):
        return said
    content = tuple([Reasoning() if isinstance(part, Reasoning) else part for part in choice.content])
    shown = msgspec.structs.replace(choice, content=content)
    return msgspec.structs.replace(said, choices=(shown,))


def _understood(body: Node, turns: list[Turn]) -> Asked:
    choice = body.node("tool_choice")
    kind = choice.text("type")
    return Asked(
        model=body.text("model"),
        body=body,
        stream=body.flag("stream"),
        text=_last_user_text(turns),
        results=_results(turns),
        tools=tuple(
            [
                OfferedTool(name=tool.text("name"), schema=tool.node("input_schema").raw)
                for tool in body.nodes("tools")
                if "input_schema" in tool
            ]
        ),
        must_call=kind == "any",
        may_call=kind != "none",
        named=choice.text("name") or None,
        schema=as_object(body.node("output_config").node("format").value("schema")),
        thinking=_thinking(body),
        max_tokens=body.count("max_tokens") or None,
        stops=tuple(body.texts("stop_sequences")),
        prompt_tokens=prompt_tokens(body.value("system"), body.value("messages"), body.value("tools")),
    )


def _thinking(body: Node) -> Thinking:
    kind = body.node("thinking").text("type")
    unasked = rules_of(body.text("model")).thinks_unasked or base_name(body.text("model")) == "reasoning"
    return "shown" if kind in {"enabled", "adaptive"} or (unasked and not kind) else "off"


def _last_user_text(turns: list[Turn]) -> str:
    users = [turn for turn in turns if turn.role == "user"]
    texts = [block.text("text") for block in users[-1].blocks] if users else []
    return "\n".join([text for text in texts if text])


def _results(turns: list[Turn]) -> tuple[str, ...]:
    """The tool results at the end of the conversation."""
    last = next((turn for turn in reversed(turns) if turn.role != "system"), None)
    results = [block for block in (last.blocks if last else []) if block.text("type") == "tool_result"]
    return tuple(
        [
            result.text("content") or "".join([part.text("text") for part in result.nodes("content")])
            for result in results
        ]
    )
