"""Schemas that OpenAI is to enforce: said in its subset where that allows nothing else, refused where they cannot be."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from accord.dialects.strict_schema import CLOSED, UNSAID, NotEnforceable, strict_schema

Schema = dict[str, Any]
NAME: Schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
SHUT: Schema = {**NAME, "additionalProperties": False}
CAT: Schema = {**SHUT, "properties": {"name": {"const": "cat", "type": "string"}}}
DOG: Schema = {**SHUT, "properties": {"name": {"const": "dog", "type": "string"}}}


def within(inner: object, **definitions: Schema) -> Schema:
    schema = {"type": "object", "properties": {"a": inner}, "required": ["a"], "additionalProperties": False}
    return {**schema, "$defs": definitions} if definitions else schema


def test_a_schema_that_can_be_enforced_stays_as_it_is() -> None:
    schema = {
        "type": "object",
        "properties": {
            "one": {"$ref": "#/$defs/one"},
            "many": {"type": "array", "items": {"anyOf": [SHUT, {"type": "null"}]}},
        },
        "required": ["one", "many"],
        "additionalProperties": False,
        "$defs": {"one": SHUT, "itself": {"$ref": "#"}},
    }
    assert strict_schema(schema).schema is schema
    assert strict_schema(schema).changes == ()


@pytest.mark.parametrize(
    ("schema", "closed"),
    [
        (NAME, SHUT),
        (within({"type": "array", "items": NAME}), within({"type": "array", "items": SHUT})),
        ({**SHUT, "$defs": {"one": NAME}}, {**SHUT, "$defs": {"one": SHUT}}),
    ],
)
def test_objects_that_say_nothing_of_others_are_closed(schema: Schema, closed: Schema) -> None:
    before = repr(schema)
    assert strict_schema(schema) == (closed, (CLOSED,))
    assert repr(schema) == before


@pytest.mark.parametrize(
    ("inner", "written"),
    [
        ({"type": "string", "default": "x", "examples": ["y"], "$comment": "z"}, {"type": "string", "default": "x"}),
        ({"type": "integer", "format": "int32"}, {"type": "integer"}),
        ({"enum": ["a", 1, None]}, {"enum": ["a", 1, None], "type": ["string", "integer", "null"]}),
        ({"const": True}, {"const": True, "type": "boolean"}),
        ({"allOf": [SHUT], "description": "d"}, {**SHUT, "description": "d"}),
        ({"$ref": "#/$defs/one", "description": "d"}, {**SHUT, "description": "d"}),
        ({"allOf": [{"$ref": "#/$defs/one"}]}, {"$ref": "#/$defs/one"}),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"oneOf": [CAT, DOG]}, {"anyOf": [CAT, DOG]}),
        (
            {"oneOf": [{"$ref": "#/$defs/one"}, {"type": "null"}]},
            {"anyOf": [{"$ref": "#/$defs/one"}, {"type": "null"}]},
        ),
    ],
)
def test_what_means_the_same_is_said_in_the_subset(inner: Schema, written: Schema) -> None:
    told = strict_schema(within(inner, one=SHUT))
    assert told.schema == within(written, one=SHUT)
    assert set(told.changes) <= {UNSAID}


def test_a_described_reference_to_what_holds_it_stays_a_reference() -> None:
    node = within({"$ref": "#/$defs/node", "description": "the next"})
    found = strict_schema(within({"$ref": "#/$defs/node", "description": "the first"}, node=node)).schema
    assert found["properties"] == {"a": {**within({"$ref": "#/$defs/node"}), "description": "the first"}}


def test_a_root_that_is_a_reference_is_written_out() -> None:
    found = strict_schema({"$ref": "#/$defs/node", "$defs": {"node": within({"$ref": "#/$defs/node"})}}).schema
    assert found == within({"$ref": "#/$defs/node"}, node=within({"$ref": "#/$defs/node"}))


@pytest.mark.parametrize(
    ("inner", "path"),
    [
        ({"allOf": [NAME, NAME]}, "#/properties/a/allOf"),
        ({"allOf": [NAME], "properties": {}}, "#/properties/a/allOf"),
        ({"$ref": "#/$defs/one", "required": ["b"]}, "#/properties/a/$ref"),
        ({"$ref": "#/$defs/none"}, "#/properties/a/$ref"),
        ({"$ref": "https://example.com/schema", "title": "t"}, "#/properties/a/$ref"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, "#/properties/a/oneOf"),
        ({"oneOf": [CAT, SHUT]}, "#/properties/a/oneOf"),
        ({"oneOf": [{"type": "null"}], "anyOf": [{"type": "null"}]}, "#/properties/a/oneOf"),
        ({"not": {"type": "null"}}, "#/properties/a/not"),
        ({"allOf": [{"type": "string", "not": {"const": "x"}}]}, "#/properties/a/not"),
        ({"type": "object", "patternProperties": {}}, "#/properties/a/patternProperties"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "#/properties/a/additionalProperties"),
        ({"type": "object"}, "#/properties/a"),
        ({"type": "object", "properties": {"b": {"type": "string"}}}, "#/properties/a/properties/b"),
        ({"anyOf": [{"type": "null"}, True]}, "#/properties/a/anyOf/1"),
        ({"type": "array", "items": {"if": {}}}, "#/properties/a/items/if"),
        ({"type": "array"}, "#/properties/a"),
        ({"description": "anything"}, "#/properties/a"),
    ],
)
def test_what_cannot_be_enforced_is_refused_by_its_place(inner: Schema, path: str) -> None:
    with pytest.raises(NotEnforceable) as refusal:
        strict_schema(within(inner, one=SHUT))
    assert refusal.value.path == path
    assert path in str(refusal.value)


@pytest.mark.parametrize("schema", [{"type": "array"}, {"type": "object", "anyOf": [NAME]}, {}])
def test_the_root_is_one_kind_of_object(schema: Schema) -> None:
    with pytest.raises(NotEnforceable, match="root"):
        strict_schema(schema)


def test_no_depth_is_too_great_for_a_refusal() -> None:
    schema: Schema = {"type": "string"}
    for _ in range(500):
        schema = {"type": "array", "items": schema}
    with pytest.raises(NotEnforceable, match="deeply"):
        strict_schema(within(schema))


def test_references_that_grow_without_end_are_refused() -> None:
    names = [f"d{level}" for level in range(40)]
    definitions = {
        name: {"anyOf": [{"$ref": f"#/$defs/{following}", "title": side} for side in ("left", "right")]}
        for name, following in zip(names, [*names[1:], "end"], strict=True)
    }
    with pytest.raises(NotEnforceable, match="too large"):
        strict_schema(within({"$ref": "#/$defs/d0"}, **definitions, end={"type": "null"}))


SCALARS = st.sampled_from(
    [{"type": "string"}, {"type": "integer"}, {"type": "null"}, {"enum": ["x", 1]}, {"const": None}]
)


def _more(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    members = st.dictionaries(st.sampled_from("abc"), inner, max_size=2)
    closed = st.sampled_from([{}, {"additionalProperties": False}, {"additionalProperties": True}])
    return st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda options: {"anyOf": options}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda options: {"oneOf": options}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda one: {"allOf": [one], "title": "t", "default": 1}, inner),
        st.builds(
            lambda found, rest: {"type": "object", "properties": found, "required": [*found], **rest}, members, closed
        ),
    )


SCHEMAS = st.recursive(SCALARS, _more, max_leaves=6)
VALUES = st.recursive(
    st.sampled_from(["x", "y", 1, 2, None, True]),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)),
    max_leaves=5,
)


@given(SCHEMAS, VALUES)
def test_no_value_is_allowed_that_the_caller_did_not_allow(inner: Schema, value: Any) -> None:
    """And none that was allowed is lost, where nothing had to be closed."""
    schema = within(inner)
    try:
        fitting, changes = strict_schema(schema)
    except NotEnforceable:
        return
    before, after = (Draft202012Validator(one).is_valid({"a": value}) for one in (schema, fitting))
    assert before or not after
    if CLOSED not in changes:
        assert before is after


@pytest.mark.parametrize(
    "inner",
    [
        {"type": "string", "format": {}},
        {"oneOf": [{"type": [{}]}, {"type": "null"}]},
        {"oneOf": [{**CAT, "required": [[]]}, {**DOG, "required": {}}]},
        {"$ref": ["#"], "type": "null"},
        {"enum": {}, "const": None},
        {"type": "object", "properties": [], "required": {}},
        {"allOf": {}},
        {"anyOf": None, "type": "null"},
    ],
)
def test_what_is_no_schema_at_all_breaks_nothing(inner: Schema) -> None:
    for schema in (within(inner), {**within(inner), "required": [[], {}]}, {**within(inner), "$defs": []}):
        with contextlib.suppress(NotEnforceable):
            strict_schema(schema)
