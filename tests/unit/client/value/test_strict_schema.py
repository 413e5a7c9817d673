"""Schemas in the form that OpenAI's strict mode takes, and answers in that form made ordinary again."""

from typing import Annotated, Literal, NotRequired, TypedDict

import msgspec
import pytest
from pydantic import BaseModel, Field

from accord.client.value.strict import NotStrict, strict_schema
from accord.client.value.wanted import Wanted
from accord.testing.fake.openai.schema import strict_fault


class Leaf(BaseModel):
    """A leaf."""

    colour: Literal["green", "red"] = Field(default="green", description="Which colour.")
    size: float = Field(gt=0, le=10)


class Tree(BaseModel):
    best: Leaf = Field(description="The best one.")
    other: Leaf | None = None
    trees: "list[Tree]" = Field(default_factory=list)


class Cat(msgspec.Struct, tag=True):
    name: Annotated[str, msgspec.Meta(min_length=1, pattern="^[A-Z]")]


class Dog(msgspec.Struct, tag=True):
    barks: bool


class Sparse(TypedDict):
    a: int
    b: NotRequired[str]
    c: NotRequired[str | None]


@pytest.mark.parametrize("form", [Tree, Cat | Dog, list[Cat | Dog], Sparse, int, Leaf | Sparse], ids=str)
def test_it_is_strict(form: type[object]) -> None:
    wanted = Wanted(form)
    assert wanted.strict is not None
    assert strict_fault(wanted.strict) is None
    text = msgspec.json.encode(wanted.strict).decode()
    for word in ("default", "oneOf", "discriminator", "const", "allOf"):
        assert f'"{word}"' not in text


def test_what_is_said_beside_a_reference_is_kept() -> None:
    strict = Wanted(Tree).strict
    assert strict is not None
    properties = strict["properties"]
    assert isinstance(properties, dict)
    assert properties["best"]["description"] == "The best one."
    assert "$ref" not in properties["best"]


def test_what_cannot_be_enforced_is_told() -> None:
    strict = Wanted(Leaf).strict
    assert strict is not None
    properties = strict["properties"]
    assert isinstance(properties, dict)
    assert properties["colour"]["description"] == "Which colour. (default: green)"


@pytest.mark.parametrize("form", [dict[str, int], tuple[int, str], list[dict[str, str]]], ids=str)
def test_what_has_no_strict_form(form: type[object]) -> None:
    assert Wanted(form).strict is None
    with pytest.raises(NotStrict):
        strict_schema(Wanted(form).schema)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": null, "c": null}', {"a": 1, "c": None}),
        ('{"a": 1, "b": "x", "c": "y"}', {"a": 1, "b": "x", "c": "y"}),
        ('{"a": 1}', {"a": 1}),
    ],
)
def test_nulls_for_what_was_not_given_go_again(text: str, value: object) -> None:
    assert Wanted(Sparse).read(text) == value


def test_nulls_inside_unions_and_lists_go_too() -> None:
    found = Wanted(list[Sparse | Leaf]).read(
        '{"value": [{"a": 1, "b": null, "c": null}, {"colour": "red", "size": 2}]}'
    )
    assert found == [{"a": 1, "c": None}, Leaf(colour="red", size=2)]
