"""Schemas without references."""

import pytest

from accord.providers.inline_schema import inlined

CITY = {"type": "object", "properties": {"name": {"type": "string"}}}


@pytest.mark.parametrize("key", ["$defs", "definitions"])
def test_a_reference_becomes_what_it_stands_for(key):
    schema = {key: {"City": CITY}, "type": "array", "items": {"$ref": f"#/{key}/City"}}
    assert inlined(schema) == {"type": "array", "items": CITY}


def test_references_within_references_are_followed():
    schema = {
        "$defs": {"Trip": {"properties": {"to": {"$ref": "#/$defs/City"}}}, "City": CITY},
        "anyOf": [{"$ref": "#/$defs/Trip"}, {"$ref": "#/$defs/City"}],
    }
    assert inlined(schema) == {"anyOf": [{"properties": {"to": CITY}}, CITY]}


def test_what_stands_beside_a_reference_is_kept_over_what_it_refers_to():
    schema = {
        "$defs": {"City": CITY | {"description": "A city."}},
        "items": {"$ref": "#/$defs/City", "description": "Where to."},
    }
    assert inlined(schema)["items"] == CITY | {"description": "Where to."}


def test_references_to_elsewhere_are_left():
    schema = {"$defs": {"City": CITY}, "items": {"$ref": "https://example.com/schema.json"}, "not": {"$ref": 1}}
    assert inlined(schema) == {"items": {"$ref": "https://example.com/schema.json"}, "not": {"$ref": 1}}


def test_a_schema_without_definitions_is_the_very_same():
    assert inlined(CITY) is CITY


def test_a_schema_that_refers_to_itself_is_left_as_it_is():
    schema = {"$defs": {"Node": {"properties": {"next": {"$ref": "#/$defs/Node"}}}}, "$ref": "#/$defs/Node"}
    assert inlined(schema) is schema


def test_a_schema_that_would_grow_beyond_measure_is_left_as_it_is():
    # Each level refers twice to the next: 40 lines stand for 2 ** 40.
    levels = {f"L{number}": {"allOf": [{"$ref": f"#/$defs/L{number + 1}"}] * 2} for number in range(40)}
    schema = {"$defs": levels | {"L40": CITY}, "$ref": "#/$defs/L0"}
    assert inlined(schema) is schema
