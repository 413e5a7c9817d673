"""JSON Schema and Google's schemas, both ways."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.error import Unsupported
from accord.core.loss import Losses
from accord.core.warning import CallWarning
from accord.dialects.gemini.schema_read import json_schema_of
from accord.dialects.gemini.schema_write import SchemaWriter


def written(schema: dict[str, Any]) -> tuple[dict[str, Any], tuple[CallWarning, ...]]:
    losses = Losses("gemini", "m", "error")
    return SchemaWriter(schema, "schema", losses).write(), losses.warnings


@pytest.mark.parametrize(
    ("plain", "googles"),
    [
        ({"type": "string", "enum": ["a", "b"]}, {"type": "STRING", "format": "enum", "enum": ["a", "b"]}),
        ({"const": "a"}, {"type": "STRING", "format": "enum", "enum": ["a"]}),
        ({"type": ["integer", "null"], "minimum": 0}, {"type": "INTEGER", "nullable": True, "minimum": 0}),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "d"},
            {"type": "STRING", "nullable": True, "description": "d"},
        ),
        (
            {"oneOf": [{"type": "string"}, {"type": "number"}], "title": "t"},
            {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}]},
        ),
        ({"type": ["string", "number"]}, {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}]}),
        ({"allOf": [{"type": "string"}], "description": "d"}, {"type": "STRING", "description": "d"}),
        (
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "b"]},
            {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}, "required": ["a"]},
        ),
        (
            {"properties": {"a": {"type": "boolean"}}, "additionalProperties": False, "$schema": "x"},
            {"type": "OBJECT", "properties": {"a": {"type": "BOOLEAN"}}},
        ),
        ({"type": "string", "format": "date-time"}, {"type": "STRING", "format": "date-time"}),
    ],
)
def test_what_is_said_in_another_way(plain: dict[str, Any], googles: dict[str, Any]) -> None:
    assert written(plain) == (googles, ())


def test_references_are_written_out() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/definitions/B", "description": "mine"}},
        "$defs": {"A": {"$ref": "#/definitions/B"}},
        "definitions": {"B": {"type": "string", "description": "theirs"}},
    }
    assert written(schema)[0]["properties"] == {
        "a": {"type": "STRING", "description": "theirs"},
        "b": {"type": "STRING", "description": "mine"},
    }


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"type": "string", "format": "email"}, "schema.format"),
        ({"description": "anything"}, "schema.type"),
        ({"type": "array"}, "schema.items.type"),
        ({"type": "integer", "exclusiveMinimum": 1}, "schema.exclusiveMinimum"),
        ({"type": "integer", "enum": [1, 2]}, "schema.enum"),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "array", "items": {"type": "string", "contentEncoding": "x"}}},
            },
            "schema.properties.a.items.contentEncoding",
        ),
    ],
)
def test_what_only_narrows_is_left_out_with_its_path(schema: dict[str, Any], path: str) -> None:
    assert [(one.kind, one.field) for one in written(schema)[1]] == [("changed", path)]


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"type": "object", "properties": {"a": {"not": {"type": "string"}}}}, "schema.properties.a.not"),
        ({"allOf": [{"type": "string"}, {"minLength": 1}]}, "schema.allOf"),
        ({"$ref": "#/$defs/missing"}, "schema.$ref"),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}, "schema.$ref"),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, "schema.prefixItems"),
        ({"type": "function"}, "schema.type"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_path(schema: dict[str, Any], path: str) -> None:
    with pytest.raises(Unsupported) as caught:
        written(schema)
    assert caught.value.param == path


def test_recursion_is_refused_and_growth_without_end_too() -> None:
    tree = {"$ref": "#/$defs/T", "$defs": {"T": {"properties": {"child": {"$ref": "#/$defs/T"}}}}}
    doubling = {f"L{n}": {"properties": {side: {"$ref": f"#/$defs/L{n + 1}"} for side in "ab"}} for n in range(30)}
    bomb = {"$ref": "#/$defs/L0", "$defs": {**doubling, "L30": {"type": "string"}}}
    for schema in (tree, bomb):
        with pytest.raises(Unsupported, match="recursive or too large"):
            written(schema)
        losses = Losses("gemini", "m", "drop")
        assert len(json.dumps(SchemaWriter(schema, "schema", losses).write())) < 1_000_000


@pytest.mark.parametrize(
    ("googles", "plain"),
    [
        (
            {"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": True}}, "propertyOrdering": ["a"]},
            {"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
        ),
        (
            {"type": "ARRAY", "items": {"type": "INTEGER"}, "min_items": "1"},
            {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        ),
        (
            {"any_of": [{"type": "STRING"}, {"type": "NUMBER"}], "nullable": True},
            {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]},
        ),
        ({"type": "STRING", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        (
            {"defs": {"A": {"type": "STRING"}}, "ref": "#/$defs/A"},
            {"$defs": {"A": {"type": "string"}}, "$ref": "#/$defs/A"},
        ),
        (
            {"type": "OBJECT", "properties": {"type": {"type": "STRING"}, "nullable": {"type": "BOOLEAN"}}},
            {"type": "object", "properties": {"type": {"type": "string"}, "nullable": {"type": "boolean"}}},
        ),
    ],
)
def test_googles_schemas_are_read(googles: dict[str, Any], plain: dict[str, Any]) -> None:
    assert json_schema_of(googles) == plain


leaves = st.sampled_from(
    [{"type": "string"}, {"type": "integer", "minimum": 1}, {"type": "boolean"}, {"type": ["number", "null"]}]
)
schemas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(
            lambda named: {"type": "object", "properties": named, "required": sorted(named)},
            st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3),
        ),
    ),
    max_leaves=6,
)


@given(schemas)
def test_what_both_kinds_can_say_survives_the_way_there_and_back(schema: dict[str, Any]) -> None:
    googles, warnings = written(schema)
    assert json_schema_of(googles) == schema
    assert warnings == ()


def test_required_names_that_are_no_names_are_left_out() -> None:
    found, _ = written({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", {}, [], 1]})
    assert found["required"] == ["a"]
