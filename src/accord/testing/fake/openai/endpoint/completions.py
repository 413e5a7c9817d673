"""POST /completions: a text is continued by what it says itself.

https://developers.openai.com/api/reference/resources/completions/methods/create
"""

from collections.abc import Iterator

from accord.core.json import as_array, dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.conversation import SSE
from accord.testing.fake.desk import CREATED, Visit
from accord.testing.fake.node import Node
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.error import OpenAITeller, reject
from accord.testing.fake.operation import perform
from accord.testing.fake.shape import Anything, Array, Either, Flag, Number, String, Table, nullable
from accord.testing.fake.tokens import count, deltas, tokens
from accord.testing.fake.vendor import Teller

_TOKENS = Array(Number(0, whole=True), least=1)

COMPLETION_REQUEST = Table(
    {
        "model": String(),
        "prompt": nullable(Either(String(), Array(String(), least=1), _TOKENS, Array(_TOKENS, least=1))),
        "suffix": nullable(String()),
        "max_tokens": nullable(Number(0, whole=True)),
        "temperature": nullable(Number(0, 2)),
        "top_p": nullable(Number(0, 1)),
        "n": nullable(Number(1, 128, whole=True)),
        "best_of": nullable(Number(0, 20, whole=True)),
        "echo": nullable(Flag()),
        "logprobs": nullable(Number(0, 5, whole=True)),
        "logit_bias": nullable(Anything()),
        "seed": nullable(Number(whole=True)),
        "stop": nullable(Either(String(), Array(String(), least=1, most=4))),
        "presence_penalty": nullable(Number(-2, 2)),
        "frequency_penalty": nullable(Number(-2, 2)),
        "stream": nullable(Flag()),
        "stream_options": nullable(Table({"include_usage": Flag(), "include_obfuscation": Flag()})),
        "user": String(),
    },
    needs=("model",),
)
_CHATS = ("gpt-4", "gpt-5", "o1", "o3", "o4", "gpt-3.5-turbo-0")


class Completions:
    """Says each prompt again. `max_tokens` cuts the text, by the fake's own tokens."""

    def __init__(self, teller: Teller | None = None, *, refuses: frozenset[str] = frozenset()) -> None:
        """`refuses`: the fields that a host does not take."""
        self._teller: Teller = teller or OpenAITeller()
        self._refuses = refuses

    def serve(self, visit: Visit) -> Answer:
        """The texts, whole or streamed. Raises `Rejected` as the service refuses."""
        body = read_body(visit, COMPLETION_REQUEST)
        for field in self._refuses:
            if field in body:
                raise reject(f"{field} is not supported", param=field)
        model = body.text("model")
        if visit.desk.account.strict:
            _check(body, model)
        answer = _Texts(body, visit.desk.ids.new("cmpl-"))
        return perform(visit, self._teller, "completion", model, answer.stream if body.flag("stream") else answer.whole)


def _check(body: Node, model: str) -> None:
    if model.startswith(_CHATS):
        message = (
            "This is a chat model and not supported in the v1/completions endpoint. Did you mean to use "
            "v1/chat/completions?"
        )
        raise reject(message, param="model", status=404)
    best = body.count("best_of", 1) if "best_of" in body else None
    if best is not None and best < body.count("n", 1):
        raise reject("You requested that the server return more choices than it will generate.", param="best_of")
    if best is not None and best > 1 and body.flag("stream"):
        raise reject("Cannot stream results with best_of > 1.", param="best_of")
    if "stream_options" in body and not body.flag("stream"):
        raise reject("The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options")


class _Texts:
    """The answer to one request."""

    def __init__(self, body: Node, id_: str) -> None:
        self._body = body
        prompts = _prompts(body.value("prompt"))
        self._said = [said for prompt in prompts for said in [self._continued(prompt)] * body.count("n", 1)]
        written = sum(count(text) for text, _ in self._said)
        read = sum(count(prompt) for prompt in prompts)
        self._usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
        self._head = {"id": id_, "object": "text_completion", "created": CREATED, "model": body.text("model")}

    def whole(self) -> Answer:
        """All at once."""
        choices = [self._choice(index, text, finish) for index, (text, finish) in enumerate(self._said)]
        return Answer(pieces=(dumps({**self._head, "choices": choices, "usage": self._usage}),))

    def stream(self) -> Answer:
        """Piece by piece."""
        return Answer(content_type=SSE, pieces=tuple(self._events()), stream=True)

    def _continued(self, prompt: str) -> tuple[str, str]:
        most = self._body.count("max_tokens", 16)
        words = tokens(prompt)
        text = "".join(words[:most])
        echoed = prompt if self._body.flag("echo") else ""
        return echoed + text, "length" if len(words) > most else "stop"

    def _choice(self, index: int, text: str, finish: str | None) -> dict[str, object]:
        scores: dict[str, object] | None = None
        if "logprobs" in self._body and text:
            words = tokens(text)
            tops = [{word: -0.1} for word in words]
            offsets = [sum(len(word) for word in words[:at]) for at in range(len(words))]
            scores = {
                "tokens": words,
                "token_logprobs": [-0.1] * len(words),
                "top_logprobs": tops,
                "text_offset": offsets,
            }
        return {"index": index, "text": text, "logprobs": scores, "finish_reason": finish}

    def _events(self) -> Iterator[bytes]:
        wants = self._body.node("stream_options").flag("include_usage")
        more: dict[str, object] = {"usage": None} if wants else {}
        for index, (text, finish) in enumerate(self._said):
            for piece in deltas(text, 0):
                yield _event({**self._head, "choices": [self._choice(index, piece, None)], **more})
            yield _event({**self._head, "choices": [self._choice(index, "", finish)], **more})
        if wants:
            yield _event({**self._head, "choices": [], "usage": self._usage})
        yield b"data: [DONE]\n\n"


def _event(value: object) -> bytes:
    return b"data: " + dumps(value) + b"\n\n"


def _prompts(given: object) -> list[str]:
    if isinstance(given, str):
        return [given]
    listed = as_array(given) or []
    if all(isinstance(item, int) for item in listed):
        return [" ".join(str(item) for item in listed)] if listed else [""]
    return [item if isinstance(item, str) else str(item) for item in listed]
