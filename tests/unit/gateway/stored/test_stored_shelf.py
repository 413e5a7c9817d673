"""What happens to answers that break off, and to callers when the store fails."""

import json
from typing import Any

import pytest

from accord.engine.run_async import AsyncEngine
from accord.engine.store import StoredResponse
from accord.gateway.config import Config
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.health import Health
from accord.gateway.service import Service
from accord.gateway.stored.limit import Limits
from accord.gateway.stored.memory import MemoryStore
from accord.gateway.stored.response_id import ResponseIds
from accord.gateway.stored.shelf import Shelf

ASK = {"model": "claude/claude-sonnet-4-5", "input": "Hi", "max_output_tokens": 50}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 2},
}


class Broken:
    """A store whose disk is gone."""

    async def get(self, response_id: str) -> StoredResponse | None:
        raise OSError("no disk")

    async def put(self, response_id: str, stored: StoredResponse) -> None:
        raise OSError("no disk")

    async def delete(self, response_id: str) -> bool:
        raise OSError("no disk")

    async def close(self) -> None: ...


LAB = """
gateway: {keys: [{name: app, key: sk-test-app}]}
providers: {lab: {type: compatible, base_url: "http://lab.test/v1", api_key: sk-test-lab, retries: 0}}
"""
"""A provider that speaks chat alone."""


def shelved(caller: Any, store: Any, config: Config | None = None) -> Any:
    """The caller of a gateway with this store."""
    shelf = Shelf(store, ResponseIds(b"a secret of the test's"))
    gateway = caller.gateway
    engine: AsyncEngine = caller.engine
    gateway.service = Service(config or gateway._config, engine, Health(), shelf)
    return caller


class Counting(MemoryStore):
    def __init__(self) -> None:
        super().__init__(Limits(ttl=60, entries=10, size=1_000_000), lambda: 0.0)
        self.kept: list[str] = []

    async def put(self, response_id: str, stored: StoredResponse) -> None:
        self.kept.append(response_id)
        await super().put(response_id, stored)


async def test_an_answer_is_given_though_it_cannot_be_kept(gateway: Any) -> None:
    got = await shelved(gateway.answering(MESSAGE), Broken()).call("/v1/responses", ASK)
    assert got.status == 200
    assert got.json["output"][0]["content"][0]["text"] == "Hello"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/input_items")]
)
async def test_a_store_that_fails_is_no_missing_answer(gateway: Any, method: str, path: str) -> None:
    caller = shelved(gateway.answering(MESSAGE), Broken())
    got = await caller.call(f"/v1/responses/resp_{'0' * 48}{path}", {}, method=method)
    assert got.status == 500
    assert "no disk" not in got.body.decode()


@pytest.mark.parametrize("whole", [True, False])
async def test_only_a_complete_stream_is_kept(gateway: Any, whole: bool) -> None:
    chunks = [gateway.chunk({"role": "assistant", "content": "Hel"})]
    if whole:
        chunks += [gateway.chunk({"content": "lo"}, "stop"), b"[DONE]"]
    store = Counting()
    config = decode_config(parse_document(LAB, "a.yaml"), {}, "a.yaml")
    caller = shelved(gateway.streaming(gateway.sse(*chunks)), store, config)
    got = await caller.call("/v1/responses", {"model": "lab/m", "input": "Hi", "stream": True})
    last = json.loads(got.body.rpartition(b"\ndata: ")[2])
    assert last["type"] == ("response.completed" if whole else "response.failed")
    assert store.kept == ([last["response"]["id"]] if whole else [])


async def test_without_a_store_ids_are_ours_all_the_same(gateway: Any) -> None:
    got = await shelved(gateway.answering(MESSAGE), None).call("/v1/responses", ASK)
    assert got.json["id"].startswith("resp_")
    assert "msg_1" not in got.json["id"]
    assert got.json["store"] is False


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("order=up", "order"),
        ("after=item_x", "after"),
    ],
)
async def test_pages_are_asked_for_rightly(gateway: Any, query: str, param: str) -> None:
    store = Counting()
    caller = shelved(gateway.answering(MESSAGE), store)
    made = await caller.call("/v1/responses", ASK)
    caller.received = type(made)()
    got = await caller.call(f"/v1/responses/{store.kept[0]}/input_items", b"", method="GET", query=query)
    assert (got.status, got.json["error"]["param"]) == (400, param)
