"""Both stores keep the same promises."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from accord.core.error import ConfigError
from accord.core.message import assistant, user
from accord.engine.store import ResponseStore, StoredResponse
from accord.gateway.stored.limit import Limits
from accord.gateway.stored.memory import MemoryStore
from accord.gateway.stored.sqlite import SqliteStore

ANSWER = StoredResponse(
    owner=b"o",
    provider="lab",
    upstream_id="chatcmpl-1",
    response=b'{"id":"resp_1"}',
    input_items=b"[]",
    messages=(user("Hi"), assistant("Hello")),
)

Open = Callable[[Limits], ResponseStore]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
async def open_store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[Open]:
    closes: list[Callable[[], Awaitable[None]]] = []

    def begin(limits: Limits) -> ResponseStore:
        made = (
            MemoryStore(limits, clock) if request.param == "memory" else SqliteStore(tmp_path / "a.db", limits, clock)
        )
        closes.append(made.close)
        return made

    yield begin
    for close in closes:
        await close()


def limits(ttl: float = 60, entries: int = 100, size: int = 1_000_000) -> Limits:
    return Limits(ttl=ttl, entries=entries, size=size)


async def test_what_was_put_is_found_until_it_is_deleted(open_store: Open) -> None:
    store = open_store(limits())
    await store.put("a", ANSWER)
    assert await store.get("a") == ANSWER
    assert await store.get("b") is None
    assert await store.delete("a")
    assert not await store.delete("a")
    assert await store.get("a") is None


async def test_time_runs_out(open_store: Open, clock: Clock) -> None:
    store = open_store(limits(ttl=60))
    await store.put("a", ANSWER)
    clock.now += 59.9
    assert await store.get("a") == ANSWER
    clock.now += 0.1
    assert await store.get("a") is None
    assert not await store.delete("a")


async def test_the_oldest_go_first(open_store: Open) -> None:
    store = open_store(limits(entries=10))
    for number in range(97):
        await store.put(str(number), ANSWER)
    assert await store.get("96") == ANSWER
    assert await store.get("9") is None
    kept = [number for number in range(97) if await store.get(str(number))]
    # A file is counted once in 32 puts.
    assert 10 <= len(kept) < 10 + 32
    assert kept == list(range(97 - len(kept), 97))


async def test_size_is_bounded(open_store: Open) -> None:
    store = open_store(limits(size=5000))
    large = msgspec.structs.replace(ANSWER, response=b" " * 1000)
    for number in range(33):
        await store.put(str(number), large)
    kept = [number for number in range(33) if await store.get(str(number))]
    assert kept == [29, 30, 31, 32]


async def test_what_is_too_large_by_itself_is_not_kept(open_store: Open) -> None:
    store = open_store(limits(size=500))
    await store.put("a", msgspec.structs.replace(ANSWER, response=b" " * 1000))
    assert await store.get("a") is None


async def test_a_file_is_shared_and_outlives_its_users(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "a.db"
    one, two = SqliteStore(path, limits(), clock), SqliteStore(path, limits(), clock)
    await asyncio.gather(
        *[store.put(f"{name}{n}", ANSWER) for name, store in (("a", one), ("b", two)) for n in range(20)]
    )
    assert await one.get("b19") == await two.get("a19") == ANSWER
    assert one.secret() == two.secret()
    secret = one.secret()
    await one.close()
    await two.close()
    again = SqliteStore(path, limits(), clock)
    assert await again.get("a0") == ANSWER
    assert again.secret() == secret
    await again.close()


async def test_a_file_is_its_owner_s_alone(tmp_path: Path, clock: Clock) -> None:
    store = SqliteStore(tmp_path / "a.db", limits(), clock)
    await store.put("a", ANSWER)
    assert [path.stat().st_mode & 0o077 for path in tmp_path.iterdir()] == [0] * len(list(tmp_path.iterdir()))
    await store.close()


async def test_an_answer_in_another_form_is_not_there(tmp_path: Path, clock: Clock) -> None:
    store = SqliteStore(tmp_path / "a.db", limits(), clock)
    await store.put("a", ANSWER)
    with sqlite3.connect(tmp_path / "a.db") as other:
        other.execute("UPDATE response SET data = x'80'")
    other.close()
    assert await store.get("a") is None
    await store.close()


async def test_a_failing_file_is_an_oserror(tmp_path: Path, clock: Clock) -> None:
    store = SqliteStore(tmp_path / "a.db", limits(), clock)
    with sqlite3.connect(tmp_path / "a.db") as other:
        other.execute("DROP TABLE response")
    other.close()
    with pytest.raises(OSError, match="store of responses"):
        await store.put("a", ANSWER)
    await store.close()


def test_a_file_that_cannot_be_opened(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "text").write_text("no database " * 100)
    for path in (tmp_path / "none" / "a.db", tmp_path / "text"):
        with pytest.raises(ConfigError, match=r"gateway\.responses\.store"):
            SqliteStore(path, limits(), clock)
