"""`accord.compat.openai` beside its answers: parameters, arguments of the client, what is refused, and what importing costs."""

import copy
import functools
import importlib
import inspect
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai._resource import SyncAPIResource

import accord
from accord.compat import openai as compat
from accord.compat.openai.async_client import AsyncOpenAI
from accord.compat.openai.client import OpenAI
from accord.compat.openai.param import ParseParams, ResponseParams
from accord.compat.openai.types.chat import ChatCompletion, ChatCompletionMessage
from accord.core.blob import whole
from accord.core.error import timed_out, unreachable
from accord.core.http import Reply
from accord.core.json import loads_object
from accord.testing import MemoryTransport

HELLO = [{"role": "user", "content": "Hello"}]
BODY = (
    b'{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop","message":'
    b'{"role":"assistant","content":"Hi","refusal":null,"reasoning_content":"Hm"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,'
    b'"total_tokens":2}}'
)


def client(*script: Any, **more: Any) -> tuple[Any, MemoryTransport]:
    transport = MemoryTransport(*(script or (Reply(status=200, body=BODY),)))
    return OpenAI(**{"api_key": "sk-test-mine", "environ": {}, "transport": transport, **more}), transport


def operations(made):
    return {
        "chat": made.chat.completions.create,
        "responses": made.responses.create,
        "embeddings": made.embeddings.create,
        "images": made.images.generate,
        "models": made.models.list,
        "model": made.models.retrieve,
        "edits": made.images.edit,
        "moderations": made.moderations.create,
        "speech": made.audio.speech.create,
        "transcriptions": made.audio.transcriptions.create,
        "completions": made.completions.create,
    }


@pytest.mark.parametrize("name", list(operations(OpenAI(api_key="sk-test"))))
@pytest.mark.parametrize(("ours", "theirs"), [(OpenAI, openai.OpenAI), (AsyncOpenAI, openai.AsyncOpenAI)])
def test_methods_take_what_the_sdk_takes(ours, theirs, name) -> None:
    mine = inspect.signature(operations(ours(api_key="sk-test"))[name]).parameters
    yours = inspect.signature(operations(theirs(api_key="sk-test"))[name]).parameters
    assert set(mine) == set(yours)
    needed = [{key for key, one in each.items() if one.default is inspect.Parameter.empty} for each in (mine, yours)]
    assert needed[0] == needed[1]
    assert {key: one.kind for key, one in mine.items()} == {key: one.kind for key, one in yours.items()}


def test_parsing_takes_what_the_sdk_takes() -> None:
    theirs = openai.OpenAI(api_key="sk-test")
    for method, params, own in (
        (theirs.chat.completions.parse, ParseParams, {"response_format"}),
        (theirs.chat.completions.stream, ParseParams, {"response_format"}),
        (theirs.responses.parse, ResponseParams, {"text_format", "verbosity"}),
    ):
        known = set(params.__annotations__) | own
        # What is streamed has a method of its own, and `parse_as` is for older versions of the SDK.
        assert set(inspect.signature(method).parameters) - {"parse_as", "stream"} == known


def test_errors_have_the_same_names_and_parents() -> None:
    for name in set(compat.__all__) - {"NotOfferedError"}:
        mine, yours = getattr(compat, name), getattr(openai, name)
        if isinstance(mine, type) and issubclass(mine, Exception):
            parents = [cls.__name__ for cls in mine.__mro__ if cls.__module__.startswith("accord")]
            assert parents == [cls.__name__ for cls in yours.__mro__ if cls.__module__.startswith("openai")]


def test_what_is_left_out_is_not_sent_and_what_is_none_is() -> None:
    made, transport = client()
    made.chat.completions.create(model="gpt-4.1", messages=HELLO, temperature=None, seed=3)
    sent = loads_object(whole(transport.calls[0].body))
    assert set(sent) == {"model", "messages", "temperature", "seed"}
    assert (sent["model"], sent["seed"], sent["temperature"]) == ("gpt-4.1", 3, None)


def test_extras_of_a_call() -> None:
    made, transport = client(default_headers={"X-Team": "a"}, timeout=20.0, max_retries=0)
    made.chat.completions.create(
        model="gpt-4.1", messages=HELLO, extra_headers={"X-Call": "1"}, extra_body={"new_field": {"a": 1}}, timeout=3
    )
    call = transport.calls[0]
    assert {("x-team", "a"), ("x-call", "1"), ("authorization", "Bearer sk-test-mine")} <= set(call.headers)
    assert loads_object(whole(call.body))["new_field"] == {"a": 1}
    assert (call.timeouts.connect, call.timeouts.first_byte, call.timeouts.idle) == (3, 3, 3)
    with pytest.raises(compat.OpenAIError, match="extra_query"):
        made.chat.completions.create(model="gpt-4.1", messages=HELLO, extra_query={"a": "b"})


def test_a_wrong_keyword_is_an_ordinary_error() -> None:
    with pytest.raises(TypeError, match="temprature"):
        client()[0].chat.completions.create(model="gpt-4.1", messages=HELLO, temprature=1)


def test_a_server_of_ones_own_gets_every_call_by_the_name_as_written() -> None:
    made, transport = client(base_url="http://127.0.0.1:9/v1/")
    made.chat.completions.create(model="openai/gpt-oss-120b", messages=HELLO)
    assert transport.calls[0].url == "http://127.0.0.1:9/v1/chat/completions"
    assert loads_object(whole(transport.calls[0].body))["model"] == "openai/gpt-oss-120b"


def test_a_key_is_for_openai_alone() -> None:
    made, transport = client(environ={"GROQ_API_KEY": "sk-test-other"})
    made.chat.completions.create(model="groq/llama-3.3-70b-versatile", messages=HELLO)
    assert ("authorization", "Bearer sk-test-other") in transport.calls[0].headers
    with pytest.raises(compat.OpenAIError, match="ANTHROPIC_API_KEY"):
        made.chat.completions.create(model="anthropic/claude-sonnet-4-6", messages=HELLO)


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (timed_out("no answer", sent="yes", phase="head"), compat.APITimeoutError),
        (unreachable("refused", sent="yes", phase="connect"), compat.APIConnectionError),
        (Reply(status=429, body=b"{}"), compat.RateLimitError),
    ],
)
def test_failures_are_the_sdks_and_have_accords_behind_them(failure, kind) -> None:
    with pytest.raises(kind) as caught:
        client(failure, max_retries=0)[0].chat.completions.create(model="gpt-4.1", messages=HELLO)
    assert isinstance(caught.value.__cause__, accord.ProviderError)


def test_a_model_that_nobody_knows_is_a_bad_request() -> None:
    with pytest.raises(compat.BadRequestError) as caught:
        client()[0].chat.completions.create(model="opnai/gpt-4.1", messages=HELLO)
    assert (caught.value.param, "openai" in str(caught.value)) == ("model", True)


def test_arguments_of_the_client_that_cannot_work() -> None:
    with pytest.raises(compat.OpenAIError, match="are texts, got function"):
        client(api_key=lambda: "sk-test")
    with pytest.raises(compat.OpenAIError, match="http://"):
        client(base_url="127.0.0.1:9/v1")
    with pytest.raises(compat.OpenAIError, match="give one of them"):
        client(base_url="http://127.0.0.1:9/v1", provider=accord.OpenAI(api_key="sk-test"))


def test_a_key_is_never_seen() -> None:
    made, _ = client(Reply(status=401, body=b'{"error":{"message":"bad"}}'), max_retries=0)
    with pytest.raises(compat.AuthenticationError) as caught:
        made.chat.completions.create(model="gpt-4.1", messages=HELLO)
    assert "sk-test-mine" not in repr(made) + repr(caught.value) + str(caught.value) + repr(caught.value.__cause__)


def test_what_cannot_be_written_is_said() -> None:
    with pytest.raises(compat.OpenAIError, match="JSON"):
        client()[0].chat.completions.create(model="gpt-4.1", messages=HELLO, metadata={"a": object()})


def test_what_is_not_there_says_what_to_use_instead() -> None:
    made, _ = client()
    for name, words in (("files", "by its data or address"), ("batches", "AsyncOpenAI"), ("realtime", "no realtime")):
        with pytest.raises(compat.NotOfferedError, match=rf"^{name} is not in accord\.compat\.openai: .*{words}"):
            getattr(made, name)
        assert not hasattr(made, name)
    with pytest.raises(compat.OpenAIError, match=r"chat\.completions\.retrieve is not in.*Conversation"):
        made.chat.completions.retrieve("id")
    with pytest.raises(
        compat.OpenAIError, match=r"no chat\.completions\.creat: did you mean chat\.completions\.create\?"
    ):
        made.chat.completions.creat()
    with pytest.raises(compat.OpenAIError, match=r"with_raw_response is not in.*answer\.accord"):
        made.chat.completions.with_raw_response  # noqa: B018
    with pytest.raises(AttributeError, match="_private"):
        made._private  # noqa: B018


def resources(made: Any, path: str = "") -> Iterator[str]:
    for name in sorted(dir(made)):
        value = None if name.startswith(("_", "with_")) else getattr(made, name)
        if isinstance(value, SyncAPIResource):
            yield from resources(value, f"{path}{name}.")
        elif path and callable(value):
            yield path + name


@pytest.mark.parametrize("ours", [OpenAI, AsyncOpenAI])
def test_every_method_of_the_sdk_is_there_or_says_what_to_use_instead(ours) -> None:
    made: Any = ours(api_key="sk-test", environ={})
    there = 0
    for path in resources(openai.OpenAI(api_key="sk-test")):
        try:
            functools.reduce(getattr, path.split("."), made)
        except compat.NotOfferedError as error:
            assert " is not in accord.compat.openai: " in str(error), path  # noqa: PT017 - most are there or not by turns
        else:
            there += 1
    assert there == 18


def test_options_for_some_calls() -> None:
    made, transport = client(default_headers={"x-a": "1"}, timeout=20, max_retries=1)
    other = made.copy(timeout=3, max_retries=0, default_headers={"X-B": "2"})
    other.chat.completions.create(model="gpt-4.1", messages=HELLO)
    made.chat.completions.create(model="gpt-4.1", messages=HELLO)
    with_options, without = transport.calls
    assert (with_options.timeouts.first_byte, without.timeouts.first_byte) == (3, 20)
    assert {("x-a", "1"), ("x-b", "2")} <= set(with_options.headers)
    assert ("x-b", "2") not in without.headers
    assert made.spending.total.calls == other.spending.total.calls == 2


def test_spending_is_counted_and_limits_hold() -> None:
    made, transport = client()
    answer = made.chat.completions.create(model="gpt-4.1", messages=HELLO)
    assert answer.accord.cost.amount == made.spending.total.amount > 0
    with accord.spend_limit("0.000001"), pytest.raises(accord.SpendLimitReached):
        made.chat.completions.create(model="gpt-4.1", messages=HELLO)
    assert len(transport.calls) == 1


class TestObjects:
    answer = ChatCompletion.model_validate(loads_object(BODY))

    def test_they_read_as_attributes_and_dump_as_they_came(self) -> None:
        assert self.answer.choices[0].message.content == "Hi"
        assert self.answer.choices[0].message.reasoning_content == "Hm"
        assert self.answer.choices[0].message.tool_calls is None
        assert self.answer.to_dict() == loads_object(BODY)
        assert self.answer.model_dump()["service_tier"] is None
        assert "service_tier" not in self.answer.model_dump(exclude_none=True)
        assert self.answer.model_dump(include={"id"}) == {"id": "c"}
        assert loads_object(self.answer.to_json()) == loads_object(BODY)
        with pytest.raises(AttributeError, match="ChatCompletion has no 'choises'"):
            self.answer.choises  # noqa: B018

    def test_an_answer_cannot_hide_a_method(self) -> None:
        hostile = ChatCompletionMessage(content="a", model_dump="b", self="c", _extra="d", __class__="e")
        assert hostile.model_dump()["model_dump"] == "b"
        assert hostile.to_dict() == {"content": "a", "model_dump": "b", "self": "c", "_extra": "d", "__class__": "e"}

    def test_they_can_be_changed_copied_and_pickled(self) -> None:
        message = copy.deepcopy(self.answer).choices[0].message
        message.tool_calls = []
        assert message.to_dict()["tool_calls"] == []
        assert pickle.loads(pickle.dumps(self.answer)) == self.answer != message
        assert "reasoning_content='Hm'" in repr(self.answer)

    def test_they_are_read_as_pairs_and_copied_with_changes(self) -> None:
        assert dict(self.answer)["id"] == "c"
        assert dict(self.answer).keys() == self.answer.model_dump().keys()
        other = self.answer.model_copy(update={"id": "d"})
        assert (other.id, self.answer.id, other.choices is self.answer.choices) == ("d", "c", True)
        assert other.to_dict() == {**self.answer.to_dict(), "id": "d"}
        assert self.answer.model_copy(deep=True).choices[0] is not self.answer.choices[0]
        assert self.answer.model_copy() == self.answer

    def test_a_misspelt_name_has_a_neighbour_for_python_to_tell(self) -> None:
        with pytest.raises(AttributeError) as caught:
            self.answer.choises  # noqa: B018
        assert (caught.value.name, caught.value.obj) == ("choises", self.answer)
        with pytest.raises(AttributeError) as caught:
            accord.Clent  # type: ignore[attr-defined]  # noqa: B018
        assert (caught.value.name, caught.value.obj) == ("Clent", accord)


def test_an_argument_that_is_omitted_is_not_sent() -> None:
    """By the name that the SDK has for it, which is no module's."""
    made, transport = client()
    made.chat.completions.create(model="gpt-4.1", messages=HELLO, temperature=compat.omit, top_p=compat.NOT_GIVEN)
    assert loads_object(whole(transport.calls[0].body)).keys() == {"model", "messages"}


@pytest.mark.parametrize(
    "package", ["accord", "accord.compat.openai", "accord.testing", "accord.routing", "accord.providers"]
)
def test_no_public_name_is_a_modules_too(package: str) -> None:
    """Importing the module would put it in the place of what was meant."""
    found = importlib.import_module(package)
    modules = {name for _, name, _ in pkgutil.iter_modules(getattr(found, "__path__", ()))}
    assert not modules & set(found.__all__)


def test_the_body_of_a_failure_is_there_in_openais_form() -> None:
    made, _ = client(Reply(status=400, body=b'{"error": {"message": "no", "code": "x"}}'), max_retries=0)
    with pytest.raises(compat.BadRequestError) as caught:
        made.chat.completions.create(model="gpt-4.1", messages=HELLO)
    response = caught.value.response
    assert response.json()["error"] == caught.value.body
    assert loads_object(response.content) == loads_object(response.text.encode()) == response.json()


def test_importing_is_light_and_needs_no_pydantic() -> None:
    script = (
        "import sys; from accord.compat.openai import OpenAI; OpenAI(api_key='sk-test'); "
        "print(sorted({'asyncio', 'pydantic', 'openai', 'httpx2', 'accord.gateway'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
