"""The small parts of the fake: shapes, seals, vectors, instances of schemas."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.testing.fake.instance import instance
from accord.testing.fake.seal import Seal
from accord.testing.fake.shape import Array, Either, Flag, Flaw, Number, String, Table, Tagged, nullable
from accord.testing.fake.tokens import argument_deltas, deltas, tokens
from accord.testing.fake.vectors import packed, vector

SHAPE = Table(
    {
        "name": String(least=1, most=5),
        "kind": String("a", "b"),
        "count": Number(0, 9, whole=True),
        "on": nullable(Flag()),
        "items": Array(Tagged({"x": Table({"type": String(), "v": Number()}, needs=("v",))}, named=True), most=2),
        "either": Either(String(), Array(String())),
    },
    needs=("name",),
)


@pytest.mark.parametrize(
    ("value", "kind", "path"),
    [
        ([], "type", ()),
        ({}, "missing", ("name",)),
        ({"name": ""}, "short", ("name",)),
        ({"name": "long name"}, "long", ("name",)),
        ({"name": "n", "x": 1}, "unknown", ("x",)),
        ({"name": "n", "kind": "c"}, "choice", ("kind",)),
        ({"name": "n", "count": 1.5}, "type", ("count",)),
        ({"name": "n", "count": True}, "type", ("count",)),
        ({"name": "n", "count": -1}, "below", ("count",)),
        ({"name": "n", "count": 10}, "above", ("count",)),
        ({"name": "n", "on": 1}, "type", ("on",)),
        ({"name": "n", "items": [{}]}, "missing", ("items", 0, "type")),
        ({"name": "n", "items": [{"type": "y"}]}, "tag", ("items", 0, "type")),
        ({"name": "n", "items": [{"type": "x"}]}, "missing", ("items", 0, "x", "v")),
        ({"name": "n", "items": [{"type": "x", "v": 1}] * 3}, "many", ("items",)),
        ({"name": "n", "either": 5}, "type", ("either",)),
        ({"name": "n", "either": ["a", 5]}, "type", ("either", 1)),
    ],
)
def test_a_flaw_says_what_and_where(value, kind, path) -> None:
    with pytest.raises(Flaw) as caught:
        SHAPE.read(value, (), open_=False)
    assert (caught.value.kind, caught.value.path) == (kind, path)


def test_an_open_reading_holds_to_types_alone() -> None:
    value = {"name": "long name", "x": 1, "count": 10, "kind": "c", "on": None, "items": [{"type": "y"}] * 3}
    assert SHAPE.read(value, (), open_=True) == {key: item for key, item in value.items() if item is not None}
    with pytest.raises(Flaw):
        SHAPE.read({"name": 5}, (), open_=True)


@given(st.text(), st.integers(0, 5))
def test_pieces_join_to_the_whole(text, size) -> None:
    assert "".join(tokens(text)) == text
    assert "".join(deltas(text, size)) == text
    assert "".join(argument_deltas(text, size)) == text


@given(st.text(), st.text())
def test_a_seal_holds_for_one_text_purpose_and_account(text, other) -> None:
    seal = Seal("account")
    wrapped = seal.wrap("purpose", text)
    assert seal.unwrap("purpose", wrapped) == text
    assert seal.unwrap("another", wrapped) is None
    assert Seal("another").unwrap("purpose", wrapped) is None
    assert seal.unwrap("purpose", wrapped[:-4] + ("AAAA" if wrapped[-4:] != "AAAA" else "BBBB")) is None
    assert seal.unwrap("purpose", other) is None


@given(st.text(min_size=1), st.integers(1, 40))
def test_vectors_repeat_and_have_length_one(text, dimensions) -> None:
    values = vector(text, dimensions)
    assert values == vector(text, dimensions)
    assert sum(value * value for value in values) == pytest.approx(1, abs=1e-4)
    assert len(packed(values)) == (dimensions * 4 + 2) // 3 * 4


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "minLength": 20},
        {"type": "string", "maxLength": 2},
        {"type": "string", "format": "uuid"},
        {"type": "integer", "minimum": 5},
        {"type": "number", "exclusiveMinimum": 5},
        {"type": "integer", "maximum": -3},
        {"enum": ["a", 1]},
        {"const": {"a": 1}},
        {"type": ["string", "null"]},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 3},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "null"}]},
        {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        {
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/b"}},
            "required": ["a"],
            "$defs": {"b": {"type": "integer"}},
        },
        {
            "$ref": "#/$defs/node",
            "$defs": {
                "node": {
                    "type": "object",
                    "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
                    "required": ["next"],
                }
            },
        },
        {},
    ],
)
def test_an_instance_fits_its_schema(schema) -> None:
    found = instance(schema, "Hello")
    jsonschema.validate(found, schema)
    json.dumps(found)


def test_a_schema_without_end_ends() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}
    assert instance(schema, "x")
