"""Which targets read an address themselves, and which need the bytes."""

import json

import msgspec
import pytest

from accord.core.error import Unsupported
from accord.core.message import Message, user
from accord.core.part import Audio, File, Image, Media
from accord.core.request import ChatRequest
from accord.core.tool import FunctionTool
from accord.dialects.openai_responses import parse
from accord.providers import AnyProvider

HTTPS, HTTP = "https://a.example/x", "http://a.example/x"
PARTS = {
    "picture": Image(source=Media(url=HTTPS)),
    "picture_http": Image(source=Media(url=HTTP)),
    "pdf": File(source=Media(url=HTTPS + ".pdf", media_type="application/pdf")),
    "text": File(source=Media(url=HTTPS + ".txt", media_type="text/plain")),
    "sound": Audio(source=Media(url=HTTPS + ".mp3")),
}
EVERYTHING = set(PARTS)
OWN = {"gs": Image(source=Media(url="gs://bucket/x")), "id": File(source=Media(file_id="file-1"))}


def needed(provider: dict[str, object], model: str, *, message: Message | None = None) -> set[str]:
    built = msgspec.convert({"api_key": "sk-test", **provider}, AnyProvider)
    codec = built.chat_codec(model)
    found = set()
    for name, part in (PARTS | OWN).items():
        request = ChatRequest(messages=(user([part]),))
        remotes = codec.needs_fetch(request)
        assert [remote.part for remote in remotes] in ([], [part])
        if remotes:
            found.add(name)
    return found


@pytest.mark.parametrize(
    ("provider", "model", "wanted"),
    [
        ({"type": "openai"}, "gpt-5.4-mini", {"sound"}),
        ({"type": "openai", "dialect": "openai_responses"}, "gpt-5.4-mini", set()),
        ({"type": "openai", "dialect": "openai_chat"}, "gpt-5.4-mini", {"pdf", "text", "sound"}),
        ({"type": "anthropic"}, "claude-sonnet-4-6", {"picture_http", "text"}),
        ({"type": "mistral"}, "mistral-small-2603", {"sound"}),
        ({"type": "deepseek"}, "deepseek-flash", set()),
        ({"type": "openrouter"}, "vendor/model", {"sound"}),
        ({"type": "moonshot"}, "kimi-k3", {"picture", "picture_http"}),
        ({"type": "moonshot", "dialect": "openai_responses"}, "kimi-k3", EVERYTHING - {"sound"}),
        ({"type": "moonshot", "dialect": "anthropic_messages"}, "kimi-k3", EVERYTHING - {"sound"}),
        ({"type": "compatible", "preset": "ollama"}, "llava", EVERYTHING),
        ({"type": "compatible", "preset": "groq"}, "llama-4", {"pdf", "text", "sound"}),
        ({"type": "compatible", "base_url": "http://a.test", "dialect": "gemini"}, "gemini-2.5-flash", EVERYTHING),
        ({"type": "vertex_ai", "project": "p"}, "gemini-2.5-flash", EVERYTHING),
        ({"type": "vertex_ai", "project": "p"}, "claude-sonnet-4-6", EVERYTHING - {"sound"}),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_what_has_to_be_fetched(provider: dict[str, object], model: str, wanted: set[str]) -> None:
    assert needed(provider, model) == wanted


def test_a_wire_chosen_by_the_request_decides() -> None:
    codec = msgspec.convert({"type": "openai", "api_key": "sk-test"}, AnyProvider).chat_codec("gpt-5.4-mini")
    by_address = ChatRequest(messages=(user([PARTS["pdf"]]),))
    assert codec.needs_fetch(by_address) == ()
    assert codec.encode(by_address).draft.dialect == "openai_responses"
    on_chat_alone = msgspec.structs.replace(by_address, seed=1)
    assert [remote.path for remote in codec.needs_fetch(on_chat_alone)] == ["messages[0].parts[0].source.url"]


def test_responses_of_a_host_that_fetches_nothing() -> None:
    built = msgspec.convert({"type": "moonshot", "api_key": "sk-test", "dialect": "openai_responses"}, AnyProvider)
    codec = built.chat_codec("kimi-k3")
    for url, forwarded in ((HTTPS, False), ("data:image/png;base64,iVBORw0KGgo=", True)):
        content = [{"type": "input_image", "image_url": url, "detail": "auto"}]
        item = {"type": "message", "role": "user", "content": content}
        inbound = parse(json.dumps({"model": "m", "input": [item]}).encode(), ())
        assert (codec.forward(inbound) is not None) == forwarded
        if not forwarded:
            with pytest.raises(Unsupported) as caught:
                codec.encode(inbound.request)
            assert caught.value.param == "messages[0].parts[0].source.url"


def test_what_is_not_fetched_is_refused_by_its_field() -> None:
    tool = FunctionTool(name="f", parameters={"type": "object"})
    for name in ("moonshot", "deepseek"):
        codec = msgspec.convert({"type": name, "api_key": "sk-test"}, AnyProvider).chat_codec("m")
        part = PARTS["picture" if name == "moonshot" else "pdf"]
        with pytest.raises(Unsupported) as caught:
            codec.encode(ChatRequest(messages=(user([part]),), tools=(tool,)))
        assert (caught.value.param or "").startswith("messages[0].parts[0]")
