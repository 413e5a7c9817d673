"""Types as people write them, each with an answer that a model may give: what is asked for, and what is read."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, NotRequired, Optional, TypedDict, TypeVar

import msgspec
import pydantic
import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from accord import Client, OpenAI, Options, Unparsed
from accord.testing import FakeProvider, Reply

T = TypeVar("T")


class Order(BaseModel):
    name: str
    count: int = Field(ge=0, le=10, description="how many")
    when: datetime
    price: Decimal
    tags: list[str] = []


class Tree(BaseModel):
    value: int
    kids: list["Tree"] = []


class Box(BaseModel, Generic[T]):
    item: T


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    barks: bool


class Renamed(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    first: str = Field(alias="firstName")


class Loud(BaseModel):
    word: str

    @field_validator("word")
    @classmethod
    def upper(cls, word: str) -> str:
        return word.upper()


class Numbers(RootModel[list[int]]):
    pass


@dataclass
class Plain:
    a: int
    b: str | None = None
    c: list[int] = field(default_factory=list)


@dataclass
class Node:
    value: int
    next: Optional["Node"] = None


@dataclass
class One:
    x: int


@dataclass
class Two:
    y: str


@pydantic.dataclasses.dataclass
class Checked:
    a: int


class Some(TypedDict):
    x: int
    y: NotRequired[str]


class Maybe(TypedDict, total=False):
    x: int


class Struct(msgspec.Struct):
    a: Annotated[int, msgspec.Meta(ge=1)]
    b: Literal["x", "y"] = "x"


class Pair(msgspec.Struct, Generic[T]):
    both: tuple[T, T]


class First(msgspec.Struct, tag="first"):
    x: int


class Second(msgspec.Struct, tag="second"):
    y: str


class Color(Enum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


class Word(StrEnum):
    YES = "yes"


class Point(NamedTuple):
    x: int
    y: str


UserId = NewType("UserId", int)

MORNING = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ORDER = '{"name":"a","count":3,"when":"2026-01-02T03:04:05Z","price":"1.50","tags":null}'

CASES: list[tuple[Any, str, object]] = [
    (Order, ORDER, Order(name="a", count=3, when=MORNING, price=Decimal("1.50"))),
    (Tree, '{"value":1,"kids":[{"value":2,"kids":null}]}', Tree(value=1, kids=[Tree(value=2)])),
    (Box[int], '{"item":3}', Box[int](item=3)),
    (Box[list[Cat]], '{"item":[]}', Box[list[Cat]](item=[])),
    (Cat | Dog, '{"value":{"kind":"dog","barks":true}}', Dog(kind="dog", barks=True)),
    (list[Cat | Dog], '{"value":[{"kind":"cat","lives":9}]}', [Cat(kind="cat", lives=9)]),
    (Annotated[Cat | Dog, Field(discriminator="kind")], '{"value":{"kind":"cat","lives":9}}', Cat(kind="cat", lives=9)),
    (Renamed, '{"firstName":"a"}', Renamed.model_validate({"firstName": "a"})),
    (Loud, '{"word":"hi"}', Loud(word="HI")),
    (Numbers, '{"value":[1,2]}', Numbers([1, 2])),
    (Plain, '{"a":1,"b":null,"c":null}', Plain(a=1)),
    (Plain, '{"a":1,"b":"x","c":[1]}', Plain(a=1, b="x", c=[1])),
    (Node, '{"value":1,"next":{"value":2,"next":null}}', Node(1, Node(2))),
    (One | Two, '{"value":{"y":"q"}}', Two(y="q")),
    (list[One], '{"value":[{"x":1}]}', [One(x=1)]),
    (Checked, '{"a":1}', Checked(a=1)),
    (Some, '{"x":1,"y":null}', {"x": 1}),
    (Some, '{"x":1,"y":"b"}', {"x": 1, "y": "b"}),
    (Maybe, '{"x":null}', {}),
    (Struct, '{"a":1,"b":"y"}', Struct(a=1, b="y")),
    (Pair[int], '{"both":[1,2]}', Pair(both=(1, 2))),
    (First | Second, '{"value":{"type":"second","y":"q"}}', Second(y="q")),
    (Color, '{"value":"red"}', Color.RED),
    (Level, '{"value":1}', Level.LOW),
    (Word, '{"value":"yes"}', Word.YES),
    (Literal["a", "b"], '{"value":"a"}', "a"),
    (dict[str, int], '{"value":{"a":1}}', {"a": 1}),
    (tuple[int, str], '{"value":[1,"a"]}', (1, "a")),
    (set[int], '{"value":[1,2,2]}', {1, 2}),
    (int | None, '{"value":null}', None),
    (float, '{"value":1}', 1.0),
    (bool, '{"value":true}', True),
    (str, '{"value":"x"}', "x"),
    (date, '{"value":"2026-01-01"}', date(2026, 1, 1)),
    (timedelta, '{"value":"P1D"}', timedelta(days=1)),
    (Decimal, '{"value":"1.5"}', Decimal("1.5")),
    (uuid.UUID, '{"value":"12345678-1234-5678-1234-567812345678"}', uuid.UUID("12345678-1234-5678-1234-567812345678")),
    (bytes, '{"value":"aGk="}', b"hi"),
    (Point, '{"value":[1,"a"]}', Point(1, "a")),
    (Annotated[int, msgspec.Meta(ge=0)], '{"value":3}', 3),
    (Annotated[int, Field(ge=0)], '{"value":3}', 3),
    (list[Annotated[str, msgspec.Meta(min_length=2)]], '{"value":["ab"]}', ["ab"]),
    (UserId, '{"value":3}', 3),
]

MISFITS: list[tuple[Any, str, str]] = [
    (Order, ORDER.replace('"count":3', '"count":11'), "count"),
    (Struct, '{"a":0,"b":"x"}', "a"),
    (Annotated[int, Field(ge=0)], '{"value":-1}', "greater"),
    (Annotated[int, msgspec.Meta(ge=0)], '{"value":-1}', ">= 0"),
    (list[Annotated[str, msgspec.Meta(min_length=2)]], '{"value":["a"]}', "length >= 2"),
    (Color, '{"value":"blue"}', "blue"),
    (Literal["a", "b"], '{"value":"c"}', "c"),
    (Cat | Dog, '{"value":{"kind":"cow"}}', "kind"),
    (date, '{"value":"yesterday"}', "date"),
]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(scope="module")
def client(fake: FakeProvider) -> Iterator[Client[OpenAI]]:
    with Client(OpenAI(api_key=fake.key, base_url=fake.url), options=Options(retries=0)) as made:
        yield made


@pytest.mark.parametrize(("form", "answer", "value"), CASES, ids=lambda given: str(given)[:50])
def test_each_is_asked_for_and_read(
    fake: FakeProvider, client: Client[OpenAI], form: Any, answer: str, value: object
) -> None:
    """The imitation refuses every schema that OpenAI's strict mode does."""
    fake.always(Reply.saying(answer))
    read: object = client.parse("x", into=form, model="gpt-5.4-mini", repairs=0)
    assert (type(read), read) == (type(value), value)
    with client.parse_stream("x", into=form, model="gpt-5.4-mini") as stream:
        list(stream)
    assert stream.value == value


@pytest.mark.parametrize(("form", "answer", "told"), MISFITS, ids=lambda given: str(given)[:50])
def test_constraints_hold_and_repairs_are_billed(
    fake: FakeProvider, client: Client[OpenAI], form: Any, answer: str, told: str
) -> None:
    fake.always(Reply.saying(answer))
    before = client.spending.total
    with pytest.raises(Unparsed, match=told) as caught:
        client.parse("x", into=form, model="gpt-5.4-mini", repairs=2)
    assert caught.value.reason == "invalid"
    assert len(caught.value.responses) == 3
    spent = client.spending.total
    assert (spent.calls - before.calls, spent.unpriced) == (3, 0)
    costs = [response.cost.amount for response in caught.value.responses if response.cost is not None]
    assert sum([cost for cost in costs if cost is not None]) == spent.amount - before.amount > 0
