"""The list of models, by each vendor's own SDK: whole, page by page, one by one, and what is not there."""

from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors, types

KEY = "sk-test-gateway"
SLASHED = "openai/gpt-5.4-mini"


@pytest.fixture(scope="module")
def client(served: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=served.url, api_key=KEY, max_retries=0) as made:
        yield made


@pytest.fixture(scope="module")
def claude(served: Any) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=served.origin, api_key=KEY, max_retries=0) as made:
        yield made


@pytest.fixture(scope="module", params=["v1beta", "v1"])
def google(served: Any, request: pytest.FixtureRequest) -> Iterator[genai.Client]:
    made = genai.Client(
        api_key=KEY, http_options=types.HttpOptions(base_url=served.origin, api_version=str(request.param))
    )
    yield made
    made.close()


def names(client: openai.OpenAI) -> list[str]:
    return [model.id for model in client.models.list()]


def test_openai(client: openai.OpenAI) -> None:
    listed = list(client.models.list())
    assert listed[0].id == "fast"
    assert all(model.object == "model" and model.created > 0 and model.owned_by for model in listed)
    assert len({model.id for model in listed}) == len(listed)
    for name in ("fast", SLASHED):
        assert client.models.retrieve(name).id == name
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("nope")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


@pytest.mark.parametrize("limit", [7, 1000])
def test_anthropic(client: openai.OpenAI, claude: anthropic.Anthropic, limit: int) -> None:
    assert [model.id for model in claude.models.list(limit=limit)] == names(client)
    first = claude.models.list(limit=7)
    assert (len(first.data), first.has_more, first.first_id) == (7, True, "fast")
    before = claude.models.list(before_id=first.data[3].id)
    assert [model.id for model in before.data] == [model.id for model in first.data[:3]]
    for name in ("fast", SLASHED):
        model = claude.models.retrieve(name)
        assert (model.id, model.type) == (name, "model")
        assert model.display_name
        assert model.lifecycle in ("active", "deprecated")


def test_anthropics_errors(claude: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as caught:
        claude.models.retrieve("nope")
    assert caught.value.body["type"] == "error"  # type: ignore[index]
    assert caught.value.type == "not_found_error"
    with pytest.raises(anthropic.BadRequestError, match="limit"):
        claude.models.list(limit=0)
    with pytest.raises(anthropic.AuthenticationError) as refused:
        claude.with_options(api_key="sk-test-wrong").models.list()
    assert refused.value.type == "authentication_error"


@pytest.mark.parametrize("size", [7, 1000])
def test_google(client: openai.OpenAI, google: genai.Client, size: int) -> None:
    listed = list(google.models.list(config={"page_size": size}))
    assert [model.name for model in listed] == [f"models/{name}" for name in names(client)]
    assert all("generateContent" in (model.supported_actions or []) for model in listed)
    for name in ("fast", SLASHED):
        assert google.models.get(model=f"models/{name}").name == f"models/{name}"


def test_googles_errors(google: genai.Client) -> None:
    with pytest.raises(errors.ClientError) as caught:
        google.models.get(model="models/nope")
    assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")
    with pytest.raises(errors.ClientError) as refused:
        google.models.list(config={"page_size": 5, "page_token": "nope"})
    assert (refused.value.code, refused.value.status) == (400, "INVALID_ARGUMENT")
