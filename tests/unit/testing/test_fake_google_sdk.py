"""Google's own SDK takes the fake for the Gemini API."""

import pytest
from google import genai
from google.genai import errors, types

from accord.core.part import Citation, Image, Media, Reasoning, Refusal, Text, ToolCall
from accord.core.usage import Usage
from accord.testing import Break, Failure, FakeProvider, Reply

FLASH = "gemini-3.8-flash"
WEATHER = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="weather",
            parameters_json_schema={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        )
    ]
)
TOOLS = types.GenerateContentConfig(
    tools=[WEATHER], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
)


@pytest.fixture
def google():
    with FakeProvider("gemini") as fake:
        yield fake


@pytest.fixture
def sdk(google):
    options = types.HttpOptions(base_url=google.url, retry_options=types.HttpRetryOptions(attempts=1))
    with genai.Client(api_key=google.key, http_options=options) as client:
        yield client


def said(text: str) -> types.Content:
    return types.Content(role="user", parts=[types.Part(text=text)])


def test_an_answer(sdk) -> None:
    answer = sdk.models.generate_content(model=FLASH, contents="Hello there")
    assert answer.text == "Hello there"
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    usage = answer.usage_metadata
    assert (
        usage.total_token_count == usage.prompt_token_count + usage.candidates_token_count + usage.thoughts_token_count
    )


def test_a_stream_with_thoughts(sdk) -> None:
    config = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(include_thoughts=True))
    chunks = list(sdk.models.generate_content_stream(model=FLASH, contents="Hello there", config=config))
    parts = [part for chunk in chunks for part in chunk.candidates[0].content.parts]
    assert "".join([part.text for part in parts if part.thought]).startswith("The user")
    assert "".join([part.text for part in parts if not part.thought]) == "Hello there"
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP
    assert parts[-1].thought_signature
    assert chunks[-1].usage_metadata.total_token_count > 0


def test_a_tool_loop_and_its_signature(sdk) -> None:
    question = said('call weather {"city": "Oslo"}\ncall weather {"city": "Rome"}')
    answer = sdk.models.generate_content(model=FLASH, contents=[question], config=TOOLS)
    calls = answer.function_calls
    assert [call.args for call in calls] == [{"city": "Oslo"}, {"city": "Rome"}]
    parts = answer.candidates[0].content.parts
    assert parts[0].thought_signature
    assert not parts[1].thought_signature
    results = types.Content(
        role="user",
        parts=[
            types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name, response={"output": "7 C"}))
            for call in calls
        ],
    )
    content = answer.candidates[0].content
    assert (
        sdk.models.generate_content(model=FLASH, contents=[question, content, results], config=TOOLS).text == "7 C\n7 C"
    )

    unsigned = content.model_copy(deep=True)
    unsigned.parts[0].thought_signature = None
    with pytest.raises(errors.ClientError, match="missing a `thought_signature`"):
        sdk.models.generate_content(model=FLASH, contents=[question, unsigned, results], config=TOOLS)
    unsigned.parts[0].thought_signature = b"forged"
    with pytest.raises(errors.ClientError, match="signature is not valid"):
        sdk.models.generate_content(model=FLASH, contents=[question, unsigned, results], config=TOOLS)
    with pytest.raises(errors.ClientError, match="signature is not valid"):
        sdk.models.generate_content(model="gemini-3.7-flash", contents=[question, content, results], config=TOOLS)
    # A turn that is over needs no signatures.
    unsigned.parts[0].thought_signature = None
    again = [question, unsigned, results, types.Content(role="model", parts=[types.Part(text="7 C")]), said("Thanks")]
    assert sdk.models.generate_content(model=FLASH, contents=again, config=TOOLS).text == "Thanks"


def test_structured_output(sdk) -> None:
    config = types.GenerateContentConfig(
        response_mime_type="application/json",
        response_json_schema={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    )
    assert sdk.models.generate_content(model=FLASH, contents="x", config=config).parsed == {"n": 1}


def test_a_script_of_everything(sdk, google) -> None:
    reply = Reply(
        content=(
            Reasoning(text="Hm."),
            Text(text="Ünder", citations=(Citation(url="https://example.com", title="W", start=1, end=5),)),
            Image(source=Media(data="aGk=", media_type="image/png")),
            ToolCall(id="abc", name="weather", arguments='{"a": 1}', signature="c2ln"),
        ),
        finish="length",
        usage=Usage(input=100, output=20, cached=60, reasoning=5),
    )
    google.script(reply, reply)
    answers = [
        sdk.models.generate_content(model=FLASH, contents="x", config=TOOLS),
        *list(sdk.models.generate_content_stream(model=FLASH, contents="x", config=TOOLS))[-1:],
    ]
    for answer in answers:
        assert answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
        support = answer.candidates[0].grounding_metadata.grounding_supports[0].segment
        assert (support.start_index, support.end_index) == (2, 6)  # bytes, not characters
        usage = answer.usage_metadata
        assert (usage.prompt_token_count, usage.candidates_token_count, usage.thoughts_token_count) == (100, 15, 5)
        assert usage.cached_content_token_count == 60
    parts = answers[0].candidates[0].content.parts
    assert [part.thought for part in parts] == [True, None, None, None]
    assert parts[2].inline_data.data == b"hi"
    assert parts[3].function_call.id == "abc"
    assert parts[3].thought_signature == b"sig"


def test_a_blocked_prompt(sdk, google) -> None:
    google.reply(Refusal(text="Blocked."))
    answer = sdk.models.generate_content(model=FLASH, contents="x")
    assert answer.candidates is None
    assert answer.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


@pytest.mark.parametrize(
    ("status", "error", "word"),
    [
        (400, errors.ClientError, "INVALID_ARGUMENT"),
        (403, errors.ClientError, "PERMISSION_DENIED"),
        (404, errors.ClientError, "NOT_FOUND"),
        (429, errors.ClientError, "RESOURCE_EXHAUSTED"),
        (500, errors.ServerError, "INTERNAL"),
        (503, errors.ServerError, "UNAVAILABLE"),
    ],
)
def test_errors_reach_the_right_class(sdk, google, status, error, word) -> None:
    google.script(Failure(status=status), Failure(status=status))
    with pytest.raises(error) as caught:
        sdk.models.generate_content(model=FLASH, contents="x")
    assert (caught.value.code, caught.value.status) == (status, word)
    with pytest.raises(error):
        list(sdk.models.generate_content_stream(model=FLASH, contents="x"))


def test_an_error_in_the_middle_of_a_stream(sdk, google) -> None:
    google.script(Reply(breaks=Break(failure=Failure(status=503), events=1)))
    seen = []
    with pytest.raises(errors.APIError):
        seen += list(sdk.models.generate_content_stream(model=FLASH, contents="one two three"))


def test_counting_embeddings_and_models(sdk) -> None:
    assert sdk.models.count_tokens(model=FLASH, contents="a b c").total_tokens > 0
    vectors = sdk.models.embed_content(model="gemini-embedding-001", contents=["a", "b"]).embeddings
    assert [len(vector.values) for vector in vectors] == [16, 16]
    assert "models/echo" in [model.name for model in sdk.models.list()]


def test_a_wrong_key(google) -> None:
    options = types.HttpOptions(base_url=google.url, retry_options=types.HttpRetryOptions(attempts=1))
    with (
        genai.Client(api_key="sk-test-wrong", http_options=options) as client,
        pytest.raises(errors.ClientError) as caught,
    ):
        client.models.generate_content(model=FLASH, contents="x")
    assert caught.value.code == 400
    assert "API_KEY_INVALID" in str(caught.value.details)
