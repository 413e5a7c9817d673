import json
from pathlib import Path

import jsonschema
import pytest
import referencing
from referencing.jsonschema import DRAFT202012

SPEC = Path(__file__).parents[4].parent / "shared" / "schemas" / "openai-openapi.json"


class Schema:
    """OpenAI's published schema. Nulls where it forbids null are set aside: OpenAI's own answers have them."""

    def __init__(self, spec):
        self._schemas = spec["components"]["schemas"]
        self._registry = referencing.Registry().with_resource("urn:openai", DRAFT202012.create_resource(spec))
        self._events = {}
        for name, schema in self._schemas.items():
            kinds = schema.get("properties", {}).get("type", {}).get("enum")
            if name.startswith("Response") and name.endswith("Event") and kinds:
                self._events[kinds[0]] = self._validator(name)
        self._response = self._validator("Response")

    def _validator(self, name):
        reference = {"$ref": f"urn:openai#/components/schemas/{name}"}
        return jsonschema.Draft202012Validator(reference, registry=self._registry)

    def problems_of_response(self, response):
        return [error.message for error in self._response.iter_errors(response) if not nullish(error)]

    def problems_of_event(self, event):
        return [error.message for error in self._events[event["type"]].iter_errors(event) if not nullish(error)]

    def knows(self, kind):
        return kind in self._events


def nullish(error):
    if error.instance is None:
        return True
    return bool(error.context) and any(nullish(inner) for inner in error.context)


@pytest.fixture(scope="session")
def schema():
    if not SPEC.exists():
        pytest.skip("OpenAI's schema is not here")
    return Schema(json.loads(SPEC.read_text()))
