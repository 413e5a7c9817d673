"""Two accounts behind one name, through OpenAI's own SDK: what one of them gave out goes back to it, and to no other.

The fakes refuse each other's ids, encrypted reasoning and files, as OpenAI does.
"""

import json
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import msgspec
import openai
import pytest

from accord.core.part import Reasoning, Text, ToolCall
from accord.testing import Failure, FakeProvider, Reply

MODEL = "gpt-5.4-mini"
THOUGHT = Reply(content=(Reasoning(summary=("Hmm",)), Text(text="Four")))
CALLED = Reply(content=(Reasoning(summary=("Hmm",)), ToolCall(id="call_1", name="add", arguments='{"a": 2}')))
DOWN = Failure(status=503, message="down")
TOOLS: Any = [{"type": "function", "name": "add", "parameters": {"type": "object", "properties": {}}, "strict": False}]
CONFIG = """
gateway:
  port: 0
  on_unsupported: {on_unsupported}
  keys: [{{name: app, key: sk-test-app, overrides: [target]}}]
  responses: {responses}
providers:
  one: {{type: openai, hosted_by_openai: true, base_url: "{one.url}", api_key: {one.key}, retries: 0}}
  two: {{type: openai, hosted_by_openai: true, base_url: "{two.url}", api_key: {two.key}, retries: 0}}
models:
  both:
    strategy: round_robin
    retries: 1
    targets: [{{provider: one, model: gpt-5.4-mini}}, {{provider: two, model: gpt-5.4-mini}}]
    breaker: &always {{failures: 1000, account_failures: 1000, least: 1000, cooldown: 0.001}}
    ejection: &never {{least: 1000}}
  spare:
    targets: [{{provider: one, model: gpt-5.4-mini}}]
    fallback: {{general: [two/gpt-5.4-mini]}}
    breaker: *always
    ejection: *never
  alone: {{targets: [{{provider: one, model: gpt-5.4-mini}}]}}
  codex:
    strategy: round_robin
    targets: [{{provider: one, model: gpt-5.3-codex}}, {{provider: two, model: gpt-5.3-codex}}]
  tried: {{targets: [{{provider: one, model: gpt-5.4-mini}}], shadow: {{provider: two, model: gpt-5.4-mini, share: 1}}}}
"""
STATELESS: dict[str, Any] = {"store": False, "include": ["reasoning.encrypted_content"]}


class Two:
    """The accounts, and which of them was asked."""

    def __init__(self, one: FakeProvider, two: FakeProvider) -> None:
        self.fakes = {"one": one, "two": two}

    def always(self, behaviour: Reply | Failure) -> None:
        for fake in self.fakes.values():
            fake.always(behaviour)

    def asked(self) -> list[str]:
        return [name for name, fake in self.fakes.items() for _ in fake.requests]

    def last(self, name: str) -> Any:
        return json.loads(self.fakes[name].requests[-1].body)

    def other(self, name: str) -> str:
        return next(other for other in self.fakes if other != name)

    def clear(self) -> None:
        for fake in self.fakes.values():
            fake.clear()


@pytest.fixture(scope="module")
def fakes() -> Iterator[Two]:
    with (
        FakeProvider(key="sk-test-one", files=("file-one",)) as one,
        FakeProvider(key="sk-test-two", files=("file-two",)) as two,
    ):
        yield Two(one, two)


@pytest.fixture
def accounts(fakes: Two) -> Two:
    fakes.clear()
    fakes.always(THOUGHT)
    return fakes


def written(path: Path, fakes: Two, *, drops: bool = False, responses: str = "{}") -> Path:
    said = "drop" if drops else "error"
    path.write_text(CONFIG.format(on_unsupported=said, responses=responses, **fakes.fakes))
    return path


@pytest.fixture(scope="module")
def urls(serve: Callable[..., Any], fakes: Two, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, str]]:
    """Gateways that refuse, and that drop."""
    path = tmp_path_factory.mktemp("accounts")
    running = {
        drops: serve("--config", str(written(path / f"{drops}.yaml", fakes, drops=drops))) for drops in (False, True)
    }
    yield {drops: each.url for drops, each in running.items()}
    for each in running.values():
        each.stop()


def caller(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=url, api_key="sk-test-app", max_retries=0)


@pytest.fixture
def strict(urls: dict[bool, str]) -> Iterator[openai.OpenAI]:
    with caller(urls[False]) as made:
        yield made


@pytest.fixture
def lax(urls: dict[bool, str]) -> Iterator[openai.OpenAI]:
    with caller(urls[True]) as made:
        yield made


def ask(client: openai.OpenAI, said: Any, *, stream: bool = False, model: str = "both", **more: Any) -> Any:
    more.setdefault("reasoning", {"effort": "low"})
    if not stream:
        return client.responses.create(model=model, input=said, **more)
    with client.responses.stream(model=model, input=said, **more) as events:
        return events.get_final_response()


def warned(client: openai.OpenAI, said: Any, **more: Any) -> tuple[Any, str]:
    """The answer, and what the gateway warns of."""
    raw = client.responses.with_raw_response.create(
        model=more.pop("model", "both"), input=said, reasoning={"effort": "low"}, **more
    )
    return raw.parse(), raw.headers.get("x-accord-warnings", "")


def items(response: Any) -> list[Any]:
    """The output as it may be sent back: the SDK's streaming adds to it what OpenAI refuses."""
    found = [item.to_dict() for item in response.output]
    for each in (*found, *[part for item in found for part in item.get("content", ())]):
        each.pop("parsed_arguments", None)
        each.pop("parsed", None)
    return found


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("more", [{}, STATELESS], ids=["stored", "stateless"])
def test_what_the_caller_sends_back_goes_where_it_came_from(
    accounts: Two, strict: openai.OpenAI, more: dict[str, Any], stream: bool
) -> None:
    accounts.always(CALLED)
    said: list[Any] = [{"role": "user", "content": "2+2"}]
    for turn in range(3):
        made = ask(strict, said, stream=stream, tools=TOOLS, **more)
        said += items(made)
        said.append({"type": "function_call_output", "call_id": "call_1", "output": str(turn)})
        accounts.always(CALLED if turn else THOUGHT)
        if turn == 0:
            made = ask(strict, said, stream=stream, tools=TOOLS, **more)
            said += [*items(made), {"role": "user", "content": "And 3?"}]
            accounts.always(CALLED)
    assert len(set(accounts.asked())) == 1
    assert len(accounts.asked()) == 4
    body = accounts.last(accounts.asked()[0])
    thoughts = [item for item in body["input"] if item.get("type") == "reasoning"]
    assert len(thoughts) == 3
    assert "~" not in json.dumps(body)
    assert all(item["id"].startswith("rs_") for item in thoughts)


def test_a_reference_to_an_item_finds_its_account(accounts: Two, strict: openai.OpenAI) -> None:
    for _ in range(2):
        first = ask(strict, "2+2")
        kept = [{"type": "item_reference", "id": item.id} for item in first.output]
        ask(strict, [{"role": "user", "content": "2+2"}, *kept, {"role": "user", "content": "Sure?"}])
    assert accounts.asked() == ["one", "one", "two", "two"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_kept_conversation_stays_with_its_target(accounts: Two, strict: openai.OpenAI, stream: bool) -> None:
    for _ in range(2):
        made = ask(strict, "2+2", stream=stream)
        for _ in range(2):
            made = ask(strict, "Sure?", stream=stream, previous_response_id=made.id)
    assert accounts.asked() == ["one"] * 3 + ["two"] * 3


@pytest.mark.parametrize("kept", [True, False])
def test_nobody_else_answers_while_the_account_is_down(accounts: Two, strict: openai.OpenAI, kept: bool) -> None:
    first = ask(strict, "2+2")
    (home,) = accounts.asked()
    accounts.fakes[home].always(DOWN)
    said = [*([] if kept else items(first)), {"role": "user", "content": "Sure?"}]
    more = {"previous_response_id": first.id} if kept else {}
    with pytest.raises(openai.InternalServerError):
        ask(strict, said, **more)
    assert set(accounts.asked()) == {home}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("how", ["kept", "stored", "stateless"])
def test_another_answers_without_what_it_cannot_read(accounts: Two, lax: openai.OpenAI, how: str, stream: bool) -> None:
    more = STATELESS if how == "stateless" else {}
    first = ask(lax, "2+2", **more)
    (home,) = accounts.asked()
    asks: dict[str, Any] = {
        **more,
        "input": [*([] if how == "kept" else items(first)), {"role": "user", "content": "Sure?"}],
        **({"previous_response_id": first.id} if how == "kept" else {}),
    }
    for _ in range(2):
        ask(lax, asks["input"], stream=stream, **{key: value for key, value in asks.items() if key != "input"})
    assert accounts.asked() == [home] * 3, "it is asked first while it works"
    accounts.fakes[home].always(DOWN)
    other = accounts.other(home)
    with lax.responses.with_streaming_response.create(
        model="both", stream=stream, reasoning={"effort": "low"}, **asks
    ) as raw:
        told = raw.headers["x-accord-warnings"]
        raw.read()
    assert accounts.asked().count(other) == 1
    assert "another account" in told
    body = accounts.last(other)
    assert [item.get("role") for item in body["input"]][-2:] == ["assistant", "user"]
    assert not {"id", "encrypted_content"} & {key for item in body["input"] for key in item}
    assert "~" not in json.dumps(body)


def test_a_conversation_over_two_accounts_goes_on(accounts: Two, lax: openai.OpenAI) -> None:
    said: list[Any] = [{"role": "user", "content": "2+2"}]
    said += items(ask(lax, said))
    (home,) = accounts.asked()
    accounts.fakes[home].always(DOWN)
    said.append({"role": "user", "content": "Sure?"})
    said += items(ask(lax, said))
    accounts.always(THOUGHT)
    accounts.clear()
    accounts.always(THOUGHT)
    said.append({"role": "user", "content": "Really?"})
    _, told = warned(lax, said)
    other = accounts.other(home)
    assert accounts.asked() == [other], "who answered last has the newest reasoning"
    assert "another account" in told
    assert len([item for item in accounts.last(other)["input"] if item.get("type") == "reasoning"]) == 1


def test_a_stand_in_that_answered_goes_on(accounts: Two, strict: openai.OpenAI) -> None:
    accounts.fakes["one"].always(DOWN)
    first = ask(strict, "2+2", model="spare")
    accounts.clear()
    accounts.always(THOUGHT)
    second = ask(strict, "Sure?", model="spare", previous_response_id=first.id)
    ask(strict, [*items(second), {"role": "user", "content": "Sure?"}], model="spare")
    ask(strict, "Hi", model="spare", extra_headers={"x-accord-target": f"two/{MODEL}"})
    assert accounts.asked() == ["two"] * 3


@pytest.mark.parametrize("kind", ["input_file", "input_image"])
def test_files_need_a_name(accounts: Two, strict: openai.OpenAI, lax: openai.OpenAI, kind: str) -> None:
    def said(name: str) -> Any:
        return [{"role": "user", "content": [{"type": kind, "file_id": f"file-{name}"}]}]

    for client in (strict, lax):
        with pytest.raises(openai.BadRequestError, match=r"`file-two`.*x-accord-target") as caught:
            ask(client, said("two"))
        assert caught.value.param == "model"
    assert not accounts.asked()
    for client in (strict, lax):
        first = ask(client, said("two"), extra_headers={"x-accord-target": f"two/{MODEL}"})
        ask(client, "And?", previous_response_id=first.id)
        ask(client, said("one"), model=f"one/{MODEL}")
    assert accounts.asked() == ["one"] * 2 + ["two"] * 4
    accounts.fakes["two"].always(DOWN)
    with pytest.raises(openai.InternalServerError):
        ask(lax, "And?", previous_response_id=first.id)
    with pytest.raises(openai.BadRequestError, match="files that it refers to"):
        ask(lax, "And?", model="alone", previous_response_id=first.id)


def test_from_a_group_to_one_of_its_accounts(accounts: Two, strict: openai.OpenAI, lax: openai.OpenAI) -> None:
    first = ask(strict, "2+2", model="both")
    (home,) = accounts.asked()
    said = [*items(first), {"role": "user", "content": "Sure?"}]
    ask(strict, "Sure?", model=f"{home}/{MODEL}", previous_response_id=first.id)
    assert len([item for item in accounts.last(home)["input"] if item.get("type") == "reasoning"]) == 1
    ask(strict, said, model=f"{home}/{MODEL}")
    assert len([item for item in accounts.last(home)["input"] if item.get("type") == "reasoning"]) == 1
    other = accounts.other(home)
    with pytest.raises(openai.BadRequestError, match="another account"):
        ask(strict, said, model=f"{other}/{MODEL}")
    assert other not in accounts.asked()
    _, told = warned(lax, said, model=f"{other}/{MODEL}")
    assert "another account" in told
    assert "~" not in json.dumps(accounts.last(other))
    with pytest.raises(openai.BadRequestError, match=f"provider `{home}`"):
        ask(strict, "Sure?", model=f"{other}/{MODEL}", previous_response_id=first.id)


def test_what_no_account_is_known_to_have_given_is_not_sent_on(accounts: Two, strict: openai.OpenAI) -> None:
    def said(mark: str) -> Any:
        item = {"type": "reasoning", "summary": [], "id": f"rs_1{mark}", "encrypted_content": f"gAAA{mark}"}
        return [item, {"role": "assistant", "content": "Hi"}, {"role": "user", "content": "Sure?"}]

    with pytest.raises(openai.BadRequestError, match="one that is not here"):
        ask(strict, said("~0123456789ab"))
    assert not accounts.asked()
    for mark in ("", "~zzzzzzzzzzzz"):
        _, told = warned(strict, said(mark))
        assert "nothing tells to which" in told
        assert [item.get("role") for item in accounts.last(accounts.asked()[-1])["input"]] == ["assistant", "user"]
    with pytest.raises(openai.BadRequestError, match="could not be verified"):
        ask(strict, said(""), model=f"one/{MODEL}")


def test_one_account_has_no_marks(accounts: Two, strict: openai.OpenAI) -> None:
    for stream in (False, True):
        made = ask(strict, "2+2", model="alone", stream=stream, **STATELESS)
        assert "~" not in made.to_json()
        ask(strict, [*items(made), {"role": "user", "content": "Sure?"}], model="alone", stream=stream, **STATELESS)
        sent = accounts.last("one")["input"]
        assert sent[0] == items(made)[0]


def test_chat_completions_pass_through_all_the_same(accounts: Two, strict: openai.OpenAI) -> None:
    accounts.always(Reply(content=(Text(text="Four"),)))
    said: list[Any] = [{"role": "user", "content": "2+2"}]
    for _ in range(2):
        made = strict.chat.completions.create(model="both", messages=said, extra_body={"prompt_cache_key": "k"})
        assert "~" not in made.to_json()
    assert accounts.asked() == ["one", "two"]
    sent = {"messages": said, "model": MODEL, "prompt_cache_key": "k"}
    assert accounts.last("one") == accounts.last("two") == sent


def test_what_an_earlier_version_kept_is_continued(start: Callable[..., Any], accounts: Two, tmp_path: Path) -> None:
    kept = tmp_path / "responses.db"
    path = written(tmp_path / "accord.yaml", accounts, responses=f"{{store: {kept}}}")
    served = start("--config", str(path))
    with caller(served.url) as client:
        made = [ask(client, "2+2", model=model) for model in ("both", "alone", "both")]
    served.stop()
    homes = accounts.asked()
    _forget_model(kept)
    # Several workers, each of which has to find the same accounts.
    served = start("--config", str(path), "--workers", "2")
    accounts.clear()
    accounts.always(THOUGHT)
    for first in made:
        for _ in range(3):
            with caller(served.url) as client:
                second = ask(client, "Sure?", previous_response_id=first.id)
            with caller(served.url) as client:
                ask(client, [*items(second), {"role": "user", "content": "Sure?"}])
    assert sorted(accounts.asked()) == sorted(home for home in homes for _ in range(6))


def _forget_model(path: Path) -> None:
    """Rows as they were before they told the model."""
    with sqlite3.connect(path) as connection:
        for number, data in connection.execute("SELECT number, data FROM response").fetchall():
            row = msgspec.msgpack.decode(data)
            assert row.pop("model") == MODEL
            connection.execute("UPDATE response SET data = ? WHERE number = ?", (msgspec.msgpack.encode(row), number))


def test_reasoning_behind_other_wires_goes_back_too(accounts: Two, urls: dict[bool, str]) -> None:
    """The model has the Responses API alone, and its reasoning travels in Messages' signatures."""
    accounts.always(CALLED)
    tools: Any = [{"name": "add", "input_schema": {"type": "object"}}]
    with anthropic.Anthropic(base_url=urls[False].removesuffix("/v1"), api_key="sk-test-app", max_retries=0) as client:
        for home in ("one", "two"):
            said: list[Any] = [{"role": "user", "content": "2+2"}]
            for _ in range(3):
                made = client.messages.create(
                    model="codex",
                    max_tokens=2000,
                    messages=said,
                    tools=tools,
                    thinking={"type": "enabled", "budget_tokens": 1024},
                )
                call = made.content[-1]
                assert call.type == "tool_use"
                said += [
                    {"role": "assistant", "content": [block.to_dict() for block in made.content]},
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "4"}]},
                ]
            sent = accounts.last(home)["input"]
            assert [item["type"] for item in sent].count("reasoning") == 2
            assert "~" not in json.dumps(sent)
    assert accounts.asked() == ["one"] * 3 + ["two"] * 3


@pytest.mark.parametrize("drops", [False, True])
def test_an_explanation_knows_what_is_bound(accounts: Two, urls: dict[bool, str], drops: bool) -> None:
    accounts.fakes["one"].always(DOWN)
    url = f"{urls[drops]}/route/explain?wire=responses"

    def order(**body: Any) -> list[tuple[str, str, Any]]:
        got = httpx2.post(url, json={"model": "spare", **body}, headers={"authorization": "Bearer sk-test-app"})
        assert got.status_code == 200, got.text
        told = got.json()["considered"]
        return [(each["provider"], each["verdict"], each.get("share")) for each in told]

    with caller(urls[drops]) as client:
        first = ask(client, "2+2", model="spare")
    assert order(input="Hi") == [("one", "possible", 1.0), ("two", "possible", None)]
    bound = [("two", "possible", 1.0), ("one", "possible" if drops else "dropped", None)]
    assert order(input="Sure?", previous_response_id=first.id) == bound
    assert order(input=[*items(first), {"role": "user", "content": "Sure?"}]) == bound


def test_a_copy_leaves_out_what_its_account_cannot_read(accounts: Two, strict: openai.OpenAI) -> None:
    made = ask(strict, "2+2", model="alone", **STATELESS)
    said = [*items(made), {"role": "user", "content": "Sure?"}]
    ask(strict, said, model="tried", **STATELESS)
    accounts.fakes["two"].wait_until(lambda fake: fake.finished == 1)
    sent = accounts.last("two")["input"]
    assert [item.get("role") for item in sent] == ["assistant", "user"]
    assert "id" not in sent[0]
    assert accounts.last("one")["input"][0] == said[0]


def test_tokens_are_counted_by_the_account_that_can_read_them(accounts: Two, strict: openai.OpenAI) -> None:
    for _ in range(2):
        made = ask(strict, "2+2")
        counted = strict.responses.input_tokens.count(
            model="both", input=[*items(made), {"role": "user", "content": "Sure?"}]
        )
        assert counted.input_tokens > 0


def test_a_reload_keeps_what_is_bound(start: Callable[..., Any], accounts: Two, tmp_path: Path) -> None:
    path = written(tmp_path / "accord.yaml", accounts)
    served = start("--config", str(path))
    with caller(served.url) as client:
        made = ask(client, "2+2")
        (home,) = accounts.asked()
        other = accounts.other(home)
        text = path.read_text()
        path.write_text(
            text.replace(
                f"{{provider: {home}, model: gpt-5.4-mini}}", "{provider: PLACE, model: gpt-5.4-mini}", 1
            ).replace("PLACE", home + ", tier: 5")
        )
        _reload(served)
        ask(client, "Sure?", previous_response_id=made.id)
        ask(client, [*items(made), {"role": "user", "content": "Sure?"}])
        assert accounts.asked() == [home] * 3
        # And where its account is gone from the name.
        path.write_text(
            text.replace(f"{{provider: {home}, model: gpt-5.4-mini}}", f"{{provider: {other}, model: gpt-5.4-nano}}", 1)
        )
        _reload(served)
        for said, more in (
            ("Sure?", {"previous_response_id": made.id}),
            ([*items(made), {"role": "user", "content": "Sure?"}], {}),
        ):
            with pytest.raises(openai.BadRequestError, match="bound to"):
                ask(client, said, **more)
    assert accounts.asked() == [home] * 3


def _reload(served: Any) -> None:
    before = len(served.lines)
    served.signal(signal.SIGHUP)
    served.wait_for("reload|configuration", since=before)
