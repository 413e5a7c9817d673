"""The fake's edits of pictures, asked for by the vendor's own SDK: what the service makes, and what it refuses."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from accord.testing import FakeProvider


@pytest.fixture
def sdk() -> Iterator[openai.OpenAI]:
    with (
        FakeProvider("openai_chat") as running,
        openai.OpenAI(base_url=running.url, api_key=running.key, max_retries=0) as client,
    ):
        yield client


def test_edited_pictures(sdk: openai.OpenAI) -> None:
    png = ("a.png", b"\x89PNG", "image/png")
    edited = sdk.images.edit(model="gpt-image-2", image=[png, png], mask=png, prompt="a hat", n=2)
    assert edited.data is not None
    assert edited.usage is not None
    assert len(edited.data) == 2
    assert edited.usage.input_tokens_details.image_tokens > 0


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"image": ("a.txt", b"?", "text/plain")}, "image"),
        ({"mask": ("a.jpg", b"?", "image/jpeg")}, "mask"),
        ({"mask": ("a.png", b"", "image/png"), "markup": ("a.png", b"", "image/png")}, "markup"),
        ({"response_format": "b64_json"}, "response_format"),
        ({"n": 11}, "n"),
        ({"extra_body": {"unheard": 1}}, "unheard"),
        ({"image": [("a.png", b"", "image/png")] * 17}, "image"),
    ],
)
def test_edits_that_the_service_refuses(sdk: openai.OpenAI, fields: dict[str, Any], param: str) -> None:
    asked: Any = {"model": "gpt-image-2", "image": ("a.png", b"\x89PNG", "image/png"), "prompt": "a hat", **fields}
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.images.edit(**asked)
    assert caught.value.param == param
