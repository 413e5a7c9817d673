"""generateContent as the service sees it."""

from accord.core.json import NotJson, as_object, dumps
from accord.testing.fake.asked import Asked, OfferedTool, Thinking
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.conversation import SSE
from accord.testing.fake.desk import Visit
from accord.testing.fake.gemini.error import GoogleTeller, error_object, flawed, reject
from accord.testing.fake.gemini.model import rules_of
from accord.testing.fake.gemini.part import finish_of, grounding_of, logprobs_of, parts_of, usage_of
from accord.testing.fake.gemini.rules import check_contents, check_rules
from accord.testing.fake.gemini.shape import GENERATE_REQUEST
from accord.testing.fake.gemini.signature import check_signatures
from accord.testing.fake.gemini.stream import chunks_of
from accord.testing.fake.improvise import base_name
from accord.testing.fake.node import Node, node_of
from accord.testing.fake.prompt import prompt_tokens
from accord.testing.fake.said import Said, SaidChoice
from accord.testing.fake.shape import Flaw, Table
from accord.testing.fake.vendor import Teller


class GeminiWire:
    """generateContent, or streamGenerateContent."""

    def __init__(self, *, stream: bool, teller: Teller | None = None, shape: Table = GENERATE_REQUEST) -> None:
        """`shape`: what a request may hold, which is not the same on AI Studio and Vertex AI."""
        self._stream = stream
        self._shape = shape
        self._teller: Teller = teller or GoogleTeller()

    @property
    def teller(self) -> Teller:
        """How its errors look."""
        return self._teller

    def ask(self, visit: Visit) -> Asked:
        """What the request asks. Raises `Rejected`."""
        body, model = read_body(visit, self._shape, "generateContent"), model_of(visit)
        rules = rules_of(model)
        if visit.desk.account.strict:
            check_rules(body, rules, model)
            check_signatures(body, rules, model, visit.desk)
        else:
            check_contents(body)
        asked = _understood(body, model, stream=self._stream)
        if visit.desk.too_long(asked.prompt_tokens):
            window = visit.desk.account.context_window
            raise reject(
                f"The input token count ({asked.prompt_tokens}) exceeds the maximum number of tokens allowed ({window})."
            )
        return asked

    def whole(self, visit: Visit, asked: Asked, said: Said) -> bytes:
        """A response."""
        candidates = [_candidate(index, choice, visit, asked) for index, choice in enumerate(said.choices)]
        return dumps({**_blocked(said, candidates), **_tail(visit, said, whole=True), **said.reply.extra})

    def stream(self, visit: Visit, asked: Asked, said: Said) -> list[bytes]:
        """Its pieces: events, or without `alt=sse` the elements of one growing array."""
        candidates = [_candidate(index, choice, visit, asked) for index, choice in enumerate(said.choices)]
        tail, last = _tail(visit, said, whole=False), _tail(visit, said, whole=True)
        if not candidates or "candidates" not in _blocked(said, candidates):
            chunks: list[dict[str, object]] = [{**_blocked(said, candidates), **last}]
        else:
            chunks = [{**chunk, **tail} for chunk in chunks_of(candidates, said.reply.delta)]
            chunks[-1] = {**chunks[-1], **last, **said.reply.extra}
        if streams_events(visit):
            return [b"data: " + dumps(chunk) + b"\r\n\r\n" for chunk in chunks]
        bodies = [dumps(chunk) for chunk in chunks]
        return [b"[" + bodies[0], *[b",\r\n" + body for body in bodies[1:]], b"]"]

    def stream_type(self, asked: Asked) -> str:
        """Server-sent events, or JSON."""
        del asked
        return SSE

    def broken(self, failure: Failure, visit: Visit, sent: int) -> bytes:
        """An error in place of a chunk."""
        body = failure.body or dumps({"error": error_object(failure)})
        if streams_events(visit):
            return b"data: " + body + b"\r\n\r\n"
        return (b",\r\n" if sent else b"[") + body + b"]"


def streams_events(visit: Visit) -> bool:
    """Whether the caller asked for server-sent events."""
    return visit.request.parameter("alt") == "sse"


def model_of(visit: Visit) -> str:
    """The model in the path."""
    return visit.parameters["model"]


def read_body(visit: Visit, shape: Table, method: str) -> Node:
    """The JSON body in the right shape, for a model there is. Raises `Rejected`."""
    model = model_of(visit)
    if not visit.desk.knows(model):
        raise reject(
            f"models/{model} is not found for API version v1beta, or is not supported for {method}. Call ListModels to see "
            "the list of available models and their supported methods.",
            status=404,
        )
    try:
        return node_of(shape.read(visit.request.json, (), open_=not visit.desk.account.strict))
    except NotJson as error:
        raise reject(f"Invalid JSON payload received. {error}") from None
    except Flaw as flaw:
        raise flawed(flaw) from None


def _candidate(index: int, choice: SaidChoice, visit: Visit, asked: Asked) -> dict[str, object]:
    candidate: dict[str, object] = {
        "content": {"parts": parts_of(visit.desk, asked, choice), "role": "model"},
        "finishReason": finish_of(choice),
        "index": index,
    }
    if choice.logprobs:
        candidate["logprobsResult"] = logprobs_of(choice.logprobs)
        candidate["avgLogprobs"] = sum(token.logprob for token in choice.logprobs) / len(choice.logprobs)
    grounding = grounding_of(choice)
    if grounding is not None:
        candidate["groundingMetadata"] = grounding
    return candidate


def _blocked(said: Said, candidates: list[dict[str, object]]) -> dict[str, object]:
    """The candidates; where the answer is nothing but a refusal, that the prompt was blocked."""
    choice = said.choices[0]
    if choice.refusal is None or len(choice.content) > 1:
        return {"candidates": candidates}
    return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": choice.refusal}}


def _tail(visit: Visit, said: Said, *, whole: bool) -> dict[str, object]:
    """What stands beside the candidates. Before the end of a stream, only the prompt's tokens are known."""
    tail: dict[str, object] = {}
    if said.usage is not None:
        usage = usage_of(said.usage)
        early = {name: value for name, value in usage.items() if name.startswith("prompt")}
        tail["usageMetadata"] = usage if whole else early
    return {**tail, "modelVersion": said.model, "responseId": said.reply.id or visit.request_id}


def _understood(body: Node, model: str, *, stream: bool) -> Asked:
    config = body.node("generationConfig")
    calling = body.node("toolConfig").node("functionCallingConfig")
    mode = calling.text("mode").upper()
    allowed = calling.texts("allowedFunctionNames")
    schema = config.value("responseJsonSchema") or config.value("responseSchema")
    return Asked(
        model=model,
        body=body,
        stream=stream,
        text=_last_user_text(body),
        results=_results(body),
        tools=tuple(_tools(body)),
        must_call=mode == "ANY",
        may_call=mode != "NONE",
        named=allowed[0] if mode == "ANY" and allowed else None,
        schema=as_object(schema),
        json_only=config.text("responseMimeType") == "application/json",
        thinking=_thinking(config, model),
        choices=config.count("candidateCount", 1),
        max_tokens=config.count("maxOutputTokens") or None,
        stops=tuple(config.texts("stopSequences")),
        top_logprobs=config.count("logprobs") if config.flag("responseLogprobs") else None,
        prompt_tokens=prompt_tokens(body.value("contents"), body.value("systemInstruction"), body.value("tools")),
    )


def _thinking(config: Node, model: str) -> Thinking:
    thinking = config.node("thinkingConfig")
    budget = thinking.number("thinkingBudget")
    wanted = budget not in {None, 0} or "thinkingLevel" in thinking
    habit = rules_of(model).thinks or base_name(model) == "reasoning"
    if budget == 0 or not (wanted or habit):
        return "off"
    return "shown" if thinking.flag("includeThoughts") else "hidden"


def _tools(body: Node) -> list[OfferedTool]:
    return [
        OfferedTool(
            name=declaration.text("name"),
            schema=as_object(declaration.value("parametersJsonSchema")) or declaration.node("parameters").raw,
        )
        for tool in body.nodes("tools")
        for declaration in tool.nodes("functionDeclarations")
    ]


def _last_user_text(body: Node) -> str:
    users = [content for content in body.nodes("contents") if content.text("role", "user") != "model"]
    return "".join([part.text("text") for part in users[-1].nodes("parts")]) if users else ""


def _results(body: Node) -> tuple[str, ...]:
    """The function results at the end of the conversation."""
    last = body.nodes("contents")[-1]
    responses = [part.node("functionResponse") for part in last.nodes("parts") if "functionResponse" in part]
    return tuple([_result(response.node("response")) for response in responses])


def _result(response: Node) -> str:
    for field in ("output", "result", "error"):
        if field in response:
            value = response.value(field)
            return value if isinstance(value, str) else dumps(value).decode()
    return dumps(response.raw).decode()
