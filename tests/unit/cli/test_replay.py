"""`accord replay`: what was recorded on any wire is asked again elsewhere, and what differs is shown."""

from pathlib import Path

import msgspec
import pytest

import accord
from accord.cli.main import run
from accord.providers import Anthropic, Provider, VertexAI
from accord.testing import Failure, FakeProvider, cassette
from accord.testing import Reply as FakeReply
from accord.testing.fake.hosts import HOSTS
from accord.testing.recording.reading import provider_of

WEATHER = accord.FunctionTool(name="weather", parameters={"type": "object", "properties": {"city": {"type": "string"}}})
CALL = accord.ChatRequest(messages=(accord.user('call weather {"city":"Lagos"}'),), tools=(WEATHER,))


@pytest.fixture(params=["openai_chat", "openai_responses", "anthropic_messages", "gemini"])
def tape(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A cassette with an answer, a stream, a tool call, a failure and a list of models, on each wire."""
    path = tmp_path / "tape.json"
    wire = request.param
    vendor = HOSTS["vertex_ai"] if wire == "gemini" else None
    with FakeProvider(wire, vendor=vendor) as fake, cassette(path):
        provider: Provider
        match wire:
            case "anthropic_messages":
                provider, model = Anthropic(api_key=fake.key, base_url=fake.url), "claude-sonnet-4-6"
            case "gemini":
                provider = VertexAI(access_token=fake.key, base_url=fake.url, project="p")
                model = "gemini-2.5-flash"
            case _:
                provider, model = accord.OpenAI(api_key=fake.key, base_url=fake.url, dialect=wire), "gpt-4.1"
        with accord.Client(provider, options=accord.Options(retries=0, on_unsupported="drop")) as client:
            client.chat_completion("Hello there", model=model)
            with client.chat_completion_stream("One two", model=model) as stream:
                list(stream)
            client.chat_completion(msgspec.structs.replace(CALL, model=model))
            fake.fail(429, "Slow down.")
            with pytest.raises(accord.RateLimited):
                client.chat_completion("Too much", model=model)
            if wire == "openai_chat":
                client.models(live=True)
    return path


def test_both_sides(tape: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeProvider() as other:
        other.script(FakeReply.saying("Good day"))
        code = run(["replay", str(tape), "--against", "gpt-4.1", "--base-url", other.url, "--key", other.key, "--json"])
        assert [seen.json["model"] for seen in other.requests] == ["gpt-4.1"] * 4
    first, second, third, fourth = msgspec.json.decode(capsys.readouterr().out)
    assert code == 0
    assert (first["question"], first["recorded"]["text"], first["now"]["text"]) == (
        "Hello there",
        "Hello there",
        "Good day",
    )
    assert first["differs"] == ["text"]
    assert (second["recorded"]["text"], second["differs"]) == ("One two", [])
    assert third["recorded"]["tool_calls"] == third["now"]["tool_calls"] == [["weather", {"city": "Lagos"}]]
    assert "Slow down." in fourth["recorded"]["error"]
    assert fourth["differs"] == ["text", "finish", "error"]
    for one in (first, second, third):
        assert one["recorded"]["input"] > 0
        assert one["recorded"]["seconds"] > 0
        # The fake stands on nobody's own host: what it costs is unknown, not 0.
        assert one["recorded"]["cost"] is None


def test_the_table_and_what_is_left_out(tape: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeProvider() as other:
        other.always(Failure(status=400, message="No."))
        code = run(["replay", str(tape), "--against", "gpt-4.1", "--base-url", other.url, "--key", other.key])
    printed = capsys.readouterr()
    assert code == 1
    assert "differs" in printed.out
    assert "failed: " in printed.out
    assert ("1 of 5 requests are no conversations" in printed.err) == ('/v1/models"' in tape.read_text())


def test_prices_are_those_of_the_host() -> None:
    assert provider_of("https://api.openai.com/v1/chat/completions") == "openai"
    assert provider_of("https://api.anthropic.com/v1/messages") == "anthropic"
    assert provider_of("http://127.0.0.1:9/v1/chat/completions") == ""


def test_a_file_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", str(tmp_path / "none.json"), "--against", "openai/gpt-4.1"]) == 2
    assert "there is no cassette" in capsys.readouterr().err
