"""What a newcomer gets wrong in the first minutes: each mistake is told by its place, and by what would be right."""

# What type checkers refuse is what is tried here.
# pyright: reportArgumentType=false, reportCallIssue=false

import asyncio
import re
from collections.abc import Callable, Mapping

import pytest

import accord
from accord import (
    AsyncClient,
    ChatRequest,
    Client,
    ConfigError,
    EmbeddingRequest,
    FunctionTool,
    Image,
    ImageRequest,
    InvalidInput,
    Message,
    ModelNotFound,
    OpenAI,
    Options,
    ReasoningConfig,
    RequestContext,
    Text,
    Timeouts,
    user,
)
from accord.client.fitted import fitted
from accord.providers import Anthropic, VertexAI
from accord.testing import FakeProvider

NOWHERE = {"OPENAI_API_KEY": "sk-test-fake", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
OPTIONS = Options(retries=0)


@pytest.fixture
def client() -> Client:
    """Of a host that nobody answers at: what is refused here was refused before anything was sent."""
    return Client("openai/gpt-5.4-mini", environ=NOWHERE, options=OPTIONS)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (
            "openai/gpt-5.4-mini",
            'OpenAI needs a key: set OPENAI_API_KEY, or pass the provider: Client(OpenAI(api_key="..."))',
        ),
        ("gpt-5.4-mini", "set OPENAI_API_KEY"),
        ("groq/llama", "Groq needs a key: set GROQ_API_KEY"),
        ("vertex_ai/gemini-3.8-flash", "Vertex AI needs a project: set GOOGLE_CLOUD_PROJECT or"),
        ("vertex_ai/gemini-3.8-flash", 'Client(VertexAI(project="..."))'),
        ("azure/prod", "Azure OpenAI needs an address and a key: set AZURE_OPENAI_ENDPOINT or"),
        ("azure/prod", 'Client(Azure(base_url="...", api_key="..."))'),
    ],
)
def test_no_key(model: str, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        Client(model, environ={}).chat_completion("Hello")


def test_a_provider_without_a_key_is_told_before_it_is_asked() -> None:
    with pytest.raises(ConfigError, match=r'OpenAI\(api_key="..."\), or leave it to Client\("openai/gpt-5.4-mini"\)'):
        Client(OpenAI()).chat_completion("Hello", model="gpt-5.4-mini")
    with pytest.raises(ConfigError, match="the class OpenAI: make one of it"):
        Client(OpenAI)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("opnai/gpt-5.4-mini", "Did you mean openai/gpt-5.4-mini"),
        ("gtp-5.4-mini", "Write it as provider/model|Did you mean"),
        ("nobody/x", "no provider is known"),
        ("nobody/x", "Before the slash stands the provider: openai, anthropic,"),
        ("", "which model\\?"),
    ],
)
def test_a_wrong_model_string(model: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told) as caught:
        Client(environ=NOWHERE).chat_completion("Hello", model=model)
    assert caught.value.param == "model"


def test_a_model_that_the_provider_does_not_have_has_neighbours() -> None:
    with FakeProvider(models=("gpt-5.4-mini",)) as fake, Client(OpenAI(api_key=fake.key, base_url=fake.url)) as client:
        with pytest.raises(ModelNotFound, match=r"did you mean gpt-5\.4-mini") as caught:
            client.chat_completion("Hello", model="gpt-5.4-mni", options=OPTIONS)
        assert caught.value.nearest[0] == "gpt-5.4-mini"
        assert "did you mean" not in caught.value.message, "the provider's own words stay its own"
        with pytest.raises(ModelNotFound) as caught:
            client.chat_completion("Hello", model="gpt-5.4", options=OPTIONS)
        assert caught.value.nearest == (), "the name is right; it is the key that has no access"


METHODS: Mapping[str, str] = {
    "completion": "a string or CompletionRequest",
    "embeddings": "a string, strings or EmbeddingRequest",
    "image_generation": "a string or ImageRequest",
    "image_edit": "ImageEditRequest",
    "moderation": "a string, strings or ModerationRequest",
    "speech": "SpeechRequest",
    "speech_stream": "SpeechRequest",
    "transcription": "TranscriptionRequest",
    "transcription_stream": "TranscriptionRequest",
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("given", [None, 5, b"x", {"input": "x"}, 1.5], ids=repr)
async def test_every_method_says_what_it_takes(client: Client, method: str, given: object) -> None:
    told = f"`request` must be {METHODS[method]}, got {type(given).__name__}"
    with pytest.raises(InvalidInput, match=re.escape(told)):
        getattr(client, method)(given)
    waiting = AsyncClient("openai/gpt-5.4-mini", environ=NOWHERE)
    with pytest.raises(InvalidInput, match=re.escape(told)):
        await getattr(waiting, method)(given)


CONVERSATIONS: Mapping[str, Callable[[Client, object], object]] = {
    "chat_completion": lambda client, given: client.chat_completion(given),
    "chat_completion_stream": lambda client, given: client.chat_completion_stream(given),
    "estimate": lambda client, given: client.estimate(given),
    "parse": lambda client, given: client.parse(given, into=int),
    "parse_stream": lambda client, given: client.parse_stream(given, into=int),
    "run_tools": lambda client, given: client.run_tools(given, tools=[]),
}


@pytest.mark.parametrize("method", CONVERSATIONS)
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "a conversation is a string, .* got NoneType"),
        (b"x", "got bytes"),
        ([], "the conversation is empty"),
        (["Hello"], r"messages must be Message values, or all of them dicts; `messages\[0\]` is str"),
        ([user("a"), {"role": "user", "content": "b"}], r"`messages\[1\]` is dict"),
        ([{"role": "user", "content": "b"}, user("a")], r"`messages\[0\]` is dict|`messages\[1\]` is Message"),
        ([{"role": "usr", "content": "x"}], r"messages\[0\].role"),
        ({"role": "user", "content": "x"}, "`messages`: is missing"),
    ],
)
def test_what_is_no_conversation(client: Client, method: str, given: object, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        CONVERSATIONS[method](client, given)


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (ChatRequest(messages="Hello"), "`messages` must be a tuple of Message, got 'Hello'"),
        (ChatRequest(messages=(Message(role="usr"),)), "`messages[0].role` must be 'system', 'developer', 'user', "),
        (ChatRequest(messages=(Message(role="usr"),)), "got 'usr' (did you mean 'user'?)"),
        (
            ChatRequest(messages=(Message(role="user", parts="Hello"),)),
            "`messages[0].parts` must be a tuple of Text, Image",
        ),
        (ChatRequest(messages=(user([Text(text=5)]),)), "`messages[0].parts[0].text` must be str, got int"),
        (ChatRequest(messages=(user([Image(source="photo.jpg")]),)), "`messages[0].parts[0].source` must be Media"),
        (ChatRequest(messages=(user("x"),), temperature="hot"), "`temperature` must be float, got 'hot'"),
        (ChatRequest(messages=(user("x"),), max_output_tokens=True), "`max_output_tokens` must be int, got bool"),
        (ChatRequest(messages=(user("x"),), stop=("a", 5)), "`stop[1]` must be str, got int"),
        (ChatRequest(messages=(user("x"),), stop="a"), "`stop` must be a tuple of str"),
        (ChatRequest(messages=(user("x"),), tools=(len,)), "`tools[0]` must be FunctionTool"),
        (ChatRequest(messages=(user("x"),), reasoning="high"), "`reasoning` must be ReasoningConfig, got 'high'"),
        (ChatRequest(messages=(user("x"),), reasoning=ReasoningConfig(effort="hig")), "(did you mean 'high'?)"),
        (
            ChatRequest(messages=(user("x"),), response_format={"type": "json"}),
            "`response_format` must be JsonObjectFormat or",
        ),
    ],
)
def test_a_wrong_field_is_named_before_anything_is_sent(client: Client, request_: ChatRequest, told: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(told)) as caught:
        client.chat_completion(request_)
    assert caught.value.param
    assert f"`{caught.value.param}`" in str(caught.value)


def test_no_text_of_a_caller_is_in_the_message(client: Client) -> None:
    with pytest.raises(InvalidInput) as caught:
        client.chat_completion(ChatRequest(messages="my secret plans for the summer"))
    assert "secret" not in str(caught.value)


EVERY_WIRE = [
    OpenAI(api_key="sk-test", base_url="http://127.0.0.1:9"),
    OpenAI(api_key="sk-test", base_url="http://127.0.0.1:9", dialect="openai_responses"),
    Anthropic(api_key="sk-test", base_url="http://127.0.0.1:9"),
    VertexAI(project="p", access_token="sk-test", base_url="http://127.0.0.1:9"),
]
MODELS = {"openai": "gpt-5.4-mini", "anthropic": "claude-haiku-4-5", "vertex_ai": "gemini-3.8-flash"}
ODD = FunctionTool(name="f", parameters={"type": "object", "properties": {"a": {"default": object()}}})


@pytest.mark.parametrize("provider", EVERY_WIRE, ids=lambda one: f"{one.type} {one.dialect or ''}")
@pytest.mark.parametrize(
    ("given", "options", "told"),
    [
        (user("a\udcff"), OPTIONS, r"half a character \(U\+DCFF\)"),
        (ChatRequest(messages=(user("x"),), tools=(ODD,)), OPTIONS, "objects of type object is unsupported"),
        (user("x"), Options(extra_body={"a": object()}), "objects of type object is unsupported"),
        (
            ChatRequest(messages=(user("x"),), temperature=float("nan")),
            OPTIONS,
            "`temperature` must be a finite number, got nan",
        ),
    ],
)
def test_what_json_has_no_form_for_is_said_on_every_wire(
    provider: OpenAI | Anthropic | VertexAI, given: Message | ChatRequest, options: Options, told: str
) -> None:
    with Client(provider) as client, pytest.raises(InvalidInput, match=told):
        client.chat_completion(given, model=MODELS[provider.type], options=options)


def test_and_in_other_operations(client: Client) -> None:
    for act in (client.embeddings, client.moderation, client.image_generation, client.completion):
        with pytest.raises(InvalidInput, match="half a character"):
            act("a\udcff")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"options": {"timeout": 5}}, "`options` must be Options(...), got dict"),
        ({"options": Options(retries="3")}, "`options.retries` must be int, got '3'"),
        ({"options": Options(retries=-1)}, "`options.retries` must be 0 or more, got -1"),
        ({"options": Options(on_unsupported="ignore")}, "`options.on_unsupported` must be 'error' or 'drop'"),
        ({"options": Options(timeouts=Timeouts(connect="5"))}, "`options.timeouts.connect` must be float, got '5'"),
        ({"options": Options(timeouts=5)}, "`options.timeouts` must be Timeouts, got int"),
        ({"context": {"tags": {}}}, "`context` must be RequestContext(...), got dict"),
        ({"context": RequestContext(deadline="5")}, "`context.deadline` must be float, got '5'"),
        ({"model": 5}, "`model` must be a name such as 'openai/gpt-5.4-mini', got int"),
    ],
)
def test_wrong_arguments(client: Client, arguments: Mapping[str, object], told: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(told)):
        client.chat_completion("Hello", **arguments)
    with pytest.raises(InvalidInput, match=re.escape(told)):
        client.embeddings("Hello", **arguments)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda client: Client("openai/x", environ=NOWHERE, options={"retries": 1}), "`options` must be Options(...)"),  # type: ignore[call-overload]
        (lambda client: Client("openai/x", environ=NOWHERE, observers=print), "`observers` must be a list of observers"),  # type: ignore[call-overload]
        (lambda client: Client("openai/x", environ=NOWHERE, observers=[print]), "`observers[0]` must be an object with a method"),
        (lambda client: client.parse("Hi", into=int, repairs=-1), "`repairs` must be a whole number of at least 0, got -1"),
        (lambda client: client.parse("Hi", into=int, repairs="1"), "`repairs` must be a whole number of at least 0, got '1'"),
        (lambda client: client.run_tools("Hi", tools=[], max_steps=0), "`max_steps` must be a whole number of at least 1"),
        (lambda client: client.run_tools("Hi", tools=None), "`tools` must be a list of functions, got NoneType"),
        (lambda client: client.run_tools("Hi", tools=len), "`tools` must be a list of functions"),
        (lambda client: client.run_tools("Hi", tools=[5]), "a tool is a function, got int"),
        (lambda client: client.calculate_cost(5), "`usage` must be a Usage, such as response.usage, got int"),
        (lambda client: user(5), "a message is made of strings and parts (Text, Image, ...), not of int"),
        (lambda client: user(None), "not of NoneType"),
        (lambda client: client.embeddings([]), "no text was given"),
        (lambda client: client.embeddings(["a", 5]), "`input[1]` must be str or a tuple of int, got int"),
        (lambda client: client.embeddings(EmbeddingRequest(input=("a",), dimensions="3")), "`dimensions` must be int"),
        (lambda client: client.image_generation(ImageRequest(prompt="x", n="2")), "`n` must be int, got '2'"),
    ],
)  # fmt: skip
def test_other_arguments(client: Client, act: Callable[[Client], object], told: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(told)):
        act(client)


def test_the_same_for_asyncio() -> None:
    async def asked() -> None:
        async with AsyncClient("openai/gpt-5.4-mini", environ=NOWHERE) as client:
            with pytest.raises(InvalidInput, match="temperature"):
                await client.chat_completion(ChatRequest(messages=(user("x"),), temperature="hot"))
            with pytest.raises(InvalidInput, match="options"):
                await client.chat_completion("x", options={})

    asyncio.run(asked())


def test_what_fits_stays_itself_and_lists_become_tuples() -> None:
    fine = ChatRequest(model="m", messages=(user("x"),), temperature=1, stop=("a",), logit_bias={"1": 2.0})
    assert fitted(fine) is fine
    listed = ChatRequest(messages=[user("x")], stop=["a"])
    assert fitted(listed) == ChatRequest(messages=(user("x"),), stop=("a",))


def test_every_public_request_can_be_looked_at() -> None:
    """No annotation of a field is one that the look at it does not understand."""
    for cls in (ChatRequest, EmbeddingRequest, ImageRequest, Options, RequestContext, Timeouts):
        made = cls(**{name: "x" for name in ("input", "prompt") if name in cls.__struct_fields__})
        if cls is not EmbeddingRequest:
            assert fitted(made) is made
    assert accord.user("x") == fitted(accord.user("x"))
