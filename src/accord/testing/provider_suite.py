"""The suite every provider has to pass, ours and third parties': the same conversations, told to a fake of that provider.

    CASE = ProviderCase(vendor=MY_VENDOR, model="m-1", build=lambda url, key: Mine(api_key=key, base_url=url))

    @pytest.mark.parametrize("check", CHECKS)
    def test_my_provider(check):
        run_check(check, CASE)

Each check is a function of one argument and raises `AssertionError` where the provider is not what it promises.
"""

import json
from collections.abc import Callable
from typing import Literal

import msgspec

from accord.client.client import Client
from accord.core.error import Authentication, Interrupted, ProviderError, RateLimited
from accord.core.finish import Finish
from accord.core.message import tool_result, user
from accord.core.option import Options
from accord.core.part import Text
from accord.core.request import ChatRequest
from accord.core.tool import FunctionTool
from accord.providers.base import ProviderBase
from accord.testing.fake.behaviour import Failure, Reply
from accord.testing.fake.delivery import Cut, Delivery
from accord.testing.fake.provider import FakeProvider
from accord.testing.fake.vendor import Vendor

WEATHER = FunctionTool(
    name="weather",
    description="The weather in a city.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
DROP = Options(on_unsupported="drop", retries=0)


class ProviderCase(msgspec.Struct, frozen=True, kw_only=True):
    """A provider to check."""

    vendor: Vendor
    """A fake of its API: its paths, its door, and what it refuses."""
    model: str
    build: Callable[[str, str], ProviderBase]
    """Makes the provider for an address and a key."""


class Bench(msgspec.Struct, frozen=True):
    """A client of the provider, and what it talks to: a running fake, or (`live.py`) the real service."""

    client: Client[ProviderBase]
    model: str
    stranger: Callable[[str], ProviderBase]
    """The provider with another key."""
    running: FakeProvider | None = None
    """`None` is the real service."""

    @property
    def fake(self) -> FakeProvider:
        """The fake. Checks that need one are not run against real services."""
        assert self.running is not None, "this check needs a fake"
        return self.running

    def heard(self, text: str, expected: str) -> None:
        """The fake echoes; a real model says what it likes, but says something."""
        assert text == expected if self.running is not None else text.strip(), text

    def ended(self, finish: Finish | None) -> None:
        """An answer ended by itself, or at the few tokens that a real model is given."""
        assert finish is not None
        assert finish.unified == "stop" or (self.running is None and finish.unified == "length"), finish


Check = Callable[[Bench], None]


def run_check(check: Check, case: ProviderCase) -> None:
    """Runs one check over real sockets. Raises `AssertionError`."""
    with (
        FakeProvider(vendor=case.vendor, strict=False) as fake,
        Client(case.build(fake.url, fake.key)) as client,
    ):
        check(Bench(client, case.model, lambda key: case.build(fake.url, key), fake))


def answers(bench: Bench) -> None:
    """A question gets its answer, with finish, usage, and who gave it."""
    response = bench.client.chat_completion("Hello there", model=bench.model)
    bench.heard(response.text, "Hello there")
    bench.ended(response.finish)
    assert response.usage is not None
    assert response.usage.input
    assert response.usage.output
    assert response.provider == bench.client.name


def streams(bench: Bench) -> None:
    """A stream tells the same, piece by piece, and asks for usage in whatever way the host has."""
    with bench.client.chat_completion_stream("One two three four", model=bench.model) as stream:
        pieces = list(stream.text())
    bench.heard("".join(pieces), "One two three four")
    assert len(pieces) > 1 or bench.running is None
    bench.ended(stream.response.finish)
    assert stream.response.usage is not None
    assert stream.response.usage.output


def calls_tools(bench: Bench) -> None:
    """A tool is called, its result goes back, and the model answers with it."""
    first = user('call weather {"city": "Oslo"}')
    request = ChatRequest(model=bench.model, messages=(first,), tools=(WEATHER,))
    response = bench.client.chat_completion(request, options=DROP)
    assert response.finish is not None
    assert response.finish.unified == "tool_calls"
    call = response.tool_calls[0]
    assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "Oslo"})
    history = (first, response.choices[0].message, tool_result(call.id, "-3 C"))
    again = bench.client.chat_completion(msgspec.structs.replace(request, messages=history), options=DROP)
    assert ("-3 C" if bench.running is not None else "3") in again.text


def streams_tool_calls(bench: Bench) -> None:
    """Streamed calls are those of the whole answer."""
    message = user('call weather {"city": "Oslo"}')
    request = ChatRequest(model=bench.model, messages=(message,), tools=(WEATHER,))
    with bench.client.chat_completion_stream(request, options=DROP) as stream:
        list(stream)
    call = stream.response.tool_calls[0]
    assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "Oslo"})


def sends_what_was_asked(bench: Bench) -> None:
    """Every usual field is taken by the host, or said to have been left out: never refused by it."""
    request = ChatRequest(
        model=bench.model,
        messages=(user("Hello"),),
        max_output_tokens=1000,
        stop=("END",),
        temperature=0.5,
        seed=7,
        presence_penalty=0.1,
        frequency_penalty=0.1,
        user="u-1",
        metadata={"team": "blue"},
        cache_key="k-1",
        parallel_tool_calls=True,
        tools=(WEATHER,),
    )
    response = bench.client.chat_completion(request, options=DROP)
    bench.heard(response.text, "Hello")
    if bench.running is None:
        return
    body = bench.fake.last.body.decode()
    told = " ".join([warning.field for warning in response.warnings])
    for field, words in (("max_output_tokens", "1000"), ("stop", "END"), ("seed", "7"), ("temperature", "0.5")):
        assert words in body or field in told, f"`{field}` was neither sent nor said to be left out"


def refuses_a_bad_key(bench: Bench) -> None:
    """A wrong key is an authentication error, tried once, and never shown."""
    with Client(bench.stranger("sk-test-wrong-key")) as stranger:
        try:
            stranger.chat_completion(
                ChatRequest(messages=(user("x"),), max_output_tokens=16), model=bench.model, options=DROP
            )
        except ProviderError as error:
            assert isinstance(error, Authentication), error
            assert "sk-test-wrong-key" not in f"{error!r}{error}"
        else:
            raise AssertionError("a wrong key was let in")


def tells_rate_limits(bench: Bench) -> None:
    """429 is a rate limit that may pass, with the provider's own wait."""
    bench.fake.always(Failure(status=429, headers=(("retry-after", "7"),)))
    try:
        bench.client.chat_completion("x", model=bench.model, options=DROP)
    except RateLimited as error:
        assert error.retryable
        assert error.retry_after == 7
    else:
        raise AssertionError("429 was taken for an answer")


def tells_the_truth_of_cut_streams(bench: Bench) -> None:
    """A stream that ends half-way is interrupted, with what had arrived, and without a finish."""
    delivery = Delivery(fault=Cut(events=4, how="end"))
    bench.fake.script(Reply(content=(Text(text="one two three four five six"),), delivery=delivery))
    try:
        with bench.client.chat_completion_stream("x", model=bench.model) as stream:
            list(stream)
    except Interrupted as error:
        assert error.partial is not None
        assert "six" not in error.partial.text
        assert error.partial.finish is None
    else:
        raise AssertionError("half a stream was taken for a whole one")


class Weather(msgspec.Struct, frozen=True):
    """The weather in a city."""

    city: str
    degrees: int
    sky: Literal["clear", "cloudy"] = "clear"


def gives_values(bench: Bench) -> None:
    """An answer comes as a value of a type, by whatever means the host has, whole and streamed; so does a list of them."""
    client, model = bench.client, bench.model
    assert isinstance(client.parse("Oslo?", into=Weather, model=model, repairs=0, options=DROP), Weather)
    assert isinstance(client.parse("Oslo?", into=list[Weather], model=model, repairs=0, options=DROP), list)
    with client.parse_stream("Oslo?", into=Weather, model=model, options=DROP) as stream:
        partials = list(stream)
    assert isinstance(stream.value, Weather)
    assert partials[-1] == msgspec.to_builtins(stream.value)


CHECKS: tuple[Check, ...] = (
    answers,
    streams,
    calls_tools,
    streams_tool_calls,
    sends_what_was_asked,
    refuses_a_bad_key,
    tells_rate_limits,
    tells_the_truth_of_cut_streams,
    gives_values,
)
"""All checks."""

NEED_A_FAKE: tuple[Check, ...] = (tells_rate_limits, tells_the_truth_of_cut_streams)
"""Those that no real service can be asked for."""
