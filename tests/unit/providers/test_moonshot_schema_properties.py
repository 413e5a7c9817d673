"""Whatever schema a tool has, what is sent is in Moonshot's subset, and putting it there twice changes nothing."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from accord.providers.moonshot_schema import moonshot_schema

TYPES = st.sampled_from(["string", "integer", "number", "boolean", "null", "object", "array"])
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
LEAVES: Any = st.fixed_dictionaries(
    {}, optional={"type": TYPES, "enum": st.lists(VALUES, min_size=1, max_size=3), "const": VALUES, "title": st.text()}
)


def deeper(inner: Any) -> Any:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES,
            "$schema": st.just("https://json-schema.org/draft/2020-12/schema"),
            "properties": st.dictionaries(st.sampled_from(["a", "b", "type", "$ref"]), inner, max_size=3),
            "items": inner | st.lists(inner, max_size=2) | st.booleans(),
            "anyOf": st.lists(inner | st.booleans(), max_size=3),
            "oneOf": st.lists(inner, max_size=3),
            "$defs": st.dictionaries(st.sampled_from(["A", "B"]), inner, max_size=2),
            "additionalProperties": inner | st.booleans(),
        },
    )


SCHEMAS = st.recursive(LEAVES, deeper, max_leaves=12)


def schemas_in(schema: Any) -> Any:
    """Every schema in a schema, itself first; names of properties are not looked into."""
    if not isinstance(schema, dict):
        return
    yield schema
    for key in ("properties", "$defs"):
        for inner in schema.get(key, {}).values():
            yield from schemas_in(inner)
    for key in ("anyOf", "oneOf", "prefixItems"):
        for inner in schema.get(key, []):
            yield from schemas_in(inner)
    for key in ("items", "additionalProperties"):
        yield from schemas_in(schema.get(key))


@settings(max_examples=150, deadline=None)
@given(SCHEMAS)
def test_a_schema_is_put_into_the_subset_once(schema: Any) -> None:
    before = json.dumps(schema)
    written = moonshot_schema(schema)
    assert json.dumps(schema) == before
    assert moonshot_schema(written) == written
    assert "$schema" not in written
    assert {"type", "anyOf", "$ref"} & written.keys()
    for inner in schemas_in(written):
        assert not isinstance(inner.get("items"), list)
        assert not {"type", "anyOf"} <= inner.keys()
        for found in inner.get("properties", {}).values():
            if "enum" in found or "const" in found or "properties" in found:
                assert {"type", "anyOf", "$ref"} & found.keys()
