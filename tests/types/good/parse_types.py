"""`parse` gives values of the very type that was asked for. Never run; read by type checkers."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypedDict

import msgspec
from pydantic import BaseModel
from typing_extensions import assert_type

from accord import AsyncClient, ChatResponse, Client, Cost, Parsed, Usage
from accord.client.value.async_stream import AsyncParseStream
from accord.client.value.stream import ParseStream


class Invoice(BaseModel):
    total: float


class Point(msgspec.Struct):
    x: int


@dataclass
class Note:
    text: str


class Track(TypedDict):
    title: str


class Mood(Enum):
    GOOD = "good"


def blocking(client: Client) -> None:
    assert_type(client.parse("x", into=Invoice), Invoice)
    assert_type(client.parse("x", into=Point), Point)
    assert_type(client.parse("x", into=Note, repairs=0, model="openai/gpt-5.4-mini"), Note)
    assert_type(client.parse("x", into=Track), Track)
    assert_type(client.parse("x", into=Mood), Mood)
    assert_type(client.parse("x", into=int), int)
    assert_type(client.parse("x", into=Invoice | Note), Invoice | Note)
    assert_type(client.parse("x", into=Point | None), Point | None)
    assert_type(client.parse("x", into=list[Note]), list[Note])
    assert_type(client.parse("x", into=list[Invoice | Note]), list[Invoice | Note])
    assert_type(client.parse("x", into=dict[str, Point]), dict[str, Point])
    assert_type(client.parse("x", into=Literal["a", "b"]), Literal["a", "b"])


def with_response(client: Client) -> None:
    found = client.parse_with_response("x", into=Invoice | Note)
    assert_type(found, Parsed[Invoice | Note])
    assert_type(found.value, Invoice | Note)
    assert_type(found.response, ChatResponse)
    assert_type(found.repairs, int)
    assert_type(found.usage, Usage | None)
    assert_type(found.cost, Cost)


def streamed(client: Client) -> None:
    with client.parse_stream("x", into=list[Point]) as stream:
        assert_type(stream, ParseStream[list[Point]])
        assert_type(stream.items(), Iterator[Point])
    assert_type(stream.value, list[Point])


async def asynchronous(client: AsyncClient) -> None:
    assert_type(await client.parse("x", into=Invoice | Note), Invoice | Note)
    assert_type(await client.parse_with_response("x", into=Point), Parsed[Point])
    async with client.parse_stream("x", into=list[Note]) as stream:
        assert_type(stream, AsyncParseStream[list[Note]])
        async for note in stream.items():
            assert_type(note, Note)
    assert_type(stream.value, list[Note])
