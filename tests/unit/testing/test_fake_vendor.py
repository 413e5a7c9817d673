"""An imitation of one more vendor is a few lines over the same wires."""

from accord.core.part import Reasoning
from accord.testing import FakeProvider, Reply
from accord.testing.fake import Route, Vendor
from accord.testing.fake.anthropic.wire import AnthropicWire
from accord.testing.fake.conversation import Conversation
from accord.testing.fake.gemini.error import GoogleTeller
from accord.testing.fake.gemini.wire import GeminiWire
from accord.testing.fake.openai.chat import OpenAIChatWire
from accord.testing.fake.openai.chat.style import ChatStyle
from accord.testing.fake.openai.error import KeyDoor, OpenAITeller, reject

USER = {"role": "user", "content": "Hello"}


def nine_characters(body) -> None:
    for message in body.nodes("messages"):
        if message.text("role") == "tool" and len(message.text("tool_call_id")) != 9:
            raise reject("Tool call id must have length 9.", status=422)


HOUSE = Vendor(
    name="house",
    base="/models",
    door=KeyDoor("api-key", scheme=""),
    teller=OpenAITeller(),
    routes=(
        Route(
            "POST",
            "/models/deployments/{model}/chat/completions",
            Conversation(
                OpenAIChatWire(strict=ChatStyle(reasoning="reasoning", usage="with_finish"), checks=(nine_characters,))
            ),
        ),
    ),
)

CLOUD = Vendor(
    name="cloud",
    base="",
    door=KeyDoor(),
    teller=GoogleTeller(),
    routes=(
        Route(
            "POST",
            "/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:generateContent",
            Conversation(GeminiWire(stream=False)),
        ),
        Route(
            "POST",
            "/v1/projects/{project}/locations/{location}/publishers/anthropic/models/{model}:streamRawPredict",
            Conversation(AnthropicWire(version="vertex-2023-10-16")),
        ),
    ),
)


def test_another_path_door_style_and_rule(call) -> None:
    with FakeProvider(vendor=HOUSE) as fake:
        caller = call(fake)
        assert fake.url.endswith("/models")
        path, key = "/models/deployments/team/gpt-4.1/chat/completions", {"api-key": fake.key}
        assert caller(path, {"messages": [USER]}, {"api-key": ""}).status == 401
        answer = caller(path, {"messages": [USER]}, key)
        assert answer.json["model"] == "team/gpt-4.1"
        fake.script(Reply.saying(Reasoning(text="Hm."), "Hi"))
        events = caller(path, {"messages": [USER], "stream": True}, key).events
        assert [event["choices"][0]["delta"] for event in events[1:3]] == [{"reasoning": "Hm."}, {"content": "Hi"}]
        assert events[-2]["choices"][0]["finish_reason"] == "stop"
        assert events[-2]["usage"]["total_tokens"] > 0
        calling = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "short", "type": "function", "function": {"name": "f", "arguments": ""}}],
        }
        result = {"role": "tool", "tool_call_id": "short", "content": "x"}
        assert caller(path, {"messages": [USER, calling, result]}, key).status == 422


def test_another_path_over_the_same_gemini(call) -> None:
    with FakeProvider(vendor=CLOUD) as fake:
        path = "/v1/projects/p/locations/global/publishers/google/models/gemini-3.8-flash:generateContent"
        answer = call(fake)(path, {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]})
        assert answer.json["candidates"][0]["content"]["parts"][0]["text"] == "Hello"


def test_claude_in_a_cloud_has_its_model_in_the_path(call) -> None:
    body = {"anthropic_version": "vertex-2023-10-16", "max_tokens": 5, "messages": [USER], "stream": True}
    with FakeProvider(vendor=CLOUD) as fake:
        path = "/v1/projects/p/locations/global/publishers/anthropic/models/claude-opus-5-5:streamRawPredict"
        ask = call(fake)
        assert ask(path, body).events[0]["message"]["model"] == "claude-opus-5-5"
        assert ask(path, {**body, "model": "claude-opus-5-5"}).status == 400
        assert ask(path, {**body, "anthropic_version": "2023-06-01"}).status == 400
