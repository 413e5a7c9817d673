"""Chat completions as the service sees them."""

from accord.core.json import as_object, dumps
from accord.testing.fake.asked import Asked, OfferedTool, Thinking
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.conversation import SSE
from accord.testing.fake.desk import Visit
from accord.testing.fake.improvise import base_name
from accord.testing.fake.node import Node
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.chat.rules import check_rules
from accord.testing.fake.openai.chat.shape import CHAT_REQUEST
from accord.testing.fake.openai.chat.stream import chat_stream
from accord.testing.fake.openai.chat.style import OPENAI_STYLE, ChatStyle
from accord.testing.fake.openai.chat.whole import chat_whole
from accord.testing.fake.openai.error import OpenAITeller, error_object, reject
from accord.testing.fake.openai.file import check_files
from accord.testing.fake.openai.model import rules_of
from accord.testing.fake.prompt import prompt_tokens
from accord.testing.fake.said import Said
from accord.testing.fake.vendor import Check, Teller


class OpenAIChatWire:
    """Chat completions. A compatible vendor has its own style, checks and errors."""

    def __init__(
        self,
        *,
        teller: Teller | None = None,
        strict: ChatStyle = OPENAI_STYLE,
        lenient: ChatStyle | None = None,
        checks: tuple[Check, ...] = (),
        compatible: bool = False,
    ) -> None:
        """`strict` and `lenient` are the styles of the fake set to either; `checks` hold for both. `compatible`: it is a
        host with fields and rules of its own, to which OpenAI's never apply.
        """
        self._teller: Teller = teller or OpenAITeller()
        self._strict = strict
        self._compatible = compatible
        self._lenient = lenient or ChatStyle()
        self._checks = checks

    @property
    def teller(self) -> Teller:
        """How its errors look."""
        return self._teller

    def ask(self, visit: Visit) -> Asked:
        """What the request asks. Raises `Rejected`."""
        strict = self._is_strict(visit)
        body = read_body(visit, CHAT_REQUEST, strict=strict)
        model = body.text("model")
        if not visit.desk.knows(model):
            message = f"The model `{model}` does not exist or you do not have access to it."
            raise reject(message, status=404, code="model_not_found")
        if strict:
            check_rules(body, rules_of(model))
            check_files(body.value("messages"), visit.desk)
        for check in self._checks:
            check(body)
        asked = self._understood(body, strict=strict)
        if visit.desk.too_long(asked.prompt_tokens):
            raise reject(
                f"This model's maximum context length is {visit.desk.account.context_window} tokens. However, your "
                f"messages resulted in {asked.prompt_tokens} tokens. Please reduce the length of the messages.",
                param="messages",
                code="context_length_exceeded",
            )
        return asked

    def whole(self, visit: Visit, asked: Asked, said: Said) -> bytes:
        """A `chat.completion`."""
        del asked
        return dumps(chat_whole(visit.desk.ids, said, self._style(visit)))

    def stream(self, visit: Visit, asked: Asked, said: Said) -> list[bytes]:
        """Its chunks."""
        return chat_stream(visit.desk.ids, asked, said, self._style(visit))

    def stream_type(self, asked: Asked) -> str:
        """Server-sent events."""
        del asked
        return SSE

    def broken(self, failure: Failure, visit: Visit, sent: int) -> bytes:
        """An error in place of a chunk."""
        del visit, sent
        return b"data: " + (failure.body or dumps({"error": error_object(failure)})) + b"\n\n"

    def _style(self, visit: Visit) -> ChatStyle:
        return self._strict if self._is_strict(visit) else self._lenient

    def _is_strict(self, visit: Visit) -> bool:
        return visit.desk.account.strict and not self._compatible

    def _understood(self, body: Node, *, strict: bool) -> Asked:
        choice = body.value("tool_choice")
        named = body.node("tool_choice")
        allowed = named.node("allowed_tools")
        answer = body.node("response_format")
        reasons = rules_of(body.text("model")).reasons(body.text("reasoning_effort") or None)
        style = self._strict if strict else self._lenient
        return Asked(
            model=body.text("model"),
            body=body,
            stream=body.flag("stream"),
            text=_last_user_text(body),
            results=_results(body),
            tools=tuple([_offered(tool) for tool in body.nodes("tools")]),
            must_call=choice == "required" or allowed.text("mode") == "required",
            may_call=choice != "none",
            named=named.node("function").text("name") or named.node("custom").text("name") or None,
            schema=as_object(answer.node("json_schema").value("schema")),
            json_only=answer.text("type") == "json_object",
            thinking=_thinking(body, reasons=reasons, shows=style.shows_reasoning),
            choices=body.count("n", 1),
            max_tokens=int(most) if (most := _most(body)) is not None else None,
            stops=tuple(body.texts("stop")),
            top_logprobs=body.count("top_logprobs") if body.flag("logprobs") else None,
            prompt_tokens=prompt_tokens(body.value("messages"), body.value("tools")),
        )


def _thinking(body: Node, *, reasons: bool, shows: bool) -> Thinking:
    if not reasons and base_name(body.text("model")) != "reasoning":
        return "off"
    return "shown" if shows else "hidden"


def _most(body: Node) -> float | None:
    most = body.number("max_completion_tokens")
    return body.number("max_tokens") if most is None else most


def _text(message: Node) -> str:
    parts = [part.text("text") for part in message.nodes("content")]
    return message.text("content") or "".join(parts)


def _last_user_text(body: Node) -> str:
    users = [message for message in body.nodes("messages") if message.text("role") == "user"]
    return _text(users[-1]) if users else ""


def _results(body: Node) -> tuple[str, ...]:
    """The tool results at the end of the conversation."""
    found: list[str] = []
    for message in reversed(body.nodes("messages")):
        if message.text("role") != "tool":
            break
        found.insert(0, _text(message))
    return tuple(found)


def _offered(tool: Node) -> OfferedTool:
    if "custom" in tool:
        return OfferedTool(name=tool.node("custom").text("name"), kind="custom")
    function = tool.node("function")
    return OfferedTool(name=function.text("name"), schema=function.node("parameters").raw)
