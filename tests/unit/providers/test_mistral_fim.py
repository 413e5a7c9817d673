import json

import pytest

from accord.core.accumulate import accumulate
from accord.core.completion import CompletionRequest
from accord.core.error import Unsupported
from accord.providers import Mistral

MISTRAL = Mistral(api_key="sk-test")


def test_the_request() -> None:
    asked = CompletionRequest(prompt=("def f(",), suffix="return x", max_tokens=5, seed=3, stop=("x",), user="u")
    exchange = MISTRAL.completion_codec("codestral-latest").encode(asked, stream=True)
    assert json.loads(exchange.draft.body) == {
        "model": "codestral-latest",
        "prompt": "def f(",
        "suffix": "return x",
        "max_tokens": 5,
        "random_seed": 3,
        "stop": ["x"],
        "stream": True,
    }
    assert MISTRAL.address(exchange.draft).url == "https://api.mistral.ai/v1/fim/completions"
    assert [warning.field for warning in exchange.warnings] == ["user"]


def test_the_answer_is_a_conversations() -> None:
    exchange = MISTRAL.completion_codec("codestral-latest").encode(CompletionRequest(prompt=("x",)), stream=True)
    chunk = b'data: {"id":"i","choices":[{"index":0,"delta":{"content":"ab"},"finish_reason":"stop"}]}\n\n'
    decoder = exchange.decoder()
    assert accumulate(decoder.feed(chunk) + decoder.end()).text == "ab"
    assert not exchange.forwarded


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        (CompletionRequest(prompt=("a", "b")), "prompt"),
        (CompletionRequest(prompt=((1, 2),)), "prompt"),
        (CompletionRequest(), "prompt"),
        (CompletionRequest(prompt=("a",), n=2), "n"),
        (CompletionRequest(prompt=("a",), echo=True), "echo"),
        (CompletionRequest(prompt=("a",), logprobs=1), "logprobs"),
    ],
)
def test_what_it_does_not_take(asked: CompletionRequest, param: str) -> None:
    with pytest.raises(Unsupported) as caught:
        MISTRAL.completion_codec("codestral-latest").encode(asked)
    assert caught.value.param == param
