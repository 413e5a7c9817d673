"""Anthropic's and Google's own SDKs against a gateway whose provider speaks OpenAI's wire."""

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from google import genai
from google.genai import errors, types

from accord.core.part import ToolCall
from accord.testing import Delivery, Failure, FakeProvider, Reply
from accord.testing.fake import Cut

KEY = "sk-test-gateway"
HELLO: list[Any] = [{"role": "user", "content": "Hello there"}]


@pytest.fixture(scope="module")
def claude(served: Any) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=served.origin, api_key=KEY, max_retries=0) as made:
        yield made


@pytest.fixture(scope="module")
def google(served: Any) -> Iterator[genai.Client]:
    made = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=served.origin))
    yield made
    made.close()


class TestAnthropic:
    def test_a_message(self, claude: anthropic.Anthropic) -> None:
        answer = claude.messages.create(model="lab/echo", max_tokens=50, messages=HELLO)
        assert answer.content[0].type == "text"
        assert answer.content[0].text == "Hello there"
        assert (answer.model, answer.stop_reason) == ("lab/echo", "end_turn")
        assert answer._request_id is not None
        assert answer._request_id.startswith("req_")

    def test_a_stream(self, claude: anthropic.Anthropic) -> None:
        with claude.messages.stream(model="lab/echo", max_tokens=50, messages=HELLO) as stream:
            assert "".join(stream.text_stream) == "Hello there"
            assert stream.get_final_message().usage.output_tokens > 0

    def test_tools(self, claude: anthropic.Anthropic, fake: FakeProvider) -> None:
        fake.script(Reply(content=(ToolCall(id="call_1", name="weather", arguments='{"city":"Lagos"}'),)))
        tool: Any = {"name": "weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
        answer = claude.messages.create(model="lab/echo", max_tokens=50, messages=HELLO, tools=[tool])
        (block,) = answer.content
        assert block.type == "tool_use"
        assert (block.name, block.input, answer.stop_reason) == ("weather", {"city": "Lagos"}, "tool_use")

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, anthropic.BadRequestError),
            (401, anthropic.AuthenticationError),
            (404, anthropic.NotFoundError),
            (429, anthropic.RateLimitError),
            (500, anthropic.InternalServerError),
        ],
    )
    def test_errors(
        self, claude: anthropic.Anthropic, fake: FakeProvider, status: int, kind: type[anthropic.APIStatusError]
    ) -> None:
        fake.script(Failure(status=status, message="because of this"))
        with pytest.raises(kind, match="because of this") as caught:
            claude.messages.create(model="lab/echo", max_tokens=50, messages=HELLO)
        assert caught.value.request_id == caught.value.response.headers["request-id"]

    def test_a_broken_stream_raises(self, claude: anthropic.Anthropic, fake: FakeProvider) -> None:
        fake.script(Reply(delivery=Delivery(fault=Cut(events=2))))
        with (
            claude.messages.stream(model="lab/echo", max_tokens=50, messages=HELLO) as stream,
            pytest.raises(anthropic.APIError),
        ):
            stream.get_final_message()

    def test_wrong_key_and_model(self, claude: anthropic.Anthropic) -> None:
        with pytest.raises(anthropic.AuthenticationError):
            claude.with_options(api_key="wrong").messages.create(model="lab/echo", max_tokens=5, messages=HELLO)
        with pytest.raises(anthropic.NotFoundError):
            claude.messages.create(model="nope", max_tokens=5, messages=HELLO)

    def test_models(self, claude: anthropic.Anthropic) -> None:
        page = claude.models.list()
        assert page.data[0].id == "fast"
        assert claude.models.retrieve("fast").id == "fast"


class TestGoogle:
    def test_content(self, google: genai.Client) -> None:
        answer = google.models.generate_content(model="lab/echo", contents="Hello there")
        assert answer.text == "Hello there"

    def test_a_stream(self, google: genai.Client) -> None:
        pieces = list(google.models.generate_content_stream(model="lab/echo", contents="Hello there"))
        assert "".join([piece.text or "" for piece in pieces]) == "Hello there"

    @pytest.mark.parametrize(
        ("status", "kind"), [(400, errors.ClientError), (429, errors.ClientError), (503, errors.ServerError)]
    )
    def test_errors(self, google: genai.Client, fake: FakeProvider, status: int, kind: type[errors.APIError]) -> None:
        fake.script(Failure(status=status, message="because of this"))
        with pytest.raises(kind, match="because of this") as caught:
            google.models.generate_content(model="lab/echo", contents="Hello")
        assert caught.value.code == status

    def test_unknown_model(self, google: genai.Client) -> None:
        with pytest.raises(errors.ClientError) as caught:
            google.models.generate_content(model="nope", contents="Hello")
        assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")

    def test_models(self, google: genai.Client) -> None:
        assert next(iter(google.models.list())).name == "models/fast"
