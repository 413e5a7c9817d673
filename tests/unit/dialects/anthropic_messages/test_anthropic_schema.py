"""Schemas are reduced to what the wire enforces, and refused with the place where they cannot be."""

import pytest

from accord.core.error import Unsupported
from accord.core.message import user
from accord.core.request import JsonObjectFormat, JsonSchemaFormat
from accord.core.tool import FunctionTool
from accord.dialects.anthropic_messages.schema import NotExpressible, Reduced


def test_what_the_wire_takes_stays_as_it_is():
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": "T",
        "properties": {
            "a": {"type": "string", "format": "date", "description": "d", "default": "x"},
            "b": {"type": "array", "items": {"$ref": "#/$defs/B"}, "minItems": 1},
            "c": {"anyOf": [{"type": "null"}, {"enum": ["x"]}, {"const": 1}]},
        },
        "required": ["a", "b"],
        "additionalProperties": False,
        "$defs": {"B": {"type": "object", "properties": {}, "additionalProperties": False}},
    }
    reduced = Reduced(schema)
    assert reduced.schema == schema
    assert reduced.told == []
    assert (reduced.optional, reduced.unions) == (1, 1)


def test_what_it_does_not_is_told_to_the_model():
    schema = {
        "type": "object",
        "properties": {
            "n": {"type": "integer", "minimum": 1, "maximum": 9, "description": "a number"},
            "s": {"type": "string", "format": "phone", "pattern": "^x"},
            "l": {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"type": "string"}},
        },
    }
    properties = Reduced(schema).schema["properties"]
    assert properties["n"] == {"type": "integer", "description": "a number\n\n{minimum: 1, maximum: 9}"}
    assert properties["s"] == {"type": "string", "description": "{format: phone, pattern: ^x}"}
    assert properties["l"]["description"] == "{minItems: 2, uniqueItems: true}"


def test_one_of_becomes_any_of_and_objects_are_closed():
    reduced = Reduced({"oneOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "null"}]})
    assert reduced.schema == {
        "anyOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
            {"type": "null"},
        ]
    }


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"type": "object", "properties": {"a": True}}, "#/properties/a"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "#/additionalProperties"),
        ({"type": "object", "properties": {"a": {"$ref": "#"}}}, "#/properties/a/$ref"),
        (
            {"$ref": "#/$defs/N", "$defs": {"N": {"type": "array", "items": {"$ref": "#/$defs/N"}}}},
            "#/$defs/N/items/$ref",
        ),
        ({"type": "object", "properties": {"a": {"$ref": "https://x.test/s"}}}, "#/properties/a/$ref"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/X"}}}, "#/properties/a/$ref"),
        ({"type": "array", "items": [{"type": "string"}]}, "#/items"),
    ],
)
def test_what_cannot_be_enforced_is_refused_with_its_place(schema, path):
    with pytest.raises(NotExpressible) as caught:
        Reduced(schema)
    assert caught.value.path == path


def test_two_uses_of_one_definition_are_no_recursion():
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/X"}, "b": {"$ref": "#/$defs/X"}},
        "$defs": {"X": {"type": "string"}},
    }
    assert Reduced(schema).schema["properties"] == schema["properties"]


def test_depth_is_bounded():
    schema: dict[str, object] = {"type": "string"}
    for _ in range(500):
        schema = {"type": "array", "items": schema}
    with pytest.raises(NotExpressible, match="deeply"):
        Reduced(schema)


def test_odd_values_do_not_break_it():
    odd = {"type": "object", "properties": {"a": {"type": "string", "format": []}}, "required": [[1], "a"]}
    assert Reduced(odd).optional == 0


def test_a_format_is_sent_reduced(sent):
    wanted = JsonSchemaFormat(
        schema={"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}}, name="N"
    )
    found = sent(response_format=wanted)
    assert found.body["output_config"]["format"] == {
        "type": "json_schema",
        "schema": {
            "type": "object",
            "title": "N",
            "properties": {"n": {"type": "integer", "description": "{minimum: 0}"}},
            "additionalProperties": False,
        },
    }
    assert ("changed", "response_format.schema") in found.warnings


def test_a_format_that_cannot_be_expressed_is_refused(sent):
    with pytest.raises(Unsupported, match="#/additionalProperties") as caught:
        sent(response_format=JsonSchemaFormat(schema={"type": "object", "additionalProperties": True}))
    assert caught.value.param == "response_format.schema"


def test_any_object_is_asked_for_in_words(sent):
    found = sent(response_format=JsonObjectFormat())
    assert "one JSON object" in found.body["system"]
    assert ("changed", "response_format") in found.warnings


SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def test_older_models_answer_through_a_tool(sent):
    found = sent("old", response_format=JsonSchemaFormat(schema=SCHEMA))
    (tool,) = found.body["tools"]
    assert tool["input_schema"] == SCHEMA
    assert found.body["tool_choice"] == {"type": "tool", "name": tool["name"]}
    assert "output_config" not in found.body
    assert ("changed", "response_format") in found.warnings


def test_that_tool_stands_beside_the_callers_own(sent):
    tools = (FunctionTool(name="f"), FunctionTool(name="json_answer"))
    found = sent("old", [user("Hi")], response_format=JsonSchemaFormat(schema=SCHEMA), tools=tools)
    assert len({tool["name"] for tool in found.body["tools"]}) == 3
    assert found.body["tool_choice"] == {"type": "any"}
