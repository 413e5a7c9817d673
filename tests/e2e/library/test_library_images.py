"""Pictures made of others, by the library over real sockets."""

from collections.abc import Iterator

import pytest

from accord import AsyncClient, Client, OpenAI, Unsupported
from accord.core.image import ImageEditRequest, ImageFile
from accord.providers import Anthropic
from accord.testing import FakeProvider

BOAT = ImageFile(data=b"\x89PNG boat", filename="boat.png")


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


def test_pictures_are_edited(fake: FakeProvider) -> None:
    with Client(OpenAI(api_key=fake.key, base_url=fake.url)) as client:
        answer = client.image_edit(ImageEditRequest(prompt="a hat", images=(BOAT, BOAT), n=2), model="gpt-image-2")
    assert len(answer.images) == 2
    assert answer.usage is not None
    assert answer.usage.image_input
    assert answer.cost is not None


async def test_pictures_are_edited_from_asyncio(fake: FakeProvider) -> None:
    request = ImageEditRequest(model="gpt-image-2", prompt="a hat", images=(BOAT,))
    async with AsyncClient(OpenAI(api_key=fake.key, base_url=fake.url)) as client:
        answer = await client.image_edit(request)
    assert answer.images[0].source.data


def test_who_cannot_says_who_can() -> None:
    request = ImageEditRequest(prompt="a hat", images=(BOAT,))
    with Client(Anthropic(api_key="sk-test")) as client, pytest.raises(Unsupported, match="openai, azure"):
        client.image_edit(request, model="claude-sonnet-4-6")  # type: ignore[misc]
