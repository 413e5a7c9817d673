"""What `how-to/add-a-provider.md` claims: 18 lines are a provider, whole and typed, wherever it comes from."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import accord
from accord.client.capability import Embeds, capabilities
from accord.core.embedding import EmbeddingRequest
from accord.core.error import Unsupported
from accord.core.http import Reply
from accord.dialects.openai_endpoints import EmbeddingCodec
from accord.providers import Provider
from accord.providers.openai_like import OpenAILike
from accord.testing.memory import MemoryTransport

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-provider.md"
FILE = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)[0]


def test_the_file_has_no_more_lines_than_it_says():
    claimed = re.search(r"no more than (\d+) lines", PAGE.read_text())
    assert claimed is not None
    assert len(FILE.splitlines()) <= int(claimed[1]) == 18


def test_the_file_is_typed(tmp_path):
    path = tmp_path / "example_provider.py"
    path.write_text(FILE)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Plain(OpenAILike, frozen=True, kw_only=True, tag="plain"):
    """A provider from outside, without embeddings."""


class Embedding(Plain, frozen=True, kw_only=True, tag="embedding"):
    """One with: nothing is registered, the method is the capability."""

    def embedding_codec(self, model: str) -> EmbeddingCodec:
        return EmbeddingCodec(model=model, provider=self.type, error=self.error_of)


def test_a_method_is_a_capability():
    assert issubclass(Embedding, Embeds)
    assert not issubclass(Plain, Embeds)
    assert "embeddings" in capabilities(Embedding)
    assert not {Plain, Embedding} & set(get_args(Provider)), "the union is closed, and these are outside"
    answer = b'{"data":[{"index":0,"embedding":[0.5]}],"model":"m","usage":{"prompt_tokens":1}}'
    transport = MemoryTransport(Reply(status=200, body=answer))
    client = accord.Client(Embedding(base_url="https://host.test/v1", api_key="sk-test"), transport=transport)
    assert client.embeddings("x", model="m").embeddings == ((0.5,),)
    assert transport.calls[0].url == "https://host.test/v1/embeddings"


def test_without_it_there_is_none():
    client = accord.Client(Plain(base_url="https://host.test/v1", api_key="sk-test"), transport=MemoryTransport())
    with pytest.raises(Unsupported, match="plain has no embeddings"):
        client.embeddings(EmbeddingRequest(input=("x",)), model="m")  # type: ignore[misc]
