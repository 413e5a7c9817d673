"""Schemas that OpenAI is to enforce: closed where that says nothing new, refused where they cannot be."""

import pytest

from accord.providers.openai_schema import NotEnforceable, strict_schema

NAME = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
CLOSED = {**NAME, "additionalProperties": False}


def test_a_schema_that_can_be_enforced_stays_as_it_is() -> None:
    schema = {
        "type": "object",
        "properties": {
            "one": {"$ref": "#/$defs/one"},
            "many": {"type": "array", "items": {"anyOf": [CLOSED, {"type": "null"}]}},
        },
        "required": ["one", "many"],
        "additionalProperties": False,
        "$defs": {"one": CLOSED, "itself": {"$ref": "#"}},
    }
    assert strict_schema(schema) is schema


@pytest.mark.parametrize(
    ("schema", "closed"),
    [
        (NAME, CLOSED),
        (
            {"type": "object", "properties": {"a": {"type": "array", "items": NAME}}, "required": ["a"]},
            {
                "type": "object",
                "properties": {"a": {"type": "array", "items": CLOSED}},
                "required": ["a"],
                "additionalProperties": False,
            },
        ),
        ({**CLOSED, "$defs": {"one": NAME}}, {**CLOSED, "$defs": {"one": CLOSED}}),
    ],
)
def test_objects_that_say_nothing_of_others_are_closed(schema: dict[str, object], closed: dict[str, object]) -> None:
    before = repr(schema)
    assert strict_schema(schema) == closed
    assert repr(schema) == before


@pytest.mark.parametrize(
    ("inner", "path"),
    [
        ({"allOf": [NAME]}, "#/properties/a/allOf"),
        ({"not": {"type": "null"}}, "#/properties/a/not"),
        ({"type": "object", "patternProperties": {}}, "#/properties/a/patternProperties"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "#/properties/a/additionalProperties"),
        ({"type": "object", "properties": {"b": {"type": "string"}}}, "#/properties/a/properties/b"),
        ({"anyOf": [{"type": "null"}, True]}, "#/properties/a/anyOf/1"),
        ({"type": "array", "items": {"if": {}}}, "#/properties/a/items/if"),
    ],
)
def test_what_cannot_be_enforced_is_refused_by_its_place(inner: dict[str, object], path: str) -> None:
    with pytest.raises(NotEnforceable) as refusal:
        strict_schema({"type": "object", "properties": {"a": inner}, "required": ["a"]})
    assert refusal.value.path == path
    assert path in str(refusal.value)


@pytest.mark.parametrize("schema", [{"type": "array"}, {"type": "object", "anyOf": [NAME]}, {}])
def test_the_root_is_one_kind_of_object(schema: dict[str, object]) -> None:
    with pytest.raises(NotEnforceable, match="root"):
        strict_schema(schema)


def test_no_depth_is_too_great_for_a_refusal() -> None:
    schema: dict[str, object] = {"type": "string"}
    for _ in range(500):
        schema = {"type": "array", "items": schema}
    with pytest.raises(NotEnforceable, match="deeply"):
        strict_schema({"type": "object", "properties": {"a": schema}, "required": ["a"]})
