"""Mistakes that a type checker must see. Never run; every line marked `error` has to be one."""

from typing_extensions import assert_never

import accord
from accord import Client, Compatible, OpenAI, Options, user
from accord.core.image import ImageEditRequest
from accord.providers import (
    V0,
    Anthropic,
    Azure,
    DeepInfra,
    DeepSeek,
    MetaLlama,
    Mistral,
    Moonshot,
    OpenRouter,
    Provider,
    VertexAI,
)

client = Client(OpenAI(api_key="sk-test"))
client.chat_completion(5)  # error
client.chat_completion("Hello", temperature=1)  # error
client.chat_completion("Hello", options=Options(retry=1))  # error
OpenAI(api_key=5)  # error
OpenAI(key="sk-test")  # error
user(5)  # error
client.chat_completion("Hello").txt  # error
Client(Compatible(base_url="http://127.0.0.1:1/v1", dialect="gpt"))  # error


def capabilities() -> None:
    Client(Anthropic(api_key="sk-test")).embeddings("Hello")  # error
    Client(DeepSeek(api_key="sk-test")).image_generation("a fox")  # error
    Client(Mistral(api_key="sk-test")).image_generation("a fox")  # error
    Client(Mistral(api_key="sk-test")).image_edit(ImageEditRequest(prompt="a hat", images=()))  # error


def forgets_one(provider: Provider) -> str:
    match provider:
        case OpenAI() | Anthropic() | Azure() | Mistral() | DeepSeek() | Moonshot() | MetaLlama() | OpenRouter():
            return "one"
        case VertexAI() | V0() | DeepInfra():
            return "two"
        case _:
            assert_never(provider)  # error


accord.Conversation().then(5)  # error
accord.Conversation(messages=["Hello"])  # error
