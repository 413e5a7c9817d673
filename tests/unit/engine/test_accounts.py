"""Two accounts in a router of the library: what is marked, who is asked, and what another account gets."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import accord
from accord.core.account import account_in, tag_of
from accord.core.message import Message, user
from accord.core.option import Options
from accord.core.part import File, Image, Media, Reasoning, Text
from accord.core.tool import HostedTool
from accord.engine.account import accounts_of
from accord.engine.target import Target
from accord.providers import Anthropic, Azure, Compatible, OpenAI
from accord.routing import AsyncRouter, Router, RouteTarget, RouteWish
from accord.testing import Failure, FakeProvider, Reply

THOUGHT = Reply(content=(Reasoning(summary=("Hmm",)), Text(text="Four")))
LAX = Options(on_unsupported="drop")
ONE = tag_of("one")


@pytest.fixture(scope="module")
def fakes() -> Iterator[dict[str, FakeProvider]]:
    with FakeProvider(key="sk-test-one") as one, FakeProvider(key="sk-test-two") as two:
        yield {"one": one, "two": two}


@pytest.fixture
def accounts(fakes: dict[str, FakeProvider]) -> dict[str, FakeProvider]:
    for fake in fakes.values():
        fake.clear()
        fake.always(THOUGHT)
    return fakes


def targets(fakes: dict[str, FakeProvider], model: str = "gpt-5.4-mini", **more: Any) -> list[RouteTarget]:
    return [
        RouteTarget(
            model=model,
            name=name,
            provider=OpenAI(
                api_key=fake.key,
                base_url=fake.url,
                hosted_by_openai=True,
                dialect="openai_responses",
                retries=0,
                **more,
            ),
            tier=tier,
        )
        for tier, (name, fake) in enumerate(fakes.items())
    ]


@pytest.fixture
def router(accounts: dict[str, FakeProvider]) -> Iterator[Router]:
    with Router(targets(accounts)) as made:
        yield made


def asked(fakes: dict[str, FakeProvider]) -> list[str]:
    return [name for name, fake in fakes.items() for _ in fake.requests]


def said(fake: FakeProvider) -> Any:
    return json.loads(fake.requests[-1].body)["input"]


def thinking(messages: Any) -> accord.ChatRequest:
    talk = (user(messages),) if isinstance(messages, str) else tuple(messages)
    return accord.ChatRequest(model="", messages=talk, reasoning=accord.ReasoningConfig(effort="low"), store=False)


def answered(router: Router, messages: Any, *, stream: bool, options: Options = LAX) -> accord.ChatResponse:
    if not stream:
        return router.chat_completion(thinking(messages), options=options)
    with router.chat_completion_stream(thinking(messages), options=options) as opened:
        list(opened)
    return opened.response


@pytest.mark.parametrize("stream", [False, True])
def test_the_library_marks_and_drops_as_the_gateway_does(
    accounts: dict[str, FakeProvider], router: Router, stream: bool
) -> None:
    first = answered(router, "2+2", stream=stream)
    (thought,) = [part for part in first.choices[0].message.parts if isinstance(part, Reasoning)]
    assert account_in(thought.encrypted or "") == ONE
    assert account_in(thought.id or "") == ONE
    talk = [user("2+2"), first.choices[0].message, user("Sure?")]
    second = answered(router, talk, stream=stream)
    assert not second.warnings
    assert [item["type"] for item in said(accounts["one"])].count("reasoning") == 1
    accounts["one"].always(Failure(status=503, message="down"))
    third = answered(router, talk, stream=stream)
    assert any("another account than 'two'" in warning.message for warning in third.warnings)
    assert [item["type"] for item in said(accounts["two"])].count("reasoning") == 0
    accounts["two"].clear()
    with pytest.raises(accord.Overloaded):
        answered(router, talk, stream=stream, options=Options(on_unsupported="error", retries=0))
    assert not accounts["two"].requests


async def test_so_does_the_asynchronous_router(accounts: dict[str, FakeProvider]) -> None:
    async with AsyncRouter(targets(accounts)) as router:
        first = await router.chat_completion(thinking("2+2"))
        accounts["one"].always(Failure(status=503, message="down"))
        with pytest.raises(accord.Overloaded):
            await router.chat_completion(thinking([user("2+2"), first.choices[0].message, user("Sure?")]))
    assert set(asked(accounts)) == {"one"}


def test_from_a_router_to_a_client(accounts: dict[str, FakeProvider], router: Router) -> None:
    first = answered(router, "2+2", stream=False)
    talk = [user("2+2"), first.choices[0].message, user("Sure?")]
    for name, fake in accounts.items():
        provider = OpenAI(
            api_key=fake.key, base_url=fake.url, hosted_by_openai=True, dialect="openai_responses", retries=0
        )
        with Router([RouteTarget(model="gpt-5.4-mini", name=name, provider=provider)]) as client:
            if name == "one":
                answered(client, talk, stream=False, options=Options())
            else:
                with pytest.raises(accord.Unsupported, match="another account than 'two'"):
                    answered(client, talk, stream=False, options=Options(on_unsupported="error", retries=0))


@pytest.mark.parametrize(
    "named",
    [
        File(source=Media(file_id="file-1")),
        Image(source=Media(file_id="file-1")),
        {"conversation": "conv_1"},
        {"prompt": {"id": "pmpt_1"}},
        HostedTool(dialect="openai_responses", raw={"type": "file_search", "vector_store_ids": ["vs_1"]}),
        HostedTool(dialect="openai_responses", raw={"type": "code_interpreter", "container": "cntr_1"}),
        HostedTool(
            dialect="openai_responses",
            raw={"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["file-1"]}},
        ),
    ],
    ids=lambda named: type(named).__name__,
)
def test_what_one_account_keeps_needs_a_name(accounts: dict[str, FakeProvider], router: Router, named: Any) -> None:
    request = accord.ChatRequest(
        model="",
        messages=(
            Message(role="user", parts=(Text(text="Hi"), *([named] if isinstance(named, File | Image) else []))),
        ),
        tools=(named,) if isinstance(named, HostedTool) else (),
        extra={"openai_responses": named} if isinstance(named, dict) else {},
    )
    with pytest.raises(accord.InvalidInput, match=r"one account alone.*RouteWish\.target"):
        router.chat_completion(request, options=LAX)
    assert not asked(accounts)


def test_what_nobody_keeps_needs_none(accounts: dict[str, FakeProvider], router: Router) -> None:
    tool = HostedTool(dialect="openai_responses", raw={"type": "code_interpreter", "container": {"type": "auto"}})
    router.chat_completion(accord.ChatRequest(model="", messages=(user("Hi"),), tools=(tool,)))
    assert asked(accounts) == ["one"]


def test_a_preferred_target_is_asked_before_its_turn(accounts: dict[str, FakeProvider], router: Router) -> None:
    wish = Options(route=RouteWish(prefer="two/gpt-5.4-mini"))
    router.chat_completion("Hi", options=wish)
    assert asked(accounts) == ["two"]
    accounts["two"].always(Failure(status=503, message="down"))
    assert router.chat_completion("Hi", options=wish).provider == "one"


def test_whose_accounts_could_be_taken_for_one_another() -> None:
    openai, azure = OpenAI(api_key="k"), Azure(api_key="k", base_url="https://a.openai.azure.com")
    claude, local = Anthropic(api_key="k"), Compatible(base_url="http://localhost/v1")
    a, b = Target("a", openai, "gpt-5.4-mini"), Target("b", azure, "gpt-5.4-mini")
    assert accounts_of([a, Target("a", openai, "gpt-5.4-nano")]) is None
    assert accounts_of([a, Target("c", claude, "claude-haiku-4-5")]) is None
    both = accounts_of([a, b, Target("c", claude, "claude-haiku-4-5")])
    assert both is not None
    assert both.marks
    assert both.account("c", named=False) is None
    for pair in (
        (Target("d", local, "m"), Target("e", local, "m")),
        (Target("f", claude, "c"), Target("g", claude, "c")),
    ):
        found = accounts_of(pair)
        assert found is not None
        assert not found.marks, "nothing of theirs is sealed for one account"


def test_a_file_is_where_files_can_be(accounts: dict[str, FakeProvider]) -> None:
    openai, other = targets(accounts)
    chat = Compatible(base_url=accounts["two"].url, api_key=accounts["two"].key)
    request = accord.ChatRequest(model="", messages=(user([Text(text="Hi"), File(source=Media(file_id="file-1"))]),))
    with Router([RouteTarget(model="m", name="two", provider=chat), openai]) as router:
        router.chat_completion(request)
    assert asked(accounts) == ["one"]
    several = Router([openai, other, RouteTarget(model="m", name="three", provider=chat)])
    with several, pytest.raises(accord.InvalidInput, match="one account alone"):
        several.chat_completion(request)
