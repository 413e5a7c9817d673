"""Stored responses through OpenAI's own SDK: kept by the gateway, whatever wire the provider speaks."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from accord.core.part import Reasoning, Text
from accord.testing import FakeProvider, Reply

KEY = "sk-test-gateway"
MODELS = ["lab/echo", "claude/claude-sonnet-4-5", "openai/gpt-5.4-mini"]
ID = re.compile(r"resp_[0-9a-f]{48}")


@pytest.fixture(scope="module")
def claude() -> Iterator[FakeProvider]:
    with FakeProvider("anthropic_messages", strict=False) as running:
        yield running


def written(path: Path, fake: FakeProvider, claude: FakeProvider, responses: str) -> Path:
    path.write_text(f"""
gateway:
  port: 0
  keys: [{{name: app, key: {KEY}}}, {{name: other, key: sk-test-other}}]
  responses: {responses}
providers:
  lab: {{type: compatible, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}
  openai: {{type: openai, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}
  claude: {{type: anthropic, base_url: "{claude.url}", api_key: {claude.key}, retries: 0}}
""")
    return path


@pytest.fixture(scope="module")
def url(
    serve: Callable[..., Any], fake: FakeProvider, claude: FakeProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    path = written(tmp_path_factory.mktemp("stored") / "accord.yaml", fake, claude, "{}")
    running = serve("--config", str(path))
    yield running.url
    running.stop()


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=url, api_key=KEY, max_retries=0) as made:
        yield made


@pytest.fixture(scope="module")
def stranger(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=url, api_key="sk-test-other", max_retries=0) as made:
        yield made


def sent(fake: FakeProvider, claude: FakeProvider, model: str) -> Any:
    """The last body that the model's provider got."""
    return json.loads((claude if model.startswith("claude") else fake).requests[-1].body)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_a_conversation_is_continued(
    client: openai.OpenAI, fake: FakeProvider, claude: FakeProvider, model: str, stream: bool
) -> None:
    def ask(**fields: Any) -> Any:
        if not stream:
            return client.responses.create(model=model, max_output_tokens=100, **fields)
        with client.responses.stream(model=model, max_output_tokens=100, **fields) as events:
            return events.get_final_response()

    first = ask(input="My name is Ada", instructions="Be brief, once")
    second = ask(input="And I like tea", previous_response_id=first.id)
    third = ask(input="Who am I", previous_response_id=second.id)
    assert ID.fullmatch(first.id)
    assert len({first.id, second.id, third.id}) == 3
    assert second.previous_response_id == first.id
    body = sent(fake, claude, model)
    turns = body["input"] if "input" in body else body["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user", "assistant", "user"]
    said = json.dumps(body)
    assert [said.index(text) for text in ("My name is Ada", "And I like tea", "Who am I")] == sorted(
        said.index(text) for text in ("My name is Ada", "And I like tea", "Who am I")
    )
    assert "Be brief, once" not in said
    assert "previous_response_id" not in body
    assert "resp_" not in said
    kept = client.responses.retrieve(second.id)
    assert kept.output_text == second.output_text == "And I like tea"
    assert [item.id for item in kept.output] == [item.id for item in second.output]


@pytest.mark.parametrize("model", MODELS)
def test_what_is_kept_is_retrieved_listed_and_deleted(client: openai.OpenAI, model: str) -> None:
    made = client.responses.create(
        model=model, input=[{"role": "user", "content": "One"}, {"role": "user", "content": "Two"}]
    )
    assert made.to_dict()["store"] is True
    found = client.responses.retrieve(made.id)
    assert found == made
    items = client.responses.input_items.list(made.id, order="asc")
    assert [item.content[0].text for item in items.data] == ["One", "Two"]  # type: ignore[union-attr]
    page = client.responses.input_items.list(made.id, limit=1)
    assert page.has_more
    assert [item.content[0].text for item in page] == ["Two", "One"]  # type: ignore[union-attr]
    with pytest.raises(openai.BadRequestError, match="background"):
        client.responses.cancel(made.id)
    client.responses.delete(made.id)
    for call in (client.responses.retrieve, client.responses.delete, client.responses.input_items.list):
        with pytest.raises(openai.NotFoundError):
            call(made.id)


@pytest.mark.parametrize("model", MODELS)
def test_another_key_finds_nothing(
    client: openai.OpenAI, stranger: openai.OpenAI, fake: FakeProvider, model: str
) -> None:
    made = client.responses.create(model=model, input="Mine")
    before = len(fake.requests)
    for call in (
        stranger.responses.retrieve,
        stranger.responses.delete,
        stranger.responses.cancel,
        stranger.responses.input_items.list,
    ):
        with pytest.raises(openai.NotFoundError):
            call(made.id)
    with pytest.raises(openai.NotFoundError) as caught:
        stranger.responses.create(model=model, input="Theirs?", previous_response_id=made.id)
    assert caught.value.code == "previous_response_not_found"
    assert caught.value.param == "previous_response_id"
    assert len(fake.requests) == before
    assert client.responses.retrieve(made.id).output_text == "Mine"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("previous", ["resp_68f0c0ffee", "resp_" + "0" * 48, "", "../../models"])
def test_foreign_ids_are_not_sent_on(client: openai.OpenAI, fake: FakeProvider, previous: str, stream: bool) -> None:
    for model in MODELS:
        with pytest.raises(openai.NotFoundError) as caught:
            client.responses.create(model=model, input="Hi", previous_response_id=previous, stream=stream)
        assert caught.value.code == "previous_response_not_found"
    assert not fake.requests


@pytest.mark.parametrize("model", MODELS)
def test_what_is_not_to_be_stored_is_not(client: openai.OpenAI, model: str) -> None:
    made = client.responses.create(model=model, input="Off the record", store=False)
    assert made.to_dict()["store"] is False
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model=model, input="Go on", previous_response_id=made.id)


def test_a_conversation_stays_with_its_provider(client: openai.OpenAI, fake: FakeProvider) -> None:
    made = client.responses.create(model="openai/gpt-5.4-mini", input="Hi")
    before = len(fake.requests)
    with pytest.raises(openai.BadRequestError, match="provider `openai`"):
        client.responses.create(model="claude/claude-sonnet-4-5", input="Go on", previous_response_id=made.id)
    assert len(fake.requests) == before


def test_reasoning_is_kept_with_its_signature(client: openai.OpenAI, fake: FakeProvider, claude: FakeProvider) -> None:
    model = "claude/claude-sonnet-4-5"
    claude.script(Reply(content=(Reasoning(text="Hmm"), Text(text="Four"))))
    with client.responses.stream(model=model, input="2+2", reasoning={"effort": "low"}) as events:
        made = events.get_final_response()
    client.responses.create(model=model, input="Sure?", previous_response_id=made.id, reasoning={"effort": "low"})
    blocks = sent(fake, claude, model)["messages"][1]["content"]
    assert blocks[0]["type"] == "thinking"
    assert blocks[0]["signature"]


def test_what_the_gateway_tells_of_a_call_is_not_kept(client: openai.OpenAI) -> None:
    for stream in (False, True):
        with client.responses.with_streaming_response.create(
            model="lab/echo", input="Hi", stream=stream, extra_headers={"x-accord-usage": "true"}
        ) as raw:
            text = raw.read().decode()
        found = ID.search(text)
        assert found
        assert '"accord"' in text
        assert "accord" not in client.responses.retrieve(found[0]).to_dict()


def test_a_file_outlives_the_gateway(
    start: Callable[..., Any], fake: FakeProvider, claude: FakeProvider, tmp_path: Path
) -> None:
    kept = tmp_path / "responses.db"
    path = written(tmp_path / "accord.yaml", fake, claude, f"{{store: {kept}}}")
    served = start("--config", str(path))
    with openai.OpenAI(base_url=served.url, api_key=KEY, max_retries=0) as before:
        made = before.responses.create(model="lab/echo", input="Remember")
    served.stop()
    assert kept.stat().st_mode & 0o077 == 0
    served = start("--config", str(path), "--workers", "2")
    for _ in range(6):
        # A connection of its own each time, so that both workers are asked.
        with openai.OpenAI(base_url=served.url, api_key=KEY, max_retries=0) as after:
            assert after.responses.retrieve(made.id).output_text == "Remember"
            made = after.responses.create(model="lab/echo", input="Remember", previous_response_id=made.id)


def test_workers_without_a_file_say_that_nothing_is_kept(
    start: Callable[..., Any], fake: FakeProvider, claude: FakeProvider, tmp_path: Path
) -> None:
    path = written(tmp_path / "accord.yaml", fake, claude, "{}")
    served = start("--config", str(path), "--workers", "2")
    served.wait_for("no responses are kept")
    with openai.OpenAI(base_url=served.url, api_key=KEY, max_retries=0) as client:
        made = client.responses.create(model="lab/echo", input="Hi")
        assert made.to_dict()["store"] is False
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve(made.id)
